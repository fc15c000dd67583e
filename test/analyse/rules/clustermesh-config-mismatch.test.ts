import { describe, expect, it } from "vitest";
import { knowsCluster, remoteName, withCluster } from "../clustermesh.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh, silent, timedOut } from "../mesh.ts";

const podsDead = withCluster(3, 2, (to) => ({
  endpoint: [{ ip: `10.100.${to}.9`, icmp: timedOut, http: silent(`10.100.${to}.9`) }],
}));
const listing =
  (range: string): NonNullable<MeshOptions["nodeList"]> =>
  (entries) => [
    ...entries,
    {
      name: remoteName(1),
      "primary-address": { ipv4: { enabled: true, ip: "172.30.0.11", "alloc-range": range }, ipv6: {} },
      "health-endpoint-address": { ipv4: { enabled: true, ip: "10.100.1.9" }, ipv6: {} },
      source: "clustermesh",
    },
  ];

describe("clusters that are set up differently", () => {
  it("are confirmed by pod ranges that overlap (cilium/cilium#32296)", () => {
    const [finding] = findingsOf(mesh({ ...podsDead, nodeList: listing("10.244.2.0/23") }));
    expect(finding).toMatchObject({ id: "clustermesh-config-mismatch", confidence: "confirmed", pathCount: 6 });
    expect(finding?.evidence.map(({ text }) => text)).toContain(
      "the pod range 10.244.2.0/23 of east/store-1 overlaps 10.244.2.0/24 of worker-2",
    );
  });

  it("are a warning where ranges overlap and the probes still find their node", () => {
    const facts = mesh({ ...withCluster(3, 2, () => ({})), nodeList: listing("10.244.2.128/25") });
    expect(findingsOf(facts)).toMatchObject([
      { id: "clustermesh-config-mismatch", severity: "warning", confidence: "confirmed", pathCount: 0 },
    ]);
  });

  it("are confirmed by an id that is used twice", () => {
    const status = () => ({ ...knowsCluster(true, 2, "ClusterID 3 is already used by cluster west") });
    expect(findingsOf(mesh({ ...podsDead, patch: { ...podsDead.patch, status } }))[0]).toMatchObject({
      id: "clustermesh-config-mismatch",
      confidence: "confirmed",
    });
  });

  it("are likely by the matrix alone, a blocked tunnel port between the sites their rival", () => {
    const [finding] = findingsOf(mesh({ ...podsDead, nodeList: listing("10.100.0.0/16") }));
    expect(finding).toMatchObject({ id: "clustermesh-config-mismatch", confidence: "likely" });
    expect(finding?.alternatives.map(({ id }) => id)).toEqual(["vxlan-udp-blocked"]);
  });

  it.each<[string, MeshOptions]>([
    ["pods of the other cluster are reached", { ...withCluster(3, 2, () => ({})), nodeList: listing("10.244.8.0/24") }],
    [
      "its nodes are not reached either",
      withCluster(3, 2, () => ({
        host: [{ ip: "172.30.0.11", icmp: timedOut, http: silent("172.30.0.11") }],
        endpoint: [{ ip: "10.100.1.9", icmp: timedOut, http: silent("10.100.1.9") }],
      })),
    ],
    [
      "one of its nodes alone is judged (cilium/cilium#28984)",
      withCluster(3, 2, (to) => ({
        endpoint: [
          to === 1
            ? { ip: "10.100.1.9", icmp: timedOut, http: silent("10.100.1.9") }
            : { ip: "10.100.2.9", icmp: null, http: null },
        ],
      })),
    ],
    ["there is no other cluster", { size: 4 }],
  ])("are not blamed where %s", (_when, options) => {
    expect(idsOf(mesh(options))).not.toContain("clustermesh-config-mismatch");
  });
});
