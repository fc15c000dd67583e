import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { hostIP, type MeshOptions, mesh, noRoute, refused, timedOut } from "../mesh.ts";
import * as lost from "./filter-mesh.ts";

const rejects = (node: number) => ({ hostHttp: noRoute(hostIP(node)) });
const firewalld = `${lost.accepting}-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p icmp -j ACCEPT
-A INPUT -p tcp -m tcp --dport 22 -j ACCEPT
-A INPUT -j REJECT --reject-with icmp-host-prohibited
`;
const of = (probes: NonNullable<MeshOptions["probes"]>, more: Partial<MeshOptions> = {}) =>
  mesh({ size: 5, probes, ...more });

describe("host-firewall-reject fires", () => {
  it("at one node that turns the health port away (firewalld, cilium/cilium-cli#673)", () => {
    const [first, ...others] = findingsOf(of(lost.failing(lost.to(2), rejects)));
    expect(first).toMatchObject({ id: "host-firewall-reject", severity: "error", confidence: "likely", pathCount: 4 });
    expect(first?.nodes).toEqual(["worker-2"]);
    expect(first?.alternatives.map(({ id }) => id)).toContain("neighbor-stale");
    expect(first?.confirm[0]).toMatchObject({ node: "worker-2", argv: ["iptables", "-S"] });
    expect(others).toEqual([]);
  });

  it("with the rule that was read, the tunnel port rejected too", () => {
    const probes = lost.both(lost.failing(lost.to(2), rejects), lost.failing(lost.around(2), lost.podPath));
    const [first, ...others] = findingsOf(of(probes, { confirming: lost.filterAt(2, firewalld) }));
    expect(first).toMatchObject({ id: "host-firewall-reject", confidence: "confirmed", pathCount: 4 + 8 });
    expect(first?.evidence.map(({ text }) => text)).toContain(
      "the packet filter of worker-2 rejects tcp/4240: -A INPUT -j REJECT --reject-with icmp-host-prohibited",
    );
    expect(others).toEqual([]);
  });

  it("on every node of an image that starts firewalld", () => {
    expect(findingsOf(of(lost.failing(lost.everywhere, rejects)))).toMatchObject([
      { id: "host-firewall-reject", pathCount: 20 },
    ]);
  });

  it("at a node that rejects ping as well, since its own agent answers and reaches the others", () => {
    const probes = lost.failing(lost.to(2), (node) => ({ ...rejects(node), hostIcmp: timedOut }));
    expect(idsOf(of(probes))).toEqual(["host-firewall-reject"]);
  });
});

describe("host-firewall-reject stays quiet", () => {
  it.each<[string, NonNullable<MeshOptions["probes"]>, Partial<MeshOptions>]>([
    ["a filter that drops", lost.failing(lost.to(2), lost.hostPort), {}],
    ["a port that nothing listens on", lost.failing(lost.to(2), (node) => ({ hostHttp: refused(hostIP(node)) })), {}],
    [
      "a dead neighbor (captures of a node with its link down)",
      lost.failing(lost.to(2), (node) => ({ ...rejects(node), hostIcmp: timedOut })),
      { outOfReach: { 2: "no route to host" } },
    ],
    [
      "one pair whose neighbor entry fails",
      lost.failing(lost.oneWay(1, 2), (node) => ({ ...rejects(node), hostIcmp: timedOut })),
      {},
    ],
  ])("on %s", (_what, probes, more) => {
    expect(idsOf(of(probes, more))).not.toContain("host-firewall-reject");
  });
});
