import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh } from "../mesh.ts";
import { recorded, recordedInFull } from "../recorded.ts";
import * as lost from "./filter-mesh.ts";

const dead = (where: lost.Where, more: Partial<MeshOptions> = {}): MeshOptions => ({
  size: 5,
  zone: lost.twoZones,
  probes: lost.failing(where, lost.everything),
  ...more,
});
const zone = "topology.kubernetes.io/zone";

describe("underlay-partition fires", () => {
  it("on the recorded cut between zones, with the groups, what parts them, and a filter rule", async () => {
    const [first, ...others] = findingsOf(await recordedInFull("zone-partition"));
    expect(first).toMatchObject({
      id: "underlay-partition",
      severity: "error",
      confidence: "confirmed",
      title: `nothing passes between zone-a and zone-b, groups by ${zone}`,
      pathCount: 24,
      nodes: ["worker-1", "worker-2", "worker-3", "worker-4", "worker-5"],
    });
    const texts = first?.evidence.map(({ text }) => text);
    expect(texts).toContain("zone-a: worker-1, worker-2 and worker-3 reach each other");
    expect(texts).toContain("zone-b: worker-4 and worker-5 reach each other");
    expect(texts).toContain("the packet filter of worker-4 drops icmp: -A INPUT -s 172.31.0.11/32 -i eth0 -j DROP");
    expect(others).toEqual([]);
  });

  it("before the second round as likely, from a pattern alone", async () => {
    const [first] = findingsOf(await recorded("zone-partition"));
    expect(first).toMatchObject({ id: "underlay-partition", confidence: "likely" });
    expect(first?.confirm[0]?.argv).toEqual(["ip", "route", "get", "172.31.0.14"]);
  });

  it("where no attribute parts the groups, by what still works", () => {
    const where: lost.Where = (from, to) => [2, 5].includes(from) !== [2, 5].includes(to);
    const [first] = findingsOf(mesh(dead(where, { size: 6, zone: () => "one" })));
    expect(first).toMatchObject({ id: "underlay-partition", pathCount: 32 });
    expect(first?.title).toBe(
      "nothing passes between worker-1, worker-3, worker-4 and worker-6 and worker-2 and worker-5",
    );
  });

  it("behind a dead node of one group", () => {
    const patch = {
      node: (at: number) =>
        at === 2 ? { status: { conditions: [{ type: "Ready", status: "Unknown", message: "" }] } } : undefined,
    };
    const where: lost.Where = (from, to) => lost.betweenZones(from, to) || to === 2;
    const facts = mesh(dead(where, { size: 6, patch, outOfReach: { 2: "no route to host" } }));
    expect(idsOf(facts)).toEqual(["underlay-partition", "node-down"]);
  });

  it("in one direction behind a filter that lets answers through, the way back included in the tunnel", () => {
    const probes = lost.both(
      lost.failing((from, to) => from <= 3 && to > 3, lost.everything),
      lost.failing((from, to) => from > 3 && to <= 3, lost.podPath),
    );
    const [first, ...others] = findingsOf(mesh({ size: 6, zone: lost.twoZones, probes }));
    expect(first).toMatchObject({ id: "underlay-partition", pathCount: 9 + 9 + 9 });
    expect(first?.title).toContain("from north to south");
    expect(others).toEqual([]);
  });

  it("between two nodes that are alone in their zones, as a possibility", () => {
    const facts = mesh(dead(lost.onlyBetween(1, 2), { size: 3, zone: (node) => `zone-${node}` }));
    expect(findingsOf(facts)).toMatchObject([{ id: "underlay-partition", confidence: "possible", pathCount: 4 }]);
    expect(findingsOf(facts)[0]?.alternatives.map(({ id }) => id)).toEqual(["host-input-drop", "neighbor-stale"]);
  });
});

describe("underlay-partition stays quiet", () => {
  const unprobed = (node: number) => (node === 5 ? ("none" as const) : undefined);

  it.each<[string, MeshOptions]>([
    ["where one node is cut off", dead(lost.around(2))],
    ["where one node is cut off that is alone in its zone", dead(lost.around(4), { size: 4 })],
    ...[lost.around(4), lost.to(4)].map((where): [string, MeshOptions] => [
      "where one node is cut off whose only neighbour in the zone nobody probes",
      dead(where, {
        patch: { pod: unprobed, ciliumNode: unprobed },
        healthNodes: (entries) => entries.filter(({ name }) => name !== "worker-5"),
      }),
    ]),
    [
      "where the node addresses answer between the zones",
      dead(lost.betweenZones, { probes: lost.failing(lost.betweenZones, lost.podPath) }),
    ],
    [
      "where the pod path answers between the zones",
      dead(lost.betweenZones, {
        probes: lost.failing(lost.betweenZones, (to) => ({ ...lost.hostPort(to), ...lost.hostPing() })),
      }),
    ],
    ["where two nodes of one zone do not reach each other", dead(lost.onlyBetween(1, 2))],
    ["where all is well", { size: 5, zone: lost.twoZones }],
  ])("%s", (_where, options) => {
    expect(idsOf(mesh(options))).not.toContain("underlay-partition");
  });
});
