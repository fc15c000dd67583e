import { describe, expect, it } from "vitest";
import { wants } from "../../../src/analyse/analyse.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, endpointSilent, hostIP, type MeshOptions, mesh, noRoute, type Probes, timedOut } from "../mesh.ts";

const noNeighbour = (to: number): Probes => ({
  ...endpointSilent(to),
  hostIcmp: timedOut,
  hostHttp: noRoute(hostIP(to)),
});
/** worker-1 alone does not reach worker-4. */
const oneWay: MeshOptions["probes"] = (from, to) => (from === 1 && to === 4 ? noNeighbour(4) : null);
const neighbours = (mac: string, state: string) => ({
  "ip-neigh.txt": `172.31.0.1 dev eth0 lladdr 02:00:00:00:00:01 REACHABLE\n${hostIP(4)} dev eth0${mac === "" ? "" : ` lladdr ${mac}`} ${state}\n`,
});
const stuck = {
  controllers: [
    {
      name: "node-neighbor-link-updater",
      status: { "consecutive-failure-count": 7, "last-failure-msg": "unable to determine next hop" },
    },
  ],
};
const right = neighbours("02:00:00:00:00:14", "REACHABLE");

describe("neighbor-stale fires", () => {
  it("where a sender holds another link-layer address than the others (cilium/cilium#17905)", () => {
    const wrong = neighbours("02:00:00:00:00:99", "PERMANENT");
    const facts = mesh({ size: 5, probes: oneWay, confirming: (node) => (node === 1 ? wrong : right) });
    const [first] = findingsOf(facts);
    expect(first).toMatchObject({ id: "neighbor-stale", confidence: "confirmed", pathCount: 2 });
    expect(first?.evidence[0]?.text).toBe(
      "worker-1 holds 02:00:00:00:00:99 (PERMANENT) for 172.31.0.14 of worker-4, other nodes hold 02:00:00:00:00:14",
    );
  });

  it("where the address stays unresolved for one sender alone", () => {
    const facts = mesh({
      size: 5,
      probes: oneWay,
      confirming: (node) => (node === 1 ? neighbours("", "FAILED") : right),
    });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "neighbor-stale", confidence: "likely" });
  });

  const bothWays: MeshOptions["probes"] = (from, to) =>
    (from === 1 && to === 4) || (from === 4 && to === 1) ? allSilent(to) : null;

  it("with the way back, whose answers go the same wrong way", () => {
    const facts = mesh({
      size: 5,
      probes: bothWays,
      confirming: (node) => (node === 1 ? neighbours("", "INCOMPLETE") : right),
    });
    expect(findingsOf(facts)).toMatchObject([{ id: "neighbor-stale", confidence: "likely", pathCount: 4 }]);
  });

  it.each([
    ["the neighbour table", { confirming: () => neighbours("", "FAILED") }],
    ["the failing controller", { patch: { status: (node: number) => (node === 1 ? stuck : undefined) } }],
  ])("before a lost WireGuard port with node encryption, by %s", (_what, more) => {
    const config = { "enable-wireguard": "true", "encrypt-node": "true" };
    const [first, ...others] = findingsOf(mesh({ size: 5, probes: bothWays, config, ...more }));
    expect(first).toMatchObject({ id: "neighbor-stale", confidence: "likely", pathCount: 4 });
    expect(others).toEqual([]);
  });

  it("where the agent's own controller for neighbours fails (cilium/cilium#38834)", () => {
    const facts = mesh({ size: 5, probes: oneWay, patch: { status: (node) => (node === 1 ? stuck : undefined) } });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "neighbor-stale", confidence: "likely" });
  });

  it("as a possibility by the error text alone, and asks the sender and a witness", () => {
    const facts = mesh({ size: 5, probes: oneWay });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "neighbor-stale", confidence: "possible" });
    const asked = wants(facts, { nodes: [], zones: [], target: null, protocol: null });
    expect(asked.filter(({ capture }) => capture === "ip-neigh.txt").map(({ node }) => node)).toEqual([
      "worker-1",
      "worker-2",
    ]);
  });
});

describe("neighbor-stale stays quiet", () => {
  it("where nobody reaches the node", () => {
    const probes: MeshOptions["probes"] = (from, to) => (to === 4 && from !== 4 ? noNeighbour(4) : null);
    expect(idsOf(mesh({ size: 5, probes }))).not.toContain("neighbor-stale");
  });

  it("where the entry is the right one, or silence is all there is", () => {
    expect(idsOf(mesh({ size: 5, probes: oneWay, confirming: () => right }))).not.toContain("neighbor-stale");
    const probes: MeshOptions["probes"] = (from, to) => (from === 1 && to === 4 ? allSilent(4) : null);
    expect(idsOf(mesh({ size: 5, probes }))).not.toContain("neighbor-stale");
  });

  it("where only the pod path fails", () => {
    const probes: MeshOptions["probes"] = (from, to) => (from === 1 && to === 4 ? endpointSilent(4) : null);
    expect(idsOf(mesh({ size: 5, probes }))).not.toContain("neighbor-stale");
  });
});
