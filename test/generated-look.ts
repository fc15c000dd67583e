import { analyse } from "../src/analyse/analyse.ts";
import { parseRequest } from "../src/cli/parse-request.ts";
import type { ReadFlags } from "../src/cli/request.ts";
import { baseCaptures } from "../src/collect/captures.ts";
import type { Look } from "../src/commands/look.ts";
import { speller } from "../src/commands/spell.ts";
import { type AgentReply, generateMesh, type MeshOptions } from "../src/demo/index.ts";
import { type CaptureOutcome, captureIds } from "../src/model/capture.ts";
import type { Source } from "../src/model/facts.ts";
import type { KubeResource } from "../src/model/kube.ts";
import type { Scope } from "../src/model/request.ts";
import { factsReducer } from "../src/parse/facts.ts";

export const everything: Scope = { nodes: [], zones: [], target: null, protocol: null };

/** Where the mesh is said to live: what a command to paste is spelled with. */
const home: Source = { kind: "cluster", context: "prod-eu", cluster: "prod-eu", server: "", name: "" };

const resources: readonly KubeResource[] = ["pods", "nodes", "ciliumnodes", "ciliumclusterwidenetworkpolicies"];

/** A generated mesh of any size as facts and report, at a fixed moment and without a server. */
export function generatedLook(mesh: MeshOptions, scope: Scope = everything): Look {
  const now = Date.parse("2031-05-02T09:20:00Z");
  const scenario = generateMesh({ now: () => now, ...mesh });
  const reducer = factsReducer(home, "cilium-agent");
  for (const resource of resources) {
    const objects = resource === "cilium-config" ? [] : (scenario.objects(resource) ?? []);
    reducer.addList({ resource, outcome: { kind: "ok", items: JSON.parse(JSON.stringify(objects)) } });
  }
  const [config] = scenario.objects("configmaps") ?? [];
  reducer.addList({ resource: "cilium-config", outcome: { kind: "ok", items: config === undefined ? [] : [config] } });
  for (const pod of reducer.agents()) {
    if (pod.state !== "running") continue;
    for (const id of captureIds) {
      const { argv } = baseCaptures[id];
      reducer.add({ node: pod.node, pod: pod.name, id, argv, outcome: outcomeOf(scenario.reply(pod.node, argv)) });
    }
  }
  const facts = reducer.finish();
  const report = analyse(facts, {
    scope,
    failOn: "warning",
    ignores: [],
    generatedAt: "2031-05-02T09:20:00.000Z",
    partial: false,
    spell: speller(facts, facts.source, noFlags()),
  });
  return { facts, report };
}

/** The flags of a command line without any. */
export function noFlags(): ReadFlags {
  const request = parseRequest([]);
  if (request.kind !== "status") throw new Error("no arguments are a status request");
  return request;
}

function outcomeOf(reply: AgentReply): CaptureOutcome {
  if (reply.kind === "unreachable") return { kind: "remote-error", message: reply.message, stderr: "" };
  if (reply.kind === "no-such-program") return { kind: "remote-error", message: "no such program", stderr: "" };
  const stdout = Buffer.concat([...reply.stdout].map((chunk) => Buffer.from(chunk)));
  if (reply.exitCode === 0) return { kind: "ok", stdout, stderr: reply.stderr };
  return { kind: "exit", code: reply.exitCode, stdout, stderr: reply.stderr };
}
