import { describe, expect, it } from "vitest";
import { parseAgentStatus } from "../../src/parse/agent-status.ts";
import { parseHealth } from "../../src/parse/health-json.ts";
import { parseNodeList } from "../../src/parse/node-list.ts";
import {
  address,
  agentPod,
  bytes,
  capture,
  factsOf,
  healthReply,
  kubeNode,
  now,
  printed,
  reportOf,
  rowEntry,
  silence,
  statusOf,
} from "../views.ts";

function health(reply: unknown) {
  const parsed = parseHealth(bytes(reply));
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

/** One cluster of a and b, where a's agent prints this; b's pod is not asked. */
function seenByA(stdout: unknown, more: { config?: object; version?: string } = {}) {
  return factsOf({
    nodes: [kubeNode("a"), kubeNode("b", { ip: "192.0.2.2" })],
    pods: [agentPod("a", { version: more.version ?? "1.19.3" }), agentPod("b")],
    config: more.config ?? {},
    captures: [capture("a", "cilium-health-status.json", printed(stdout)), capture("a", "date.txt", printed(now))],
  });
}

function statusAtoB(stdout: unknown, target: "host" | "endpoint", more: { config?: object; version?: string } = {}) {
  return statusOf(reportOf(seenByA(stdout, more)), "a", "b", target);
}

const fine = [address("192.0.2.2", "", "")];

describe("hostile or broken replies", () => {
  it("keys that name a prototype are only keys", () => {
    const reply = `{"__proto__":{"nodes":[]},"local":{"name":"a","__proto__":{"x":1}},"nodes":[
      {"name":"__proto__","host":{"primary-address":{"ip":"192.0.2.9","icmp":{},"http":{}}}},
      {"name":"constructor","host":{"primary-address":{"ip":"192.0.2.8","icmp":{},"http":{}}}}]}`;
    expect(seenByA(reply).nodes.map((node) => node.name)).toEqual(["a", "b", "__proto__", "constructor"]);
    expect(Object.hasOwn(Object.prototype, "nodes")).toBe(false);
  });

  it.each([
    ["1e400", 0],
    ["1e300", 1e300],
    ["-5", 0],
    ['"12"', 0],
    ["null", 0],
  ])("a latency of %s does no harm", (latency, expected) => {
    const reply = `{"nodes":[{"name":"b","host":{"primary-address":{"ip":"192.0.2.2","icmp":{"latency":${latency}},"http":{}}}}]}`;
    expect(health(reply).nodes?.[0]?.host?.[0]?.icmp?.latencyNs).toBe(expected);
    expect(statusAtoB(reply, "host", { version: "1.16.1" })).toBe("stale");
  });

  it("an absurd probe interval does not make everything fresh", () => {
    const reply = healthReply({
      interval: "99999999h",
      nodes: [rowEntry({ name: "b", host: [address("192.0.2.2", "", "", { probedAgo: 86_400 })] })],
    });
    expect(statusAtoB(reply, "host")).toBe("stale");
  });

  it("a probe from the far future does not make the others fresh", () => {
    const reply = healthReply({
      nodes: [
        rowEntry({ name: "a", host: [{ ip: "192.0.2.1", icmp: { lastProbed: "9999-01-01T00:00:00Z" }, http: {} }] }),
        rowEntry({ name: "b", host: [address("192.0.2.2", "", "", { probedAgo: 86_400 })] }),
      ],
    });
    expect(statusAtoB(reply, "host")).toBe("stale");
  });

  it("a node without a name is nobody", () => {
    const reply = healthReply({
      local: "a",
      nodes: [
        rowEntry({ name: "", host: fine }),
        rowEntry({ name: "x/", host: fine }),
        { host: {} },
        null,
        "b",
      ] as object[],
    });
    expect(seenByA(reply).nodes.map((node) => node.name)).toEqual(["a", "b"]);
  });

  it("a node that is listed twice keeps the failing entry", () => {
    const good = rowEntry({ name: "b", host: fine });
    const bad = rowEntry({ name: "home/b", host: [address("192.0.2.7", "", silence)] });
    for (const nodes of [
      [good, bad],
      [bad, good],
    ]) {
      expect(statusAtoB(healthReply({ nodes }), "host", { config: { "cluster-name": "home" } })).toBe("unreachable");
    }
  });

  it("of a flood of addresses the failing ones are kept", () => {
    const many = Array.from({ length: 500 }, (_, at) => address(`192.0.2.${at}`, "", at === 400 ? silence : ""));
    const facts = seenByA(healthReply({ nodes: [rowEntry({ name: "b", host: many })] }));
    expect(facts.matrix.rows[0]?.host.positions.length).toBeLessThanOrEqual(8);
    expect(statusOf(reportOf(facts), "a", "b", "host")).toBe("unreachable");
  });

  it.each([
    ["nothing", "", "empty"],
    ["a sentence", "no such thing", "not-json"],
    ["cut JSON", '{"local":{"name":"a"},"nodes":[{"name":"b","host"', "not-json"],
    ["another document", '{"kind":"Status","message":"no"}', "wrong-shape"],
    ["a bare list", "[]", "wrong-shape"],
    ["deeply nested brackets", "[".repeat(100_000), "not-json"],
  ])("%s is a failure that says what it is", (_what, stdout, reason) => {
    expect(parseHealth(bytes(stdout))).toMatchObject({ ok: false, reason });
  });

  it("strings that Go escaped for HTML are unescaped", () => {
    const reply = `{"nodes":[{"name":"b","host":{"primary-address":{"ip":"\\u003cnil\\u003e","http":{"status":"lookup \\u003cnil\\u003e: no such host"},"icmp":{}}}}]}`;
    expect(health(reply).nodes?.[0]?.host?.[0]).toMatchObject({
      ip: "",
      http: { status: "lookup <nil>: no such host" },
    });
  });

  it("a status without a cilium section and a node list that is an object are named, not guessed at", () => {
    expect(parseAgentStatus(bytes("{}"))).toMatchObject({ ok: false, reason: "wrong-shape" });
    expect(parseNodeList(bytes("{}"))).toMatchObject({ ok: false, reason: "wrong-shape" });
  });
});
