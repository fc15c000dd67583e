import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, hostIP, type MeshOptions, mesh } from "../mesh.ts";
import { rewritten, withoutEntry } from "./view-edits.ts";

const sameIP = (node: number) =>
  node === 3 ? { spec: { addresses: [{ type: "InternalIP", ip: hostIP(2) }] } } : undefined;
const sameNodeIP = (node: number) =>
  node === 3 ? { status: { addresses: [{ type: "InternalIP", address: hostIP(2) }] } } : undefined;

// cilium/cilium#31921, #28702
describe("one address on two nodes", () => {
  const cases: readonly (readonly [string, MeshOptions["patch"]])[] = [
    ["CiliumNodes", { ciliumNode: sameIP }],
    ["Nodes and CiliumNodes", { ciliumNode: sameIP, node: sameNodeIP }],
  ];

  it.each(cases)("is plain from the %s, whatever the probes say", (_what, patch) => {
    expect(findingsOf(mesh({ size: 4, patch: patch ?? {} }))).toMatchObject([
      { id: "duplicate-node-ip", severity: "warning", confidence: "confirmed", nodes: ["worker-2", "worker-3"] },
    ]);
  });

  it("is an outage where probes of the two fail", () => {
    const facts = mesh({
      size: 4,
      patch: { ciliumNode: sameIP, node: sameNodeIP },
      healthNodes: (entries) => rewritten(entries, 3, hostIP(3), hostIP(2)),
      probes: (from, to) => (to === 3 && from !== 3 ? allSilent(3) : null),
    });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "duplicate-node-ip", severity: "error" });
  });

  it("is none where a virtual node bears its machine's address", () => {
    const virtual = { metadata: { labels: { type: "virtual-kubelet" } }, ...sameNodeIP(3) };
    const none = (node: number) => (node === 3 ? ("none" as const) : undefined);
    const patch = { pod: none, ciliumNode: none, node: (node: number) => (node === 3 ? virtual : undefined) };
    expect(idsOf(mesh({ size: 4, patch, healthNodes: (entries) => withoutEntry(entries, 3) }))).toEqual([]);
  });

  it("is none in a mesh of distinct addresses", () => {
    expect(idsOf(mesh({ size: 4 }))).toEqual([]);
  });
});
