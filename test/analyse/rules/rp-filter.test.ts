import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { mesh } from "../mesh.ts";
import { cutOff, soundHost, withEndpointRoutes } from "./forwarding-mesh.ts";

const values = (all: number, lxc: number) => ({
  "rp_filter.txt": `/proc/sys/net/ipv4/conf/all/rp_filter:${all}\n/proc/sys/net/ipv4/conf/lxc_health/rp_filter:${lxc}\n/proc/sys/net/ipv4/conf/eth0/rp_filter:1\n`,
});

describe("rp-filter fires", () => {
  it.each([
    ["on a pod's interface (cilium/cilium#10645)", 0, 1],
    ["on all (cilium/cilium#20072)", 1, 0],
  ])("where filtering is strict %s", (_where, all, lxc) => {
    const [first] = findingsOf(mesh(cutOff({ ...withEndpointRoutes, ...values(all, lxc) })));
    expect(first).toMatchObject({ id: "rp-filter", confidence: "likely", nodes: ["worker-3"], pathCount: 4 });
    expect(first?.evidence[0]).toMatchObject({ node: "worker-3", capture: "rp_filter.txt" });
  });

  it("with less trust where BPF hands packets to pods", () => {
    const [first] = findingsOf(mesh(cutOff({ ...soundHost, ...values(0, 1) }, soundHost)));
    expect(first).toMatchObject({ id: "rp-filter", confidence: "possible" });
  });
});

describe("rp-filter stays quiet", () => {
  it.each([
    ["off, but for the NIC", 0, 0],
    ["loose (flatcar/Flatcar#181)", 2, 1],
  ])("where filtering is %s", (_how, all, lxc) => {
    expect(idsOf(mesh(cutOff({ ...withEndpointRoutes, ...values(all, lxc) })))).not.toContain("rp-filter");
  });

  it("where the FORWARD chain drops, which decides first", () => {
    const read = { ...withEndpointRoutes, ...values(1, 1), "iptables.txt": "-P FORWARD DROP\n" };
    expect(idsOf(mesh(cutOff(read)))).toEqual(["forward-drop"]);
  });

  it("where a node that is well filters as strictly", () => {
    const same = { ...withEndpointRoutes, ...values(1, 1) };
    expect(idsOf(mesh(cutOff(same, same)))).not.toContain("rp-filter");
  });
});
