import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh } from "../mesh.ts";
import { ipsec } from "./encrypted-mesh.ts";
import * as lost from "./filter-mesh.ts";

const of = (where: lost.Where, more: Partial<MeshOptions> = {}): MeshOptions => ({
  size: 5,
  zone: lost.twoZones,
  config: ipsec,
  probes: lost.failing(where, lost.podPath),
  ...more,
});
const still = () => ({ "xfrm_stat.txt": "XfrmInError             \t0\nXfrmInNoStates          \t0\n" });
const dropsEsp = `${lost.accepting}-A INPUT -p esp -j DROP\n`;

describe("ipsec-esp-blocked fires", () => {
  it.each<[string, lost.Where, number]>([
    ["between security groups (cilium/cilium#18678)", lost.betweenZones, 12],
    ["everywhere", lost.everywhere, 20],
    ["at one node", lost.around(2), 8],
  ])("%s, likely where nothing that came was left unopened", (_where, where, pathCount) => {
    const [first, ...others] = findingsOf(mesh(of(where, { confirming: still })));
    expect(first).toMatchObject({ id: "ipsec-esp-blocked", severity: "error", confidence: "likely", pathCount });
    expect(others).toEqual([]);
  });

  it("as a possibility before the counters were read, the state mismatch first among its neighbours", () => {
    const [first] = findingsOf(mesh(of(lost.betweenZones)));
    expect(first).toMatchObject({ id: "ipsec-esp-blocked", confidence: "possible" });
    expect(first?.alternatives.map(({ id }) => id)).toEqual([
      "ipsec-state-mismatch",
      "vxlan-udp-blocked",
      "config-skew",
    ]);
  });

  it("confirmed by the rule that drops the protocol, with native routing as well", () => {
    const facts = (config: Record<string, string>) =>
      mesh(of(lost.around(2), { config: { ...ipsec, ...config }, confirming: lost.filterAt(2, dropsEsp) }));
    for (const config of [{}, lost.native]) {
      expect(findingsOf(facts(config))[0]).toMatchObject({ id: "ipsec-esp-blocked", confidence: "confirmed" });
    }
  });
});

describe("ipsec-esp-blocked stays quiet", () => {
  it.each<[string, MeshOptions]>([
    ["without IPsec, the same matrix: the tunnel port", of(lost.around(2), { config: {} })],
    [
      "with native routing and no fact: probes may travel in the clear",
      of(lost.around(2), { config: { ...ipsec, ...lost.native } }),
    ],
    ["where one direction alone fails", of(lost.to(2))],
    [
      "where ping passes",
      of(lost.around(2), {
        probes: lost.failing(lost.around(2), (node) => ({ endpointHttp: lost.podPath(node).endpointHttp ?? "" })),
      }),
    ],
  ])("%s", (_what, options) => {
    expect(idsOf(mesh(options))).not.toContain("ipsec-esp-blocked");
  });
});
