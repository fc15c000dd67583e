import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { hostIP, mesh, refused } from "../mesh.ts";
import { rewritten } from "./view-edits.ts";

const invalid = 'Get "http://[fe80::1]:4240/hello": dial tcp [fe80::1]:4240: connect: invalid argument';
const linkLocal = (node: number) =>
  node === 3 ? { spec: { addresses: [{ type: "InternalIP", ip: "fe80::1" }] } } : undefined;

// cilium/cilium#33648
describe("a link-local node address", () => {
  it("cannot be dialled", () => {
    const facts = mesh({
      size: 4,
      probes: (_from, to) => (to === 3 ? { hostHttp: invalid } : null),
      patch: { ciliumNode: linkLocal },
      healthNodes: (entries) => rewritten(entries, 3, hostIP(3), "fe80::1"),
    });
    expect(findingsOf(facts)[0]).toMatchObject({
      id: "node-ip-link-local",
      confidence: "confirmed",
      nodes: ["worker-3"],
    });
  });

  it("explains a refused IPv4 port of the same node better than a port conflict", () => {
    const probes = (_from: number, to: number) => (to === 3 ? { hostHttp: refused(hostIP(3)) } : null);
    expect(idsOf(mesh({ size: 4, probes, patch: { ciliumNode: linkLocal } }))).toContain("node-ip-link-local");
    expect(idsOf(mesh({ size: 4, probes }))).toEqual(["health-port-conflict"]);
  });
});
