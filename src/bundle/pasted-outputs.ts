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

/** Nothing shorter that starts with a brace holds `"nodes":` and `"local":`, or a line of another form. */
const leastJson = 16;

/**
 * The outputs in a text, in order. What stands before the first head (a prompt, the rest of `cilium status`) belongs to
 * none. Each character is looked at by each pattern once, and a text of nothing but heads makes no list of them.
 */
export function pastedOutputs(text: string): PastedOutput[] {
  const found: PastedOutput[] = [];
  let start = -1;
  const ended = (end: number) => {
    if (start < 0 || (text[start] === "{" && end - start < leastJson)) return;
    const part = text.slice(start, end);
    const form = forms.find(({ pattern }) => pattern.test(part));
    if (form !== undefined) found.push({ node: ownNode(part), worth: form.worth, start, end });
  };
  for (const { index } of text.matchAll(heads)) {
    ended(index);
    start = index;
  }
  ended(text.length);
  return found;
}

function ownNode(part: string): string {
  const [, own = ""] =
    /^ *(\S+) \(localhost\)/m.exec(part) ?? /"local"\s*:\s*\{\s*"name"\s*:\s*"([^"\\]+)"/.exec(part) ?? [];
  return own.replace(/^.*\//, "");
}
