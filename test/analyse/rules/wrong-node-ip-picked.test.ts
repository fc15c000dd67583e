import { describe, expect, it } from "vitest";
import { wants } from "../../../src/analyse/analyse.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, hostIP, type MeshOptions, mesh } from "../mesh.ts";
import { rewritten } from "./view-edits.ts";

const scope = { nodes: [], zones: [], target: null, protocol: null };
const announce = (isWrong: (node: number) => boolean, ip: string): MeshOptions => ({
  size: 4,
  patch: {
    node: (node) => (isWrong(node) ? { status: { addresses: [{ type: "InternalIP", address: ip }] } } : undefined),
    ciliumNode: (node) => (isWrong(node) ? { spec: { addresses: [{ type: "InternalIP", ip }] } } : undefined),
  },
  healthNodes: (entries) =>
    [1, 2, 3, 4].filter(isWrong).reduce((all, node) => rewritten(all, node, hostIP(node), ip), entries),
  probes: (from, to) => (from !== to && (isWrong(from) || isWrong(to)) ? allSilent(to) : null),
});
const three = (node: number) => node === 3;
const addresses = (more: string) => ({ "ip-addr.txt": `lo UNKNOWN 127.0.0.1/8\neth0 UP 10.77.0.5/24 ${more}\n` });

// cilium/cilium#18670: Vagrant gives each guest 10.0.2.15
describe("the address of the wrong NIC", () => {
  it("is likely where all guests have the NAT address", () => {
    expect(findingsOf(mesh(announce(() => true, "10.0.2.15")))).toMatchObject([
      { id: "wrong-node-ip-picked", confidence: "likely", nodes: ["worker-1", "worker-2", "worker-3", "worker-4"] },
    ]);
  });

  it("is confirmed where the node has a better one (hetznercloud/hcloud-cloud-controller-manager#115)", () => {
    const facts = mesh({ ...announce(three, "10.77.0.5"), confirming: () => addresses("172.31.0.13/24") });
    expect(findingsOf(facts)).toMatchObject([
      { id: "wrong-node-ip-picked", confidence: "confirmed", nodes: ["worker-3"], pathCount: 12 },
    ]);
  });

  it("asks the suspect and a control for their addresses first", () => {
    const wanted = wants(mesh(announce(three, "10.77.0.5")), scope).filter(({ capture }) => capture === "ip-addr.txt");
    expect(wanted.map(({ node }) => node)).toContain("worker-3");
  });

  it("is not claimed of a node in another network that has no better address", () => {
    const facts = mesh({ ...announce(three, "10.77.0.5"), confirming: () => addresses("") });
    expect(idsOf(facts)).not.toContain("wrong-node-ip-picked");
  });

  it("is not claimed of a node in another network that is reached", () => {
    const { probes: _failing, ...reached } = announce(three, "10.77.0.5");
    expect(idsOf(mesh({ ...reached, confirming: () => addresses("172.31.0.13/24") }))).toEqual([]);
  });
});
