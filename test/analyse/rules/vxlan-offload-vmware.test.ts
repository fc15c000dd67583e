import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { healthIP, type MeshOptions, mesh, silent } from "../mesh.ts";
import * as lost from "./filter-mesh.ts";

const tcpLost = (node: number) => ({ endpointHttp: silent(healthIP(node)) });
const onVsphere = { node: () => ({ spec: { providerID: "vsphere://4237b1f2-8f0c-9d4e" } }) };
/** worker-1 and worker-2 on one ESXi host, the others each on one of their own. */
const acrossHosts: lost.Where = (from, to) => !(from <= 2 && to <= 2);
const of = (where: lost.Where, more: Partial<MeshOptions> = {}): MeshOptions => ({
  size: 5,
  probes: lost.failing(where, tcpLost),
  patch: onVsphere,
  ...more,
});

describe("vxlan-offload-vmware fires", () => {
  it.each<[string, lost.Where, number]>([
    ["on all pairs", lost.everywhere, 20],
    ["on pairs of different hypervisor hosts (cilium/cilium#21801)", acrossHosts, 18],
    ["at one node that was moved", lost.around(3), 8],
  ])("%s", (_where, where, pathCount) => {
    const [first, ...others] = findingsOf(mesh(of(where)));
    expect(first).toMatchObject({ id: "vxlan-offload-vmware", severity: "error", confidence: "likely" });
    expect(first?.pathCount).toBe(pathCount);
    expect(first?.evidence.map(({ text }) => text).join()).toContain(
      "run on VMware, and the tunnel uses VXLAN on udp/8472",
    );
    expect(first?.alternatives.map(({ id }) => id)).toEqual([
      "checksum-offload",
      "stale-health-endpoint-ip",
      "foreign-snat",
    ]);
    expect(others).toEqual([]);
  });
});

describe("vxlan-offload-vmware stays quiet", () => {
  it.each<[string, MeshOptions, string]>([
    ["on other machines, the same matrix", of(lost.everywhere, { patch: {} }), "checksum-offload"],
    ["on another tunnel port", of(lost.everywhere, { config: { "tunnel-port": "8223" } }), "checksum-offload"],
    ["with Geneve", of(lost.everywhere, { config: { "tunnel-protocol": "geneve" } }), "checksum-offload"],
    [
      "where ping is lost too",
      of(lost.everywhere, { probes: lost.failing(lost.everywhere, lost.podPath) }),
      "vxlan-udp-blocked",
    ],
  ])("%s", (_what, options, id) => {
    expect(idsOf(mesh(options))).toEqual([id]);
  });
});
