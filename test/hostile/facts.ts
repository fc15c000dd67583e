import fc from "fast-check";
import type { Capture, CaptureOutcome } from "../../src/model/capture.ts";
import { listCaptureIds } from "../../src/model/capture.ts";
import { pulseReducer } from "../../src/parse/agent-pulse.ts";
import { factsReducer } from "../../src/parse/facts.ts";
import { listReducer } from "../../src/parse/list-tables.ts";
import { agentPod, bytes, capture, healthReply, kubeNode, rowEntry, source } from "../views.ts";
import { plain, reader } from "./reader.ts";
import { damaged, hostileJson, hostileText } from "./words.ts";

const nodes = ["worker-1", "__proto__", "\u001b[2J"] as const;

const health = healthReply({
  local: "rig/worker-1",
  timestamp: "2031-05-02T09:14:30Z",
  interval: "1m0s",
  nodes: nodes.map((name) => rowEntry({ name: `rig/${name}`, host: null, endpoint: null } as never)),
});
const healthKeys = "local name nodes host endpoint primary-address ip icmp http status latency lastProbed".split(" ");

const outcome: fc.Arbitrary<CaptureOutcome> = fc.oneof(
  damaged(health, healthKeys).map(ok),
  hostileJson(healthKeys).map(ok),
  hostileText.map((text): CaptureOutcome => ({ kind: "ok", stdout: Buffer.from(text), stderr: text })),
  hostileText.map((text): CaptureOutcome => ({ kind: "exit", code: 1, stdout: Buffer.from(text), stderr: text })),
  hostileText.map((message): CaptureOutcome => ({ kind: "remote-error", message, stderr: message })),
  hostileText.map((text): CaptureOutcome => ({ kind: "bad-status", text })),
);

function ok(value: unknown): CaptureOutcome {
  return { kind: "ok", stdout: bytes(JSON.stringify(value) ?? ""), stderr: "" };
}

const ids = [
  "cilium-health-status.json",
  "date.txt",
  "cilium-status.json",
  "cilium-node-list.json",
  "cilium-endpoint-list.json",
] as const;

const captures = fc.array(
  fc
    .tuple(fc.constantFrom(...nodes), fc.constantFrom(...ids), outcome)
    .map(([node, id, said]) => capture(node, id, said)),
  { maxLength: 8 },
);

/** Everything that a run keeps of its agents. */
function readFacts(some: readonly Capture[]): unknown {
  const facts = factsReducer(source, "cilium-agent");
  facts.addList({ resource: "nodes", outcome: { kind: "ok", items: nodes.map((name) => kubeNode(name)) } });
  facts.addList({ resource: "pods", outcome: { kind: "ok", items: nodes.map((name) => agentPod(name)) } });
  const pulses = pulseReducer();
  for (const one of some) {
    facts.add(one);
    pulses.add(one);
  }
  return [plain(facts.finish().nodes), nodes.map((node) => plain(pulses.pulse(node)))];
}

const listKeys = [
  ..."cidr identity hostIP metadata source encryptKey status realized spec frontend-address backend-addresses".split(
    " ",
  ),
  ..."ip port protocol scope id name namespace 10.0.0.0/8 flags weight state nodeName".split(" "),
];

const lists = fc.array(
  fc.tuple(
    fc.constantFrom(...nodes),
    fc.constantFrom(...listCaptureIds),
    fc.oneof(hostileJson(listKeys).map(ok), outcome),
  ),
  { maxLength: 6 },
);

function readLists(some: readonly (readonly [string, (typeof listCaptureIds)[number], CaptureOutcome])[]): unknown {
  const tables = listReducer();
  for (const [node, id, said] of some) tables.add(capture(node, id, said));
  return plain(tables.finish());
}

/** Captures of many agents, reduced. */
export const factsReaders = [
  reader("captures of a run", captures, readFacts, 2_000),
  reader("lists that are compared", lists, readLists),
];
