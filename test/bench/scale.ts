/**
 * The cost of looking: `npm run bench -- [--live 100,300] [--real 100] [--offline 100,500,1000] [--rounds N] [--write]`.
 * Needs `npm run build`, GNU time, and for the live halves what `npm run test:e2e` builds: kubectl, and for the real
 * API server all of it. A list of sizes may be empty. Prints tables of medians and ratios; `--write` puts them into
 * docs/scale.md as well. Ratios are of one run; milliseconds are of one machine.
 */
import { parseArgs } from "node:util";
import { built } from "../e2e/build.ts";
import { measureLive } from "./scale/live.ts";
import { measureOffline } from "./scale/offline.ts";
import { measureReal } from "./scale/real.ts";
import { liveTable, offlineTable, realTable, startLine, writeTables } from "./scale/tables.ts";

const { values } = parseArgs({
  options: {
    live: { type: "string", default: "100,300" },
    real: { type: "string", default: "100" },
    offline: { type: "string", default: "100,500,1000" },
    rounds: { type: "string", default: "3" },
    write: { type: "boolean", default: false },
  },
});

const say = (text: string) => process.stderr.write(`${text}\n`);
const sizes = (list: string) => list.split(",").flatMap((word) => (Number(word) > 0 ? [Number(word)] : []));
const rounds = Number(values.rounds);
/** Beyond it the baseline alone reads ten gigabytes. */
const mostInFull = 2000;

const live = [];
for (const agents of sizes(values.live)) {
  say(`live, ${agents} agents`);
  live.push(await measureLive(agents, rounds, built().binaries.kubectl));
}
const real = [];
for (const agents of sizes(values.real)) {
  say(`live, real API server, ${agents} agents`);
  real.push(await measureReal(agents, agents > 300 ? 1 : rounds));
}
const offline = [];
for (const nodes of sizes(values.offline)) {
  say(`offline, ${nodes} nodes`);
  offline.push(await measureOffline(nodes, nodes > 1000 ? 1 : rounds, nodes <= mostInFull));
}

say("start");
const tables = [liveTable(live), realTable(real), offlineTable(offline), startLine()].filter((table) => table !== "");
process.stdout.write(`${tables.join("\n")}\n`);
if (values.write) writeTables(new URL("../../docs/scale.md", import.meta.url), tables);
