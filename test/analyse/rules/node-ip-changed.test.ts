import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, endpointSilent, hostIP, type MeshOptions, mesh, noRoute } from "../mesh.ts";
import { rewritten } from "./view-edits.ts";

const old = "172.31.0.99";
const stale = (observers: readonly number[]): MeshOptions => ({
  size: 4,
  probes: (from, to) => (observers.includes(from) && to === 3 ? { hostHttp: noRoute(old) } : null),
  healthNodes: (entries, node) => (observers.includes(node) ? rewritten(entries, 3, hostIP(3), old) : entries),
});

// cilium/cilium#31066, #15406
describe("an address that a node no longer has", () => {
  it.each([[[1]], [[1, 2]]])("is told by comparison with Kubernetes, for observers %j", (observers) => {
    const [finding, ...more] = findingsOf(mesh(stale(observers)));
    expect([finding?.id, finding?.confidence, finding?.pathCount]).toEqual([
      "node-ip-changed",
      "confirmed",
      observers.length,
    ]);
    expect(more).toEqual([]);
  });

  it("that the node's own CiliumNode announces is mended there", () => {
    const addresses = { spec: { addresses: [{ type: "InternalIP", ip: old }] } };
    const [finding] = findingsOf(
      mesh({ ...stale([1, 2, 4]), patch: { ciliumNode: (node) => (node === 3 ? addresses : undefined) } }),
    );
    expect(finding?.fix).toContain("restart the agent of worker-3");
  });

  it("takes the way back through the tunnel with it: an observer's answers go to the old address", () => {
    const probes: MeshOptions["probes"] = (from, to) =>
      to === 3 && from < 3 ? allSilent(3) : from === 3 && to < 3 ? endpointSilent(to) : null;
    const [finding, ...more] = findingsOf(mesh({ ...stale([1, 2]), probes }));
    expect([finding?.id, finding?.pathCount, more]).toEqual(["node-ip-changed", 6, []]);
  });

  it("comes before a dead machine: the one that does not answer is not the node", () => {
    const options = stale([1, 2, 4]);
    const facts = mesh({ ...options, probes: (from, to) => (to === 3 && from !== 3 ? allSilent(3) : null) });
    expect(idsOf(facts)[0]).toBe("node-ip-changed");
  });

  it.each([
    ["the address is right", { size: 4, probes: stale([1]).probes ?? (() => null) }],
    ["the old address answers", { size: 4, healthNodes: stale([1]).healthNodes ?? ((entries) => entries) }],
  ])("is not blamed where %s", (_what, options: MeshOptions) => {
    expect(idsOf(mesh(options))).not.toContain("node-ip-changed");
  });
});
