/** What may stand before each line of an output: blanks, a mail's or an issue's quote, a comment of a script. */
export const margin = /[ \t>#|]*/.source;

const lineEnd = /[ \t\r]*(?:\n|$)/.source;

/** An agent's pod: the end that its DaemonSet gives has no vowel and no digit that looks like a letter. */
export const podName = /[a-z0-9-]{0,60}cilium-[bcdfghjklmnpqrstvwxz2456789]{5}/.source;

/** Where an output begins, by the kind of it. */
const beginnings = [
  /(?<head>Probe time:|Cluster health:)/.source,
  // JSON with something before it counts where its next line has a key that only a whole report has.
  `(?<json>\\{${lineEnd}\\k<before>[ \\t]*"(?:local|nodes|probeInterval|timestamp)")`,
  // A tree may have lost its head, and its first node's name.
  `(?<tree>(?:[^\\s>#|]\\S*(?: \\(localhost\\))?:${lineEnd}${margin})?(?:Host|Endpoint) connectivity to \\S+${lineEnd})`,
  /(?<failure>(?:Error: Cannot get status|Error from server|error: unable to upgrade|error: Internal error)[^\n]*)/
    .source,
];

/** What no output goes on behind, a fence aside: a separator, a prompt, a command, what kubectl says. */
const endings: readonly string[] = [
  /#{2,}[ \t]|==>|={3,}|-{3,}/,
  /[$❯➜%][ \t]|[^\s:~@]{1,80}[:~@]\S{0,200}[#$%>❯](?:[ \t]|$)|\[[^\]\n]{1,200}\][#$][ \t]/,
  /(?:kubectl|oc|k|crictl|docker|nerdctl)[ \t]+(?:-|exec\b|get\b|logs\b)|cilium(?:-dbg|-health)?[ \t]+[a-z]/,
  new RegExp(`(?:pod/)?${podName}:?[ \\t\\r]*$`),
  /Defaulted container\b|command terminated\b|Error\b|\S{1,253} \| (?:CHANGED|SUCCESS|FAILED)\b/,
].map(({ source }) => source);

/** Each at the beginning of a line; the groups `head`, `json`, `tree`, `failure` and `left` are outputs, all else ends one. */
export const marks = new RegExp(
  [
    `^(?<before>${margin})(?:${beginnings.join("|")}|\`\`\`|~~~)`,
    '^(?<left>\\{[ \\t]*(?:$|"))',
    `^(?:${endings.join("|")})`,
  ].join("|"),
  "gm",
);

/** `...`: lines were left out. */
export const elision = /^[ \t]*[[(<]?[ \t]*(?:\.{3,}|…|snip)[ \t]*[\])>]?[ \t\r]*$/m;

const word = /(?:true|false|(?:un)?reachable|unknown|\d+\/\d+(?: \(\d+ unknown\))?)/.source;

/** A line of a summary: a name, addresses, and two words or two counts. */
export const summaryRow = new RegExp(
  `^[ \\t]*\\S+(?: \\(localhost\\))?(?:[ \\t]+\\S+)?[ \\t]+${word}[ \\t]+${word}[ \\t\\r]*$`,
  "gm",
);

/** An output without what stands before each of its lines, as the agent printed it. */
export function withoutMargin(part: string): string {
  const [before = ""] = new RegExp(`^${margin}`).exec(part) ?? [];
  if (before === "") return part;
  const short = before.trimEnd();
  return part
    .split("\n")
    .map((one) => (one.startsWith(before) ? one.slice(before.length) : one.trimEnd() === short ? "" : one))
    .join("\n");
}
