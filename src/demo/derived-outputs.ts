/**
 * What a reader types that a recording holds in another form: the findings' confirming commands print tables where the
 * recording keeps JSON, or one chain of a packet filter that it keeps whole. Nothing is invented here.
 */
interface Derived {
  /** The recorded file the answer is made of. */
  readonly file: string;
  /** null where the recording does not hold it: a chain that is not there. */
  text(recorded: string): string | null;
}

/** How `argv` is answered from a recorded file; null where no recorded file holds its answer. */
export function derivedOutput(argv: readonly string[]): Derived | null {
  const line = argv.join(" ").replace(/^cilium /, "cilium-dbg ");
  if (line === "cilium-dbg bpf metrics list") return { file: "bpf-metrics.json", text: metricsTable };
  const chain = /^iptables -S ([A-Z]+)$/.exec(line)?.[1];
  return chain === undefined ? null : { file: "iptables.txt", text: (rules) => rulesOf(rules, chain) };
}

function rulesOf(rules: string, chain: string): string | null {
  const own = rules.split("\n").filter((rule) => rule.split(" ")[1] === chain);
  return own.length === 0 ? null : own.map((rule) => `${rule}\n`).join("");
}

const titles = ["reason", "direction", "packets", "bytes", "line", "file"] as const;
/** Columns of Go's tabwriter are at least 5 wide, with 3 spaces between (cilium-dbg/cmd/bpf_metrics_list.go, 1.19.3). */
const [narrowest, gap] = [5, 3];

function metricsTable(recorded: string): string {
  const metrics: readonly Readonly<Record<string, unknown>>[] = JSON.parse(recorded);
  const rows = metrics.map((metric) =>
    titles.map((title) => (title === "direction" ? String(metric[title]).toUpperCase() : String(metric[title]))),
  );
  rows.sort((a, b) => (a.join("\0") < b.join("\0") ? -1 : 1));
  const table = [titles.map((title) => title.toUpperCase()), ...rows];
  const widths = titles.map((_, at) => Math.max(narrowest, ...table.map((row) => (row[at] ?? "").length + gap)));
  const last = titles.length - 1;
  return table
    .map((row) => `${row.map((cell, at) => (at === last ? cell : cell.padEnd(widths[at] ?? 0))).join("")}\n`)
    .join("");
}
