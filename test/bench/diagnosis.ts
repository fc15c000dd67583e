/**
 * Measures the diagnosis over made-up clusters whose cause is known:
 * `npm run bench:diagnosis -- [--seeds N] [--healthy N] [--pairs N] [--nodes N] [--only TEXT] [--write]`.
 * Prints the summary; `--write` puts it into docs/diagnosis-measure.md as well.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { measureCost } from "./diagnosis/cost.ts";
import { measureHealthy, measurePairs, measureRecorded, measureSingles } from "./diagnosis/measure.ts";
import { summary } from "./diagnosis/summary.ts";

const { values } = parseArgs({
  options: {
    seeds: { type: "string", default: "40" },
    healthy: { type: "string", default: "1000" },
    pairs: { type: "string", default: "500" },
    nodes: { type: "string", default: "1000" },
    only: { type: "string", default: "" },
    write: { type: "boolean", default: false },
  },
});

const say = (text: string) => process.stderr.write(`${text}\n`);

say("single faults");
const singles = measureSingles(Number(values.seeds), { only: values.only });
say("healthy clusters");
const healthy = measureHealthy(Number(values.healthy));
say("two faults");
const pairs = measurePairs(Number(values.pairs));
say("recorded cases");
const recorded = measureRecorded();
say("cost");
const nodes = Number(values.nodes);
const costs = nodes === 0 ? [] : [measureCost(nodes, []), measureCost(nodes, ["vxlan-blocked", "zone-partition"])];

const text = summary({ singles, healthy, pairs, recorded, costs });
process.stdout.write(text);
if (values.write) {
  const docs = new URL("../../docs/", import.meta.url);
  mkdirSync(docs, { recursive: true });
  writeFileSync(new URL("diagnosis-measure.md", docs), text);
}
