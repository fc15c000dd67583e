/** One output of `cilium-health status` or `cilium status` in a text that may hold several. */
export interface PastedOutput {
  /** The node it calls its own, "" when it does not say. */
  readonly node: string;
  /** How much the form tells: the JSON all, the tree much, the summaries little. */
  readonly worth: number;
  /** Where it begins and ends in the text, in characters. */
  readonly start: number;
  readonly end: number;
}

const forms: readonly { readonly worth: number; readonly pattern: RegExp }[] = [
  { worth: 3, pattern: /^\s*\{(?=[\s\S]*"nodes"\s*:)(?=[\s\S]*"(?:local|timestamp)"\s*:)/ },
  { worth: 2, pattern: /^ *(?:Host|Endpoint) connectivity/m },
  { worth: 1, pattern: /^ *Cluster health:/m },
  { worth: 1, pattern: /^ *Probe time:/m },
];

/** An output starts at its head: a loop over agents writes one after the other. */
const heads = /^(?:[ \t]*(?:Probe time:|Cluster health:)|\{[ \t]*$|\{[ \t]*")/gm;

/** The outputs in a text, in order. What stands before the first head (a prompt, the rest of `cilium status`) belongs to none. */
export function pastedOutputs(text: string): PastedOutput[] {
  const starts = [...text.matchAll(heads)].map(({ index }) => index);
  return starts.flatMap((start, at): PastedOutput[] => {
    const end = starts[at + 1] ?? text.length;
    const part = text.slice(start, end);
    const form = forms.find(({ pattern }) => pattern.test(part));
    return form === undefined ? [] : [{ node: ownNode(part), worth: form.worth, start, end }];
  });
}

function ownNode(part: string): string {
  const [, own = ""] =
    /^ *(\S+) \(localhost\)/m.exec(part) ?? /"local"\s*:\s*\{\s*"name"\s*:\s*"([^"\\]+)"/.exec(part) ?? [];
  return own.replace(/^.*\//, "");
}
