import type { Facts } from "../../model/facts.ts";
import type { HeatMeasure, HeatPage, HeatPageRow, HeatPageTarget } from "../../model/heat-map.ts";
import {
  decodeLatency,
  failureText,
  isFailure,
  type Protocol,
  protocols,
  type Target,
  targets,
} from "../../model/matrix.ts";
import type { Cells, Report } from "../../model/report.ts";
import type { Scope } from "../../model/request.ts";
import { ageUnitNs, latencyUnitNs, mostSixBit, sixBitLog } from "../../model/six-bit.ts";
import { cellIsStale, cellStatus, pathStatuses } from "../../model/status.ts";
import { rowJudge } from "../matrix/correlate.ts";
import { lens } from "../matrix/scope.ts";
import { heatOrder } from "./heat-order.ts";
import { ageLevels, ageOf, latencyLevels } from "./heat-values.ts";

/** FACTS and their REPORT → all that a page can show of every pair, one row at a time. */
export function heatPage(facts: Facts, report: Report, by: HeatMeasure, scope: Scope): HeatPage {
  const nodes = heatOrder(report).map(({ node, heading }) => ({ node, heading }));
  const { texts, codes } = failureTexts(report.cells);
  const looked = protocols.filter((protocol) => scope.protocol === null || scope.protocol === protocol);
  const read: Reading = {
    cells: report.cells,
    order: Int32Array.from(nodes, ({ node }) => node.index),
    protocols: looked,
    codes,
    judge: {
      icmp: rowJudge(facts, lens({ ...scope, protocol: "icmp" }, facts.nodes)),
      http: rowJudge(facts, lens({ ...scope, protocol: "http" }, facts.nodes)),
    },
  };
  return {
    report,
    by,
    targets: targets.filter((target) => scope.target === null || scope.target === target),
    protocols: looked,
    nodes,
    messages: texts,
    claimed: new Set(targets.flatMap((target) => [...new Set(report.cells.claims[target])].map((claim) => claim - 1))),
    latencyLevels,
    ageLevels,
    rows: { [Symbol.iterator]: () => pageRows(read) },
  };
}

interface Reading {
  readonly cells: Cells;
  readonly order: Int32Array;
  readonly protocols: readonly Protocol[];
  /** Number of each failure text of the matrix. */
  readonly codes: Uint8Array;
  readonly judge: { readonly [protocol in Protocol]: ReturnType<typeof rowJudge> };
}

function* pageRows(read: Reading): Generator<HeatPageRow> {
  for (const from of read.order) {
    yield {
      host: pageTarget(read, from, "host"),
      endpoint: pageTarget(read, from, "endpoint"),
      age: Uint8Array.from(read.order, (to) => sixBitLog(oldest(read, from, to), ageUnitNs)),
    };
  }
}

function oldest({ cells, protocols: looked }: Reading, from: number, to: number): number {
  return Math.max(...targets.map((target) => ageOf(cells, from, target, to, looked)));
}

function pageTarget(read: Reading, from: number, target: Target): HeatPageTarget {
  const { cells, order } = read;
  const codesOf = (protocol: Protocol) =>
    read.protocols.includes(protocol) ? read.judge[protocol](from, target) : new Uint8Array(cells.size);
  const [icmp, http] = [codesOf("icmp"), codesOf("http")];
  const claims = cells.claims[target].subarray(from * cells.size, (from + 1) * cells.size);
  return {
    status: Uint8Array.from(order, (to) => probeCode(icmp[to] ?? 0) | (probeCode(http[to] ?? 0) << 3)),
    icmp: Uint8Array.from(order, (to) => detail(read, from, target, "icmp", to)),
    http: Uint8Array.from(order, (to) => detail(read, from, target, "http", to)),
    claims: Uint16Array.from(order, (to) => claims[to] ?? 0),
  };
}

/** Of several addresses the failing one speaks, as it does in the path's status. */
function detail(
  { cells, codes, protocols: looked }: Reading,
  from: number,
  target: Target,
  protocol: Protocol,
  to: number,
): number {
  const positions = cells.matrix.rows[from]?.[target].positions ?? [];
  if (!looked.includes(protocol)) return 0;
  for (const address of positions) {
    const outcome = address[protocol].outcome[to] ?? 0;
    if (isFailure(outcome)) return codes[outcome - 2] ?? mostSixBit;
  }
  return sixBitLog(decodeLatency(positions[0]?.[protocol].latency[to] ?? 0), latencyUnitNs);
}

/** A mesh fails with a handful of texts; where there are more, the last number stands for all further ones. */
function failureTexts(cells: Cells): { texts: string[]; codes: Uint8Array } {
  const { messages } = cells.matrix;
  const texts = messages.slice(0, mostSixBit).map((_text, at) => failureText(cells.matrix, at + 2, "<ip>"));
  if (messages.length > mostSixBit) texts[mostSixBit - 1] = "a further failure text (-o json has it)";
  return { texts, codes: Uint8Array.from(messages, (_text, at) => Math.min(at + 1, mostSixBit)) };
}

/** A cell code (status and stale) in three bits: 0 none, 1 to 6 the status, 7 unreachable and stale. */
function probeCode(code: number): number {
  const status = cellStatus(code);
  if (status === null) return 0;
  return status === "unreachable" && cellIsStale(code) ? 7 : 1 + pathStatuses.indexOf(status);
}
