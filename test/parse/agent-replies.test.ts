import { describe, expect, it } from "vitest";
import { parseAgentStatus } from "../../src/parse/agent-status.ts";
import { parseEndpointList } from "../../src/parse/endpoint-list.ts";
import { parseNodeList } from "../../src/parse/node-list.ts";
import { recordedReply } from "../recording.ts";
import { agentPod, bytes, capture, factsOf, kubeNode, meshFacts, printed } from "../views.ts";

function status(reply: object) {
  const parsed = parseAgentStatus(bytes(reply));
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

describe("an agent's status", () => {
  it.each([
    ["OK", ""],
    ["1.14.0 (v1.14.0-ab12cd34)", "1.14.0"],
    ["1.19.3 (v1.19.3-ab12cd34)    kvstore: timeout", "1.19.3"],
    ["1.20.0-rc.1 (v1.20.0-rc.1-ab12cd34)", "1.20.0-rc.1"],
    ["Not all probes executed at least once", ""],
    ["", ""],
  ])("with the message %j is of version %j", (msg, version) => {
    expect(status({ cilium: { state: "Ok", msg } }).version).toBe(version);
  });

  it("of before 1.16 has no routing section and keeps host routing elsewhere", () => {
    const old = status({
      cilium: { state: "Ok" },
      "host-routing": { mode: "Legacy" },
      kvstore: { msg: "Disabled", state: "Ok" },
    });
    expect(old).toMatchObject({
      routingMode: "",
      tunnelProtocol: "",
      hostRouting: "Legacy",
      kvstoreMessage: "Disabled",
    });
  });

  it("names the controllers that fail and the newest time it speaks of", () => {
    const run = {
      "last-success-timestamp": "2031-05-02T09:14:30.123Z",
      "last-failure-timestamp": "0001-01-01T00:00:00.000Z",
    };
    const read = status({
      cilium: { state: "Ok" },
      controllers: [
        { name: "fine", status: { ...run, "success-count": 3 } },
        { name: "cilium-health-ep", status: { "consecutive-failure-count": 4, "last-failure-msg": "no ping" } },
      ],
    });
    expect(read.newestTimestamp).toBe(Date.parse("2031-05-02T09:14:30.123Z"));
    expect(read.failingControllers).toEqual([
      {
        name: "cilium-health-ep",
        consecutiveFailures: 4,
        lastFailure: "no ping",
        lastFailureAt: "",
        lastSuccessAt: "",
      },
    ]);
  });

  it("of a recorded agent is read whole", () => {
    const parsed = parseAgentStatus(recordedReply("healthy", "worker-1", "cilium-status.json"));
    expect(parsed).toMatchObject({
      ok: true,
      value: {
        version: "1.19.3",
        state: "Ok",
        routingMode: "tunnel",
        tunnelProtocol: "vxlan",
        ciliumHealthState: "Ok",
      },
    });
  });
});

describe("a node list", () => {
  it("that is empty is printed as nothing", () => {
    expect(parseNodeList(bytes("\n"))).toEqual({ ok: true, value: [] });
  });

  it("leaves out families that are disabled and addresses that are `<nil>`", () => {
    const list = [
      { name: "a", "primary-address": { ipv4: { ip: "192.0.2.1", "alloc-range": "10.0.0.0/24" }, ipv6: {} } },
      { name: "b", "primary-address": { ipv4: { ip: "<nil>" } }, source: "custom-resource" },
    ];
    expect(parseNodeList(bytes(list))).toMatchObject({
      value: [
        { name: "a", ips: ["192.0.2.1"], healthIPs: [], podCIDRs: ["10.0.0.0/24"], source: "" },
        { name: "b", ips: [], source: "custom-resource" },
      ],
    });
  });

  it("passes over entries without a name", () => {
    const facts = factsOf({
      nodes: [kubeNode("a")],
      pods: [agentPod("a")],
      captures: [capture("a", "cilium-node-list.json", printed([{}, { name: "a" }]))],
    });
    expect(facts.nodes.map((node) => node.name)).toEqual(["a"]);
    expect(facts.nodes[0]?.agent?.nodeList).toMatchObject({ count: 2, listed: Uint8Array.of(1) });
  });
});

describe("an endpoint list", () => {
  it("of a recorded agent knows the health endpoint and who is not ready", () => {
    const parsed = parseEndpointList(recordedReply("policy-blocks-health", "worker-1", "cilium-endpoint-list.json"));
    expect(parsed).toMatchObject({ ok: true, value: { health: { state: "ready", enforcement: "ingress" } } });
  });

  it("that is empty is printed as nothing", () => {
    expect(parseEndpointList(bytes(""))).toMatchObject({ ok: true, value: { ready: 0, total: 0, health: null } });
  });

  it("names at most twenty that are not ready and counts all", () => {
    const list = Array.from({ length: 30 }, (_, id) => ({
      id,
      status: { state: "restoring", "external-identifiers": { "k8s-namespace": "shop", "k8s-pod-name": `cart-${id}` } },
    }));
    const parsed = parseEndpointList(bytes(list));
    expect(parsed.ok && [parsed.value.ready, parsed.value.total, parsed.value.notReady.length]).toEqual([0, 30, 20]);
    expect(parsed.ok && parsed.value.notReady[0]).toEqual({ id: 0, name: "shop/cart-0", state: "restoring" });
  });
});

describe("a failed capture", () => {
  it.each([
    [{ kind: "timeout", phase: "command", afterMs: 30_000 }, "timeout"],
    [{ kind: "http", status: 403, reason: "Forbidden", message: "no", retryAfterSeconds: null }, "http-403"],
    [{ kind: "network", code: "ECONNRESET", message: "reset" }, "ECONNRESET"],
    [{ kind: "network", code: "", message: "odd" }, "network"],
    [{ kind: "cut", bytes: 12 }, "cut"],
    [{ kind: "too-big", limitBytes: 1048576 }, "too-big"],
    [{ kind: "aborted" }, "aborted"],
  ] as const)("%j is the reason %s, and the others' rows stay whole", (outcome, reason) => {
    const facts = meshFacts(["a", "b"], { outcome: (name) => (name === "a" ? outcome : null) });
    expect(facts.nodes[0]?.agent?.failures).toMatchObject([{ id: "cilium-health-status.json", reason }]);
    expect(facts.matrix.rows[0]).toBeNull();
    expect(facts.matrix.rows[1]?.width).toBe(2);
  });
});
