import { fileURLToPath } from "node:url";
import { finished, type Measured, medians } from "./measured.ts";

const child = fileURLToPath(new URL("offline-child.ts", import.meta.url));

export interface OfflineRow {
  readonly nodes: number;
  /** The same bytes, JSON as agents print it: all five captures of every agent. */
  readonly full: Measured;
  /** Reading, decoding and JSON.parse of those bytes, nothing kept. */
  readonly baseline: Measured;
  /** The same with every probe told in rows. */
  readonly rows: Measured;
  /** `status` as a cluster of this size is asked: from 200 agents on most of them count. */
  readonly asked: Measured;
}

/** `rounds` measurements of each in turn, so that a machine whose speed drifts treats all alike. */
export async function measureOffline(nodes: number, rounds: number, withFull: boolean): Promise<OfflineRow> {
  const taken: Record<Form, Measured[]> = { full: [], baseline: [], rows: [], asked: [] };
  for (let round = 0; round < rounds; round++) {
    for (const form of withFull ? forms : shortForms) taken[form].push(await one(nodes, form));
  }
  const { full, baseline, rows, asked } = taken;
  return { nodes, full: medians(full), baseline: medians(baseline), rows: medians(rows), asked: medians(asked) };
}

const shortForms = ["rows", "asked"] as const;
const forms = ["full", "baseline", ...shortForms] as const;
type Form = (typeof forms)[number];

async function one(nodes: number, form: Form): Promise<Measured> {
  const { code, stdout, stderr } = await finished(process.execPath, [child, String(nodes), form]);
  if (code !== 0) throw new Error(`${nodes} nodes, ${form}: ${stderr.slice(-500)}`);
  return JSON.parse(stdout) as Measured;
}

/** The exponent of growth in pairs between two sizes: 1 is as many times the CPU as there are more pairs. */
export function exponent(small: OfflineRow, large: OfflineRow, read: (row: OfflineRow) => number): number {
  return Math.log(read(large) / read(small)) / (2 * Math.log(large.nodes / small.nodes));
}
