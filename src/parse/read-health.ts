import type { AgentHealth } from "../model/facts.ts";
import type { MatrixRow } from "../model/matrix.ts";
import { encodeRow } from "./encode-row.ts";
import { encodeScan, hostAddressesOf } from "./encode-scan.ts";
import type { HealthNode } from "./health-json.ts";
import { parseHealthReply, startsAsRows } from "./health-reply.ts";
import { scanHealth } from "./health-scan.ts";
import type { Parsed } from "./json.ts";
import type { NamedNode } from "./names.ts";
import { readTally, startsAsTally } from "./read-tally.ts";
import type { ReadingContext } from "./reading-context.ts";
import { scanRows } from "./rows-scan.ts";

/** One agent's view. */
export interface ReadHealth {
  readonly head: AgentHealth;
  readonly row: MatrixRow;
  /** The agent's clock by others' when its tally came, epoch milliseconds; 0 where its view is no tally. */
  readonly reckonedClock: number;
}

/** Scanned where it is printed as expected: with a thousand agents, parsing would be most of a run. */
export function readHealth(bytes: Uint8Array, node: string, context: ReadingContext): Parsed<ReadHealth> {
  if (startsAsTally(bytes)) return readTally(bytes, context);
  const scanned = readScanned(bytes, node, context);
  if (scanned !== null) return { ok: true, value: scanned };
  const parsed = parseHealthReply(bytes);
  if (!parsed.ok) return parsed;
  const { nodes, ...head } = parsed.value;
  context.learnCluster(node, head.localName, () => (nodes ?? []).map(hostAddresses));
  const row = encodeRow(context.builder, nodes ?? [], context.columnOf);
  const flags = { hasNodes: nodes !== null, hasProbeTimes: row.newestProbe > 0 };
  return { ok: true, value: { head: { ...head, ...flags }, row, reckonedClock: 0 } };
}

function readScanned(bytes: Uint8Array, node: string, context: ReadingContext): ReadHealth | null {
  const scan = startsAsRows(bytes) ? scanRows : scanHealth;
  const scanned = scan(bytes, context.tape, context.texts);
  if (scanned === null) return null;
  const { localName, timestamp, probeIntervalNs } = scanned;
  context.learnCluster(node, localName, () => hostAddressesOf(scanned, context.texts));
  const row = encodeScan(context.builder, scanned, context.texts, context.columnOf);
  if (row === null) return null;
  const hasProbeTimes = row.newestProbe > 0;
  return { head: { localName, timestamp, probeIntervalNs, hasNodes: true, hasProbeTimes }, row, reckonedClock: 0 };
}

function hostAddresses({ name, host }: HealthNode): NamedNode {
  return { name, ips: (host ?? []).map((address) => address.ip) };
}
