import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { healthIP, hostIP, hostSilent, type MeshOptions, mesh, refused, silent } from "../mesh.ts";
import * as lost from "./filter-mesh.ts";

const of = (probes: NonNullable<MeshOptions["probes"]>, more: Partial<MeshOptions> = {}) =>
  mesh({ size: 5, zone: lost.twoZones, probes, ...more });
const bothPorts = (node: number) => ({ ...lost.hostPort(node), endpointHttp: silent(healthIP(node)) });

describe("health-tcp-4240-blocked fires", () => {
  it.each<[string, lost.Where, Partial<MeshOptions>, string[], number]>([
    ["to one node", lost.to(2), {}, ["worker-2"], 4],
    ["to all nodes of a zone", lost.to(4, 5), {}, ["worker-4", "worker-5"], 8],
    [
      "everywhere (SUSE/skuba#403)",
      lost.everywhere,
      {},
      ["worker-1", "worker-2", "worker-3", "worker-4", "worker-5"],
      20,
    ],
    ["between zones", lost.betweenZones, {}, ["worker-1", "worker-2", "worker-3", "worker-4", "worker-5"], 12],
    ["from one node", lost.from(3), {}, ["worker-3"], 4],
    ["to one of two", lost.to(2), { size: 2 }, ["worker-1", "worker-2"], 1],
  ])("%s, in a tunnel", (_where, where, more, nodes, pathCount) => {
    expect(findingsOf(of(lost.failing(where, lost.hostPort), more))).toMatchObject([
      { id: "health-tcp-4240-blocked", severity: "warning", nodes, pathCount },
    ]);
  });

  it("with ping gone too, since the pod path passes in the tunnel", () => {
    const [first, ...others] = findingsOf(of(lost.failing(lost.to(2), hostSilent)));
    expect(first).toMatchObject({ id: "health-tcp-4240-blocked", confidence: "likely", pathCount: 4 });
    expect(first?.title).toBe("tcp/4240 and ping are filtered to worker-2; the node is there");
    expect(others).toEqual([]);
  });

  it.each<[string, lost.Where, number]>([
    ["to one node", lost.to(2), 8],
    ["everywhere", lost.everywhere, 40],
    ["between zones", lost.betweenZones, 24],
  ])("with native routing on both addresses %s, when the filter is in the network", (_where, where, pathCount) => {
    expect(findingsOf(of(lost.failing(where, bothPorts), { config: lost.native }))).toMatchObject([
      { id: "health-tcp-4240-blocked", pathCount },
    ]);
  });

  it("with native routing on the node's address alone, when the filter is on the host", () => {
    const facts = of(lost.failing(lost.to(2), lost.hostPort), { config: lost.native });
    expect(findingsOf(facts)).toMatchObject([{ id: "health-tcp-4240-blocked", nodes: ["worker-2"], pathCount: 4 }]);
  });

  it("confirmed by the rule that drops the port that is set", () => {
    const rules = `${lost.accepting}-A INPUT -i eth0 -p tcp -m multiport --dports 80,4000:4250 -j DROP\n`;
    const [first] = findingsOf(of(lost.failing(lost.to(2), lost.hostPort), { confirming: lost.filterAt(2, rules) }));
    expect(first).toMatchObject({ id: "health-tcp-4240-blocked", confidence: "confirmed", alternatives: [] });
  });
});

describe("health-tcp-4240-blocked stays quiet", () => {
  it.each<[string, NonNullable<MeshOptions["probes"]>, Partial<MeshOptions>]>([
    [
      "a connection that is refused (cilium/cilium#33697)",
      lost.failing(lost.to(2), (node) => ({ hostHttp: refused(hostIP(node)) })),
      {},
    ],
    ["lost pings", lost.failing(lost.to(2), lost.hostPing), {}],
    ["a node that is dead on both paths", lost.failing(lost.to(2), lost.everything), {}],
    ["a dead pod path", lost.failing(lost.around(2), lost.podPath), {}],
  ])("on %s", (_what, probes, more) => {
    expect(idsOf(of(probes, more))).not.toContain("health-tcp-4240-blocked");
  });
});
