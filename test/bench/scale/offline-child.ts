/**
 * One measurement in a process of its own: `node offline-child.ts NODES FORM`. Every agent's replies come from the
 * generator, another process, one after the other, and are let go of. Prints JSON.
 *
 * Forms: `asked` is `status` as a cluster of this size is asked; `rows` has every probe told, as `--all` wants them;
 * `full` is what agents print as JSON, as in a bundle; `baseline` decodes and parses those bytes and keeps nothing.
 */
import { isWhole } from "../../../src/collect/complete.ts";
import { lookAt } from "../../../src/commands/look.ts";
import { firstRound } from "../../../src/commands/short-round.ts";
import type { StateReader } from "../../../src/commands/state.ts";
import type { ScenarioResource } from "../../../src/demo/scenario.ts";
import type { AgentPod, KubeList, KubeResource } from "../../../src/model/kube.ts";
import { factsReducer } from "../../../src/parse/facts.ts";
import { statusTable } from "../../../src/render/status-table.ts";
import { noFlags } from "../../generated-look.ts";
import { silentIo } from "../../recorded-report.ts";
import { startGenerator } from "./generator.ts";
import type { Measured } from "./measured.ts";

const [nodes = "", form = ""] = process.argv.slice(2);
const io = silentIo();
const generator = await startGenerator(Number(nodes));
const resources: Readonly<Record<KubeResource, ScenarioResource>> = {
  pods: "pods",
  nodes: "nodes",
  ciliumnodes: "ciliumnodes",
  ciliumclusterwidenetworkpolicies: "ciliumclusterwidenetworkpolicies",
  "cilium-config": "configmaps",
};
const lists: KubeList[] = [];
for (const [resource, list] of Object.entries(resources) as [KubeResource, ScenarioResource][]) {
  const items: unknown = JSON.parse((await generator.ask({ list })).toString());
  lists.push({ resource, outcome: { kind: "ok", items: Array.isArray(items) ? items : [] } });
}

let bytes = 0;

async function reply(node: string, argv: readonly string[]): Promise<Uint8Array> {
  const stdout = await generator.ask({ node, argv });
  bytes += stdout.length;
  return stdout;
}

const source = { kind: "demo", context: "", cluster: "", server: "", name: "" } as const;

const state: StateReader = {
  source,
  notes: () => [],
  partial: false,
  lists: async () => lists,
  ciliumEndpoints: async () => ({ kind: "ok", items: [] }),
  round: async (orders, sink) => {
    for (const { pod, captures } of orders) {
      for (const spec of captures) {
        const { id, argv } = spec;
        const stdout = await reply(pod.node, argv);
        if (!isWhole(stdout, spec)) throw new Error(`${pod.node} does not answer: ${argv.join(" ")}`);
        await sink({ node: pod.node, pod: pod.name, id, argv, outcome: { kind: "ok", stdout, stderr: "" } });
      }
    }
    return null;
  },
  exec: null,
  podLog: () => null,
  close: () => undefined,
};

async function status(): Promise<void> {
  const flags = { ...noFlags(), from: form === "full" ? "the generator" : null };
  const { report } = await lookAt(state, flags, io, io.signal, null, { everyProbe: form === "rows" });
  const options = { colorLevel: 0 as const, ascii: false, noHeaders: false, all: false, columns: 100 };
  for (const _chunk of statusTable(report, options, false));
  const { answered, agents } = report.coverage;
  if (answered !== agents) throw new Error(`${answered} of ${agents} agents answered`);
}

function agentPods(): readonly AgentPod[] {
  const reducer = factsReducer(source, "cilium-agent");
  for (const list of lists) reducer.addList(list);
  return reducer.agents();
}

async function baseline(agents: readonly AgentPod[]): Promise<void> {
  const decoder = new TextDecoder();
  for (const { node } of agents) {
    for (const { argv, json } of firstRound(agents.length, true, "of-some")) {
      const stdout = await reply(node, argv);
      if (json) JSON.parse(decoder.decode(stdout));
    }
  }
}

const agents = form === "baseline" ? agentPods() : [];
const [started, wall] = [process.cpuUsage(), performance.now()];
if (form === "baseline") await baseline(agents);
else await status();
const used = process.cpuUsage(started);
const measured: Measured = {
  cpuMs: (used.user + used.system) / 1000,
  wallMs: performance.now() - wall,
  bytes,
  peakMiB: process.resourceUsage().maxRSS / 1024,
};
process.stdout.write(JSON.stringify(measured));
generator.close();
