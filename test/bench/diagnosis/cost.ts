import { baseCaptures } from "../../../src/collect/captures.ts";
import { generateMesh } from "../../../src/demo/mesh.ts";
import type { AgentReply, ScenarioResource } from "../../../src/demo/scenario.ts";
import { captureIds } from "../../../src/model/capture.ts";
import type { KubeResource } from "../../../src/model/kube.ts";
import { factsReducer } from "../../../src/parse/facts.ts";
import { report } from "./judge.ts";

/** CPU of one run's two halves, milliseconds of user and system time. */
export interface Cost {
  readonly nodes: number;
  readonly faults: string;
  readonly bytes: number;
  readonly parsingMs: number;
  readonly diagnosisMs: number;
}

const resources: Readonly<Record<KubeResource, ScenarioResource>> = {
  pods: "pods",
  nodes: "nodes",
  ciliumnodes: "ciliumnodes",
  ciliumclusterwidenetworkpolicies: "ciliumclusterwidenetworkpolicies",
  "cilium-config": "configmaps",
};

/** A generated mesh of the demo, in the agents' own indented JSON: what reading costs, and what judging costs. */
export function measureCost(nodes: number, faultNames: readonly ("vxlan-blocked" | "zone-partition")[]): Cost {
  const mesh = generateMesh({
    nodes,
    now: () => Date.parse("2031-05-02T09:20:00Z"),
    faults: faultNames.map((name) => ({ name, at: null })),
  });
  const reducer = factsReducer({ kind: "demo", context: "", cluster: "", server: "", name: "" }, "cilium-agent");
  for (const [resource, from] of Object.entries(resources) as [KubeResource, ScenarioResource][]) {
    reducer.addList({ resource, outcome: { kind: "ok", items: mesh.objects(from) ?? [] } });
  }
  let bytes = 0;
  let parsing = 0;
  for (const pod of reducer.agents()) {
    for (const id of captureIds) {
      const { argv } = baseCaptures[id];
      const stdout = stdoutOf(mesh.reply(pod.node, argv));
      bytes += stdout.length;
      parsing += cpuOf(() =>
        reducer.add({ node: pod.node, pod: pod.name, id, argv, outcome: { kind: "ok", stdout, stderr: "" } }),
      );
    }
  }
  const facts = reducer.finish();
  const diagnosisMs = cpuOf(() => report(facts, "2031-05-02T09:20:00Z"));
  return { nodes, faults: faultNames.join(" and ") || "none", bytes, parsingMs: parsing, diagnosisMs };
}

function stdoutOf(reply: AgentReply): Uint8Array {
  if (reply.kind !== "output") return new Uint8Array();
  const { stdout } = reply;
  if (typeof stdout === "string") return Buffer.from(stdout);
  if (stdout instanceof Uint8Array) return stdout;
  return Buffer.concat([...stdout].map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece)));
}

function cpuOf(work: () => unknown): number {
  const before = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
}
