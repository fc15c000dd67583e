/**
 * One measurement in a process of its own: `node offline-child.ts NODES full|short ours|baseline`. Every agent's replies
 * come from the generator, one after the other, and are let go of; what making them costs is not counted. Prints JSON.
 */
import { analyse } from "../../../src/analyse/analyse.ts";
import { baseCaptures, type CaptureSpec } from "../../../src/collect/captures.ts";
import { isWhole } from "../../../src/collect/complete.ts";
import { shortCaptures } from "../../../src/collect/short-captures.ts";
import { type FaultName, generateMesh } from "../../../src/demo/index.ts";
import type { ScenarioResource } from "../../../src/demo/scenario.ts";
import { captureIds } from "../../../src/model/capture.ts";
import type { KubeResource } from "../../../src/model/kube.ts";
import { factsReducer } from "../../../src/parse/facts.ts";
import { statusTable } from "../../../src/render/status-table.ts";
import type { Measured } from "./measured.ts";

const [nodes = "", form = "", who = "", fault = ""] = process.argv.slice(2);
const now = Date.parse("2031-05-02T09:20:00Z");
const faults = fault === "" ? [] : [{ name: fault as FaultName, at: null }];
const mesh = generateMesh({ nodes: Number(nodes), now: () => now, faults });
const captures: readonly CaptureSpec[] = form === "short" ? shortCaptures : captureIds.map((id) => baseCaptures[id]);
const resources: Readonly<Record<KubeResource, ScenarioResource>> = {
  pods: "pods",
  nodes: "nodes",
  ciliumnodes: "ciliumnodes",
  ciliumclusterwidenetworkpolicies: "ciliumclusterwidenetworkpolicies",
  "cilium-config": "configmaps",
};

let cpuMs = 0;
let wallMs = 0;
let bytes = 0;

function timed<T>(work: () => T): T {
  const [cpu, wall] = [process.cpuUsage(), performance.now()];
  const value = work();
  const { user, system } = process.cpuUsage(cpu);
  cpuMs += (user + system) / 1000;
  wallMs += performance.now() - wall;
  return value;
}

function reply(node: string, spec: CaptureSpec): Uint8Array {
  const answer = mesh.reply(node, spec.argv);
  const stdout =
    answer.kind === "output" ? Buffer.concat([...answer.stdout].map((piece) => Buffer.from(piece))) : Buffer.alloc(0);
  bytes += stdout.length;
  return stdout;
}

const reducer = factsReducer({ kind: "demo", context: "", cluster: "", server: "", name: "" }, "cilium-agent");
for (const [resource, from] of Object.entries(resources) as [KubeResource, ScenarioResource][]) {
  reducer.addList({ resource, outcome: { kind: "ok", items: mesh.objects(from) ?? [] } });
}
const decoder = new TextDecoder();
for (const pod of reducer.agents()) {
  for (const spec of captures) {
    const stdout = reply(pod.node, spec);
    const capture = { node: pod.node, pod: pod.name, id: spec.id, argv: spec.argv };
    if (who === "ours") {
      timed(() => isWhole(stdout, spec) && reducer.add({ ...capture, outcome: { kind: "ok", stdout, stderr: "" } }));
    } else if (spec.json) timed(() => JSON.parse(decoder.decode(stdout)));
  }
}
const readingMs = cpuMs;
if (who === "ours") {
  timed(() => {
    const report = analyse(reducer.finish(), {
      scope: { nodes: [], zones: [], target: null, protocol: null },
      failOn: "warning",
      ignores: [],
      generatedAt: new Date(now).toISOString(),
      partial: false,
      spell: ({ argv }) => ({ argv, command: argv.join(" ") }),
    });
    const options = { colorLevel: 0 as const, ascii: false, noHeaders: false, all: false, columns: 100 };
    for (const _chunk of statusTable(report, options, false));
  });
}
const measured: Measured = { cpuMs, readingMs, wallMs, bytes, peakMiB: process.resourceUsage().maxRSS / 1024 };
process.stdout.write(JSON.stringify(measured));
