import type { PairReport, PairSide } from "../model/pair.ts";
import { shown } from "../model/visible-text.ts";
import { columns } from "./columns.ts";
import { findingLines } from "./findings.ts";
import { locationLines } from "./location.ts";
import type { RenderOptions } from "./options.ts";
import { type PublicPath, publicPath } from "./public-paths.ts";
import { type Theme, theme } from "./theme.ts";
import { age, latency } from "./units.ts";

/** Everything known of A→B and B→A: the probes both ways, both agents' settings side by side, what it means. */
export function* pairTable(pair: PairReport, options: RenderOptions): Generator<string> {
  const look = theme(options);
  const arrow = options.ascii ? "->" : "→";
  for (const [from, to] of [
    [pair.a, pair.b],
    [pair.b, pair.a],
  ] as const) {
    yield `${look.strong(`${shown(from.node.name)} ${arrow} ${shown(to.node.name)}`)}\n`;
    for (const line of directionLines(pair, from, to, look)) yield `${line}\n`;
    yield "\n";
  }
  if (pair.location !== null) for (const line of locationLines(pair.location, options)) yield `${line}\n`;
  yield* settingsTable(pair);
  for (const line of findingLines(pair.findings, look, options.ascii ? "..." : "…")) yield `${line}\n`;
  if (pair.notes.length > 0) yield "\n";
  for (const note of pair.notes) yield `note: ${shown(note)}\n`;
}

function directionLines(pair: PairReport, from: PairSide, to: PairSide, look: Theme): string[] {
  const rows = (["host", "endpoint"] as const).flatMap((target) => {
    const path = publicPath(pair.report.cells, from.node, to.node, target);
    return path === null ? [] : pathRows(path, from, look);
  });
  if (rows.length === 0) return ["  no path is probed in this direction"];
  return columns(["  TARGET", "ADDRESS", "PROBE", "STATUS", "LATENCY", "AGE", "MESSAGE"], rows);
}

function pathRows(path: PublicPath, from: PairSide, look: Theme): string[][] {
  if (path.addresses.length === 0) return [[`  ${path.target}`, "-", "-", path.status, "-", "-", ""]];
  return path.addresses.flatMap((address) =>
    (["icmp", "http"] as const).map((protocol) => {
      const probe = address[protocol];
      const word = probe.status === "reachable" && path.status === "stale" ? "stale" : probe.status;
      const paint = word === "unreachable" ? look.bad : word === "reachable" ? look.good : look.doubtful;
      return [
        `  ${path.target}`,
        shown(address.ip) || "<none>",
        protocol,
        paint(word),
        latency(probe.latencyNs),
        age(ageOf(probe.lastProbed, from)),
        shown(probe.message),
      ];
    }),
  );
}

function ageOf(lastProbed: string | null, from: PairSide): number | null {
  const at = lastProbed === null ? from.reportTime : Date.parse(lastProbed);
  return at === 0 || from.clock === 0 ? null : Math.max(0, from.clock - at) * 1e6;
}

function* settingsTable(pair: PairReport): Generator<string> {
  const rows = pair.settings.map(({ name, a, b, differs }) => [
    name,
    shown(a) || "-",
    shown(b) || "-",
    differs ? "differs" : "",
  ]);
  const headings = ["SETTING", shown(pair.a.node.name), shown(pair.b.node.name), ""];
  for (const line of columns(headings, rows)) yield `${line}\n`;
}
