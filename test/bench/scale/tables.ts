import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { paired } from "../paired.ts";
import { type LiveRow, program } from "./clients.ts";
import type { Measured } from "./measured.ts";
import { exponent, type OfflineRow } from "./offline.ts";

export function liveTable(rows: readonly LiveRow[]): string {
  if (rows.length === 0) return "";
  const lines = rows.map((row) => line([...sideBySide(row), mebibytes(row.loop.bytes)]));
  return [
    "Live, one node's VXLAN blocked, 50 ms an exec; ours with no flags, 20 to 40 agents at once; the loop, 20 at once, is `xargs -P 20 kubectl exec … cilium-health status -o json`.",
    "",
    "| agents | wall, ours | loop | times faster | client CPU, ours | loop | times less | peak, ours | bytes, loop |",
    "|---|---|---|---|---|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}

/** Bytes are all that came from the API server: not replies alone, but its objects and TLS as well. */
export function realTable(rows: readonly LiveRow[]): string {
  if (rows.length === 0) return "";
  const lines = rows.map((row) => {
    const { ours, loop } = row;
    const peak = `20 × ${loop.peakMiB.toFixed(0)} MiB`;
    return line([...sideBySide(row), peak, mebibytes(ours.bytes), mebibytes(loop.bytes)]);
  });
  return [
    "Live, real kube-apiserver with kwok, Cilium's own programs, one node's VXLAN blocked; the loop is the same. Both got every agent's answer. All agents' programs run on the client's machine.",
    "",
    "| agents | wall, ours | loop | times faster | client CPU, ours | loop | times less | peak, ours | loop | bytes from the API server, ours | loop |",
    "|---|---|---|---|---|---|---|---|---|---|---|",
    ...lines,
    "",
  ].join("\n");
}

/** Agents, wall and CPU of both with their ratios, our peak. */
function sideBySide({ agents, ours, loop }: LiveRow): (string | number)[] {
  return [
    agents,
    seconds(ours.wallMs),
    seconds(loop.wallMs),
    ratio(loop.wallMs, ours.wallMs),
    seconds(ours.cpuMs),
    seconds(loop.cpuMs),
    ratio(loop.cpuMs, ours.cpuMs),
    `${ours.peakMiB.toFixed(0)} MiB`,
  ];
}

export function offlineTable(rows: readonly OfflineRow[]): string {
  if (rows.length === 0) return "";
  const lines = rows.map(({ nodes, full, baseline, rows: told, asked }) =>
    line([
      nodes,
      known(baseline, (one) => mebibytes(one.bytes)),
      known(baseline, (one) => seconds(one.cpuMs)),
      known(full, (one) => seconds(one.cpuMs)),
      known(full, (one) => (one.cpuMs / baseline.cpuMs).toFixed(2)),
      known(full, (one) => `${one.peakMiB.toFixed(0)} MiB`),
      ...[told, asked].flatMap((one) => [mebibytes(one.bytes), seconds(one.cpuMs), `${one.peakMiB.toFixed(0)} MiB`]),
    ]),
  );
  return [
    "Offline, a healthy mesh, every reply from the generator, which is another process; CPU of a whole run of `status` behind the network (reading all replies, diagnosis, table): of JSON from all agents, against decoding and `JSON.parse` of the same bytes; of rows from all, as `--all` wants them; and as a cluster of this size is asked.",
    "",
    "| nodes | JSON | parsed | `status` | ratio | peak | rows | `status` | peak | as asked | `status` | peak |",
    "|---|---|---|---|---|---|---|---|---|---|---|---|",
    ...lines,
    "",
    ...growth(rows),
  ].join("\n");
}

/** From 500 nodes on: below, code that is not compiled yet is most of it. */
function growth(rows: readonly OfflineRow[]): string[] {
  const large = rows.filter(({ nodes }) => nodes >= 500);
  const [first, last] = [large[0], large.at(-1)];
  if (first === undefined || last === undefined || first === last) return [];
  const [rowsGrow, askedGrows] = [
    exponent(first, last, ({ rows: told }) => told.cpuMs),
    exponent(first, last, ({ asked }) => asked.cpuMs),
  ];
  const span = `${first.nodes} to ${last.nodes} nodes`;
  return [
    `Growth of CPU in pairs, ${span}: exponent ${rowsGrow.toFixed(2)} in rows, ${askedGrows.toFixed(2)} as asked.`,
    "",
  ];
}

/** `--help` against an empty program of the same Node. */
export function startLine(): string {
  const folder = mkdtempSync(join(tmpdir(), "bench-start-"));
  const empty = join(folder, "empty.js");
  writeFileSync(empty, "");
  const run = (name: string, file: string) => ({ name, command: process.execPath, args: [file, "--help"] });
  const { a, b, ratio: times } = paired(run("--help", program), run("empty program", empty), 11);
  rmSync(folder, { recursive: true });
  return `Start: \`--help\` ${a.median.toFixed(0)} ms, an empty program ${b.median.toFixed(0)} ms, ratio ${times.toFixed(1)}.\n`;
}

function known(one: Measured, show: (one: Measured) => string): string {
  return Number.isNaN(one.cpuMs) ? "-" : show(one);
}

function line(cells: readonly (string | number)[]): string {
  return `| ${cells.join(" | ")} |`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(1)} s`;
}

function mebibytes(bytes: number): string {
  return `${(bytes / 1048576).toFixed(0)} MiB`;
}

function ratio(large: number, small: number): string {
  return (large / small).toFixed(1);
}

const start = "<!-- npm run bench -->\n";
const end = "<!-- end -->";

/** Replaces what stands between the two marks. */
export function writeTables(file: URL, tables: readonly string[]): void {
  const text = readFileSync(file, "utf8");
  const [before, after] = [text.indexOf(start), text.indexOf(end)];
  if (before < 0 || after < before) throw new Error(`${file.pathname} has no place for the tables`);
  writeFileSync(file, `${text.slice(0, before + start.length)}\n${tables.join("\n")}\n${text.slice(after)}`);
}
