import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { healthIP, type MeshOptions, mesh, silent } from "../mesh.ts";
import * as lost from "./filter-mesh.ts";

const tcpLost = (node: number) => ({ endpointHttp: silent(healthIP(node)) });
const of = (where: lost.Where, more: Partial<MeshOptions> = {}): MeshOptions => ({
  size: 5,
  zone: lost.twoZones,
  probes: lost.failing(where, tcpLost),
  ...more,
});
const snmp = (errors: number) => () => ({
  "snmp.txt": `Ip: Forwarding DefaultTTL\nIp: 1 64\nTcp: RtoAlgorithm InSegs OutSegs InErrs InCsumErrors\nTcp: 1 3950 4403 ${errors} ${errors}\n`,
});

describe("checksum-offload fires", () => {
  it.each<[string, lost.Where, number]>([
    ["between two kinds of machines (mitchross/talos-argocd-proxmox#1953)", lost.betweenZones, 12],
    ["at one node", lost.around(2), 8],
    ["everywhere", lost.everywhere, 20],
  ])("%s, as a possibility", (_where, where, pathCount) => {
    expect(findingsOf(mesh(of(where)))).toMatchObject([
      { id: "checksum-offload", severity: "error", confidence: "possible", pathCount },
    ]);
  });

  it("with the counter as a hint, which read once proves nothing", () => {
    const [first] = findingsOf(mesh(of(lost.around(2), { confirming: snmp(212) })));
    expect(first).toMatchObject({ id: "checksum-offload", confidence: "possible" });
    expect(first?.evidence).toContainEqual({
      text: "worker-2 has counted 212 TCP segments with a wrong checksum since it started",
      node: "worker-2",
      capture: "snmp.txt",
    });
  });
});

describe("checksum-offload stays quiet", () => {
  it.each<[string, MeshOptions]>([
    ["where ping to pods is lost too", of(lost.around(2), { probes: lost.failing(lost.around(2), lost.podPath) })],
    ["where one node's responder does not answer", of(lost.to(2))],
    ["on one path in one direction", of(lost.oneWay(1, 2))],
    ["where counters stand and nothing fails", { size: 5, confirming: snmp(212) }],
  ])("%s", (_what, options) => {
    expect(idsOf(mesh(options))).not.toContain("checksum-offload");
  });
});
