import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh, timedOut } from "../mesh.ts";
import { recorded, recordedInFull } from "../recorded.ts";
import * as lost from "./filter-mesh.ts";

const of = (probes: NonNullable<MeshOptions["probes"]>, more: Partial<MeshOptions> = {}) =>
  mesh({ size: 6, zone: lost.twoZones, probes, ...more });
const bothPings = () => ({ hostIcmp: timedOut, endpointIcmp: timedOut });

describe("icmp-blocked fires", () => {
  it("on the recorded echo requests dropped everywhere", async () => {
    expect(findingsOf(await recorded("icmp-blocked-everywhere"))).toMatchObject([
      { id: "icmp-blocked", severity: "warning", confidence: "likely", pathCount: 20 },
    ]);
    const [first] = findingsOf(await recordedInFull("icmp-blocked-everywhere"));
    expect(first).toMatchObject({ id: "icmp-blocked", confidence: "confirmed" });
    expect(first?.evidence.map(({ text }) => text)).toContain(
      "the packet filter of worker-2 drops icmp: -A INPUT -i eth0 -p icmp -m icmp --icmp-type 8 -j DROP",
    );
  });

  it("where a node drops its own answers, those to itself as well", () => {
    const dropsAnswers: NonNullable<MeshOptions["probes"]> = (_from, to) => (to === 2 ? lost.hostPing() : null);
    const rule = "-A OUTPUT -p icmp -m icmp --icmp-type 0 -j DROP";
    const [first, ...others] = findingsOf(
      of(dropsAnswers, { confirming: lost.filterAt(2, `${lost.accepting}${rule}\n`) }),
    );
    expect(first).toMatchObject({ id: "icmp-blocked", confidence: "confirmed", nodes: ["worker-2"], pathCount: 6 });
    expect(first?.evidence.map(({ text }) => text)).toContain(
      `the packet filter of worker-2 drops icmp as it leaves: ${rule}`,
    );
    expect(others).toEqual([]);
  });

  it.each<[string, lost.Where, string, number]>([
    ["one node", lost.to(2), "ping is filtered to worker-2; TCP passes", 5],
    ["one sender", lost.from(2), "ping is filtered from worker-2; TCP passes", 5],
    ["one node both ways", lost.around(2), "ping is filtered from and to worker-2; TCP passes", 10],
    [
      "two zones",
      lost.betweenZones,
      "ping is filtered between north and south (topology.kubernetes.io/zone); TCP passes",
      18,
    ],
    [
      "workers towards control planes (kubernetes/kops#15329)",
      (from, to) => from <= 3 && to > 3,
      "ping is filtered from worker-1, worker-2 and worker-3 to worker-4, worker-5 and worker-6; TCP passes",
      9,
    ],
  ])("at %s", (_where, where, title, pathCount) => {
    expect(findingsOf(of(lost.failing(where, lost.hostPing)))).toMatchObject([
      { id: "icmp-blocked", severity: "warning", title, pathCount },
    ]);
  });

  it("with native routing on both addresses", () => {
    expect(findingsOf(of(lost.failing(lost.to(2), bothPings), { config: lost.native }))).toMatchObject([
      { id: "icmp-blocked", nodes: ["worker-2"], pathCount: 10 },
    ]);
  });

  it("in a tunnel also where a node drops the replies to its own pings of pods", () => {
    const probes = lost.both(lost.failing(lost.to(2), lost.hostPing), lost.failing(lost.from(2), bothPings));
    expect(findingsOf(of(probes))).toMatchObject([{ id: "icmp-blocked", nodes: ["worker-2"], pathCount: 15 }]);
  });

  it("as a possibility before 1.15, whose ping results may be leftovers (cilium/cilium PR 30504)", () => {
    const patch = { status: () => ({ cilium: { state: "Ok", msg: "1.14.2 (v1.14.2-ab12cd34)" } }) };
    expect(findingsOf(of(lost.failing(lost.everywhere, lost.hostPing), { patch }))).toMatchObject([
      { id: "icmp-blocked", confidence: "possible" },
    ]);
  });
});

describe("icmp-blocked stays quiet", () => {
  it.each<[string, NonNullable<MeshOptions["probes"]>]>([
    ["a port that is filtered", lost.failing(lost.to(2), lost.hostPort)],
    ["a node that is dead", lost.failing(lost.to(2), lost.everything)],
    ["ping of pods alone", lost.failing(lost.to(2), () => ({ endpointIcmp: timedOut }))],
    ["one lost ping (cilium/cilium#31567)", lost.failing(lost.oneWay(1, 2), lost.hostPing)],
  ])("on %s", (_what, probes) => {
    expect(idsOf(of(probes))).not.toContain("icmp-blocked");
  });
});
