import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { endpointSilent, type MeshOptions, mesh, timedOut } from "../mesh.ts";
import { bpfMetrics, clusterwidePolicy, enforcedEndpoints } from "../policies.ts";
import { recorded, recordedInFull } from "../recorded.ts";

const health = { matchLabels: { "reserved:health": "" } };
const toNode2: MeshOptions = { size: 5, probes: (from, to) => (to === 2 && from !== 2 ? endpointSilent(to) : {}) };
const everywhere: MeshOptions = { size: 5, probes: (from, to) => (from === to ? {} : endpointSilent(to)) };
const enforcedAt = (
  nodes: readonly number[],
  allowed?: readonly number[],
): NonNullable<MeshOptions["endpointList"]> => {
  return (entries, node) =>
    nodes.includes(node) ? enforcedEndpoints(entries, "ingress", allowed === undefined ? {} : { allowed }) : entries;
};
const all = [1, 2, 3, 4, 5];

function brief(options: MeshOptions): string[] {
  return findingsOf(mesh(options)).map(
    ({ id, severity, confidence, nodes, pathCount }) =>
      `${severity} ${id} ${confidence} ${pathCount} ${nodes.length === options.size ? "all" : nodes.join()}`,
  );
}

describe("a policy on the health endpoint", () => {
  it.each([
    ["by what every run reads", recorded],
    ["with the counters of the second round", recordedInFull],
  ])("is the first finding of the capture policy-blocks-health, at all nodes, %s", async (_how, read) => {
    const findings = findingsOf(await read("policy-blocks-health"));
    expect(findings.map(({ id, confidence, nodes, pathCount }) => ({ id, confidence, nodes, pathCount }))).toEqual([
      {
        id: "policy-blocks-health",
        confidence: "confirmed",
        nodes: ["worker-1", "worker-2", "worker-3", "worker-4", "worker-5"],
        pathCount: 20,
      },
    ]);
    expect(findings[0]?.fix).toContain("lock-health");
  });

  it("owns the column of the node that enforces it (cilium/cilium#14871)", () => {
    expect(brief({ ...toNode2, endpointList: enforcedAt([2], [1, 4]) })).toEqual([
      "error policy-blocks-health confirmed 4 worker-2",
    ]);
  });

  it("is a warning where it admits 4240/tcp and drops ping alone", () => {
    const probes: NonNullable<MeshOptions["probes"]> = (from, to) => (from === to ? {} : { endpointIcmp: timedOut });
    const endpointList: NonNullable<MeshOptions["endpointList"]> = (entries) =>
      enforcedEndpoints(entries, "ingress", { allowed: [1, 4], ports: ["4240/TCP"] });
    expect(brief({ size: 5, probes, endpointList })).toEqual(["warning policy-blocks-health confirmed 20 all"]);
  });

  it("is only likely where a rule for the health port may be meant for the other nodes", () => {
    const endpointList: NonNullable<MeshOptions["endpointList"]> = (entries) =>
      enforcedEndpoints(entries, "both", { allowed: [1, 4], ports: ["4240/TCP"] });
    const [finding] = findingsOf(mesh({ ...everywhere, endpointList }));
    expect(finding).toMatchObject({ id: "policy-blocks-health", confidence: "likely" });
    expect(finding?.alternatives.map(({ id }) => id)).toEqual(["vxlan-udp-blocked"]);
  });

  it.each([
    ["enable-policy is always (cilium/cilium#11099)", { config: { "enable-policy": "always" } }],
    ["a policy selects reserved:health (ionfury/homelab#225)", { policies: [clusterwidePolicy("lock", health)] }],
    ["a policy selects every endpoint (cilium/cilium#15348)", { policies: [clusterwidePolicy("deny-all", {})] }],
  ])("is likely without any endpoint list where %s", (_when, more) => {
    const endpointList: NonNullable<MeshOptions["endpointList"]> = () => [{ id: "no list" }];
    const facts = mesh({ ...everywhere, ...more, endpointList });
    const nodes = facts.nodes.map((node) => ({
      ...node,
      agent: node.agent === null ? null : { ...node.agent, endpoints: null },
    }));
    expect(findingsOf({ ...facts, nodes })[0]).toMatchObject({ id: "policy-blocks-health", confidence: "likely" });
  });
});

describe("the same matrix is something else where", () => {
  it.each<[string, MeshOptions]>([
    ["nothing is enforced", everywhere],
    ["egress alone is enforced", { ...everywhere, endpointList: (list) => enforcedEndpoints(list, "egress") }],
    ["the policy is audited only", { ...everywhere, endpointList: (list) => enforcedEndpoints(list, "audit-ingress") }],
    ["the policy in force lets remote nodes in", { ...everywhere, endpointList: enforcedAt(all, [1, 4, 6]) }],
    ["another node is reached under the same policy", { ...toNode2, endpointList: enforcedAt(all, [1, 4]) }],
    [
      "no packet was ever denied by policy",
      {
        ...everywhere,
        endpointList: enforcedAt(all, [1, 4]),
        confirming: () => ({ "bpf-metrics.json": bpfMetrics() }),
      },
    ],
  ])("%s", (_when, options) => {
    expect(idsOf(mesh(options))).not.toContain("policy-blocks-health");
  });

  it("the tunnel port is blocked (capture vxlan-blocked-one-node)", async () => {
    expect(idsOf(await recordedInFull("vxlan-blocked-one-node"))).not.toContain("policy-blocks-health");
  });

  it("the node itself is not reached", () => {
    const probes: NonNullable<MeshOptions["probes"]> = (from, to) =>
      from === to ? {} : { ...endpointSilent(to), hostIcmp: timedOut, hostHttp: "context deadline exceeded" };
    expect(idsOf(mesh({ size: 5, probes, endpointList: enforcedAt(all) }))).not.toContain("policy-blocks-health");
  });
});

it("leaves a healthy mesh alone whatever is enforced", () => {
  const policies = [clusterwidePolicy("lock", health)];
  expect(idsOf(mesh({ size: 4, policies, endpointList: enforcedAt(all, [1, 4]) }))).toEqual([]);
});
