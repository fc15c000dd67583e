import { fileURLToPath } from "node:url";
import { finished, type Measured, medians } from "./measured.ts";

const child = fileURLToPath(new URL("offline-child.ts", import.meta.url));

export interface OfflineRow {
  readonly nodes: number;
  /** The same bytes, JSON as agents print it: all five captures of every agent. */
  readonly full: Measured;
  /** Reading, decoding and JSON.parse of those bytes, nothing kept. */
  readonly baseline: Measured;
  /** What a cluster of this size is asked, as the agents print it in short. */
  readonly short: Measured;
}

/** `rounds` measurements of each in turn, so that a machine whose speed drifts treats all alike. */
export async function measureOffline(nodes: number, rounds: number, withFull: boolean): Promise<OfflineRow> {
  const [full, baseline, short]: [Measured[], Measured[], Measured[]] = [[], [], []];
  for (let round = 0; round < rounds; round++) {
    if (withFull) full.push(await one(nodes, "full", "ours"));
    if (withFull) baseline.push(await one(nodes, "full", "baseline"));
    short.push(await one(nodes, "short", "ours"));
  }
  return { nodes, full: medians(full), baseline: medians(baseline), short: medians(short) };
}

async function one(nodes: number, form: string, who: string): Promise<Measured> {
  const { code, stdout, stderr } = await finished(process.execPath, [child, String(nodes), form, who]);
  if (code !== 0) throw new Error(`${nodes} nodes, ${form}, ${who}: ${stderr.slice(-500)}`);
  return JSON.parse(stdout) as Measured;
}

/** The exponent of growth in pairs between two sizes: 1 is as many times the CPU as there are more pairs. */
export function exponent(small: OfflineRow, large: OfflineRow, read: (row: OfflineRow) => number): number {
  return Math.log(read(large) / read(small)) / (2 * Math.log(large.nodes / small.nodes));
}
