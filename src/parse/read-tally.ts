import { countedRow, type MeshReference } from "./counted-row.ts";
import { isHealthTally, parseHealthTally, slowNodes } from "./health-tally.ts";
import { type Parsed, wrongText } from "./json.ts";
import type { ReadHealth } from "./read-health.ts";
import type { ReadingContext } from "./reading-context.ts";

/** What a tally is read with. */
export interface Counting {
  readonly reference: MeshReference;
  /** The agents' clock at this moment, epoch milliseconds. */
  readonly clock: () => number;
  /** Takes the names of nodes to which an agent finds a path slow. */
  readonly heardSlow: (names: readonly string[]) => void;
}

const decoder = new TextDecoder();

export function startsAsTally(bytes: Uint8Array): boolean {
  return isHealthTally(decoder.decode(bytes.subarray(0, 16)));
}

/** A tally that leaves something open is no reply: the agent is to be asked for every probe. */
export function readTally(bytes: Uint8Array, { builder, columnOf, counting }: ReadingContext): Parsed<ReadHealth> {
  const parsed = parseHealthTally(decoder.decode(bytes));
  if (!parsed.ok) return parsed;
  if (counting === null) return wrongText("a tally that nobody asked for");
  const { localName, timestamp, probeIntervalNs, host, endpoint } = parsed.value;
  counting.heardSlow([...slowNodes(host), ...slowNodes(endpoint)]);
  const row = countedRow(builder, counting.reference, parsed.value, columnOf);
  if (typeof row === "string") return wrongText(row);
  const hasProbeTimes = probeIntervalNs !== null;
  const head = { localName, timestamp, probeIntervalNs, hasNodes: true, hasProbeTimes };
  return { ok: true, value: { head, row: builder.alike(row), reckonedClock: counting.clock() } };
}
