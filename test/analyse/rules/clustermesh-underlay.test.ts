import { describe, expect, it } from "vitest";
import { knowsCluster, withCluster } from "../clustermesh.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, type MeshOptions, mesh, silent, timedOut } from "../mesh.ts";

const dead = (to: number) => ({
  host: [{ ip: `172.30.0.${10 + to}`, icmp: timedOut, http: silent(`172.30.0.${10 + to}`) }],
  endpoint: [{ ip: `10.100.${to}.9`, icmp: timedOut, http: silent(`10.100.${to}.9`) }],
});
const cut = withCluster(3, 2, dead);
const withStatus = (options: MeshOptions, patch: object): MeshOptions => ({
  ...options,
  patch: { ...options.patch, status: () => ({ ...patch }) },
});

describe("a cut between two clusters", () => {
  it("is likely where no node of the other cluster is reached (cilium/cilium#27159)", () => {
    expect(findingsOf(mesh(cut))).toMatchObject([
      { id: "clustermesh-underlay", confidence: "likely", nodes: ["east/store-1", "east/store-2"], pathCount: 12 },
    ]);
  });

  it("is confirmed where the control connection fails too, which is no finding of its own then", () => {
    const facts = mesh(withStatus(cut, knowsCluster(false, 2, "context deadline exceeded")));
    expect(findingsOf(facts)).toMatchObject([{ id: "clustermesh-underlay", confidence: "confirmed" }]);
  });

  it.each<[string, MeshOptions]>([
    ["one remote node is dead, the other is not", withCluster(3, 2, (to) => (to === 1 ? dead(1) : {}))],
    [
      "ping still passes",
      withCluster(3, 2, (to) => ({ host: [{ ip: `172.30.0.${10 + to}`, icmp: 9_000_000, http: silent("") }] })),
    ],
    ["there is no other cluster", { size: 4, probes: (from, to) => (from === to ? {} : allSilent(to)) }],
    ["all is well", withCluster(3, 2, () => ({}))],
  ])("is not said where %s", (_when, options) => {
    expect(idsOf(mesh(options))).not.toContain("clustermesh-underlay");
  });
});

it("leaves a healthy mesh of two clusters alone, however far the other one is", () => {
  expect(
    idsOf(
      mesh(
        withStatus(
          withCluster(5, 4, () => ({})),
          knowsCluster(true, 4),
        ),
      ),
    ),
  ).toEqual([]);
});
