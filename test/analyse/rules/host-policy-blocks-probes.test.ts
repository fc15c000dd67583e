import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, endpointSilent, hostSilent, type MeshOptions, mesh, nameOf, silent } from "../mesh.ts";
import { bpfMetrics, clusterwidePolicy, enforcedEndpoints } from "../policies.ts";

const on = { "enable-host-firewall": "true" };
const enforced =
  (host: string, nodes: readonly number[]): NonNullable<MeshOptions["endpointList"]> =>
  (entries, node) =>
    enforcedEndpoints(entries, "none", { host: nodes.includes(node) ? host : "none" });
const toNode2: NonNullable<MeshOptions["probes"]> = (from, to) => (to === 2 && from !== 2 ? hostSilent(to) : {});
const selects = (node: number) =>
  clusterwidePolicy("lock-node", { matchLabels: { "kubernetes.io/hostname": nameOf(node) } }, { on: "node" });
const labelled: NonNullable<MeshOptions["patch"]> = {
  node: (node) => ({ metadata: { labels: { "kubernetes.io/hostname": nameOf(node) } } }),
};

describe("a host policy", () => {
  it("owns the node addresses of the nodes it isolates (cilium/cilium#17505)", () => {
    const facts = mesh({
      size: 5,
      config: on,
      probes: toNode2,
      policies: [selects(2)],
      patch: labelled,
      endpointList: enforced("ingress", [2]),
      confirming: () => ({ "bpf-metrics.json": bpfMetrics({ "Policy denied": 31 }) }),
    });
    expect(findingsOf(facts)).toMatchObject([
      { id: "host-policy-blocks-probes", confidence: "confirmed", nodes: ["worker-2"], pathCount: 4 },
    ]);
    const texts = findingsOf(facts)[0]?.evidence.map(({ text }) => text);
    expect(texts).toContain("cluster-wide ingress policies whose nodeSelector matches: lock-node");
    expect(texts).toContain("worker-2 has counted 31 packets denied by policy");
  });

  it("takes the pod path with it where it denies the tunnel port, and is then only likely", () => {
    const probes: NonNullable<MeshOptions["probes"]> = (from, to) => (to === 2 && from !== 2 ? allSilent(to) : {});
    const [finding] = findingsOf(mesh({ size: 5, config: on, probes, endpointList: enforced("both", [2]) }));
    expect(finding).toMatchObject({ id: "host-policy-blocks-probes", confidence: "likely", pathCount: 8 });
    expect(finding?.alternatives.map(({ id }) => id)).toEqual(["host-input-drop"]);
  });

  it("takes the way back too where answers through the tunnel are denied as they come in", () => {
    const probes: NonNullable<MeshOptions["probes"]> = (from, to) =>
      to === 2 && from !== 2 ? allSilent(to) : from === 2 && to !== 2 ? endpointSilent(to) : {};
    const options: MeshOptions = { size: 5, config: on, probes, endpointList: enforced("ingress", [2]) };
    expect(findingsOf(mesh(options))).toMatchObject([{ id: "host-policy-blocks-probes", pathCount: 12 }]);
  });

  it("owns the row of a node whose egress it isolates", () => {
    const probes: NonNullable<MeshOptions["probes"]> = (from, to) => (from === 3 && to !== 3 ? hostSilent(to) : {});
    const facts = mesh({ size: 5, config: on, probes, endpointList: enforced("egress", [3]) });
    expect(findingsOf(facts)).toMatchObject([{ id: "host-policy-blocks-probes", nodes: ["worker-3"], pathCount: 4 }]);
  });

  it("may let ping pass", () => {
    const probes: NonNullable<MeshOptions["probes"]> = (from, to) =>
      from === to ? {} : { hostHttp: silent("172.31.0.1") };
    const facts = mesh({ size: 4, config: on, probes, endpointList: enforced("ingress", [1, 2, 3, 4]) });
    expect(idsOf(facts)).toEqual(["host-policy-blocks-probes"]);
  });
});

describe("the same matrix is something else where", () => {
  it.each<[string, Partial<MeshOptions>]>([
    ["the host firewall is off", { endpointList: enforced("ingress", [2]) }],
    ["the host endpoint is not enforced", { config: on, endpointList: enforced("none", [2]) }],
    [
      "no packet was ever denied by policy",
      {
        config: on,
        endpointList: enforced("ingress", [2]),
        confirming: () => ({ "bpf-metrics.json": bpfMetrics({ "Stale or unroutable IP": 2 }) }),
      },
    ],
  ])("%s", (_when, more) => {
    expect(idsOf(mesh({ size: 5, probes: toNode2, ...more }))).not.toContain("host-policy-blocks-probes");
  });
});
