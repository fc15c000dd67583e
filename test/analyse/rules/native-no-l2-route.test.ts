import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { endpointSilent, type MeshOptions, mesh, timedOut } from "../mesh.ts";
import { recordedInFull } from "../recorded.ts";
import { soundHost } from "./forwarding-mesh.ts";
import { allPodsCutOff, machine, native, table, unreachable } from "./native-mesh.ts";

/** Nodes 1 to 3 on 172.31.0.0/24, 4 to 6 on 172.31.1.0/24. */
const side = (node: number) => (node < 4 ? 0 : 1);
const address = (node: number) => `172.31.${side(node)}.${10 + node}`;
const addresses: NonNullable<MeshOptions["patch"]> = {
  node: (node) => ({ status: { addresses: [{ type: "InternalIP", address: address(node) }] } }),
  ciliumNode: (node) => ({ spec: { addresses: [{ type: "InternalIP", ip: address(node) }] } }),
};
const near = (node: number) => [1, 2, 3, 4, 5, 6].filter((one) => one !== node && side(one) === side(node));
const twoSubnets = (more: Partial<MeshOptions> = {}): MeshOptions => ({
  size: 6,
  config: { ...native, "auto-direct-node-routes": "true" },
  patch: addresses,
  probes: (from, to) => (side(from) === side(to) ? null : endpointSilent(to)),
  ...more,
});
const read = (routed: (node: number) => readonly number[]): Partial<MeshOptions> => ({
  confirming: (node) => ({ ...soundHost, "ip-route.txt": table(node, routed(node), address(node)) }),
});

describe("native-no-l2-route fires", () => {
  it("between subnets by the pattern alone (cilium/cilium#28984)", () => {
    const [first] = findingsOf(mesh(twoSubnets()));
    expect(first).toMatchObject({ id: "native-no-l2-route", confidence: "likely", pathCount: 18 });
    expect(first?.nodes).toHaveLength(6);
  });

  it("as no more than likely where a sender's table has only the default route: a router may have lost the ranges", () => {
    const [first] = findingsOf(mesh(twoSubnets(read(near))));
    expect(first).toMatchObject({ id: "native-no-l2-route", confidence: "likely" });
    expect(first?.evidence.map(({ text }) => text)).toContain(
      "worker-1 has only the default route for 10.244.4.9, the health endpoint of worker-4",
    );
  });

  it("where the probes end before they leave (cilium/cilium#24618)", () => {
    const probes: MeshOptions["probes"] = (from, to) =>
      side(from) === side(to) ? null : { endpointIcmp: timedOut, endpointHttp: unreachable(to) };
    const [first] = findingsOf(mesh(twoSubnets({ probes })));
    expect(first?.id).toBe("native-no-l2-route");
    expect(first?.evidence.at(-1)?.text).toBe('18 probes ended with "network is unreachable" before they left');
  });

  it("where nobody installs routes at all, on machines of no cloud", () => {
    const [first] = findingsOf(mesh(allPodsCutOff(4, false, { patch: machine("") })));
    expect(first).toMatchObject({ id: "native-no-l2-route", confidence: "likely", pathCount: 12 });
  });

  it("with less trust where encryption could lose the same probes (cilium/cilium#18678)", () => {
    const { config = {}, ...rest } = allPodsCutOff(4, false, { patch: machine("") });
    const [first] = findingsOf(mesh({ ...rest, config: { ...config, "enable-ipsec": "true" } }));
    expect(first).toMatchObject({ id: "native-no-l2-route", confidence: "possible" });
    expect(first?.alternatives.map(({ id }) => id)).toEqual(["ipsec-esp-blocked"]);
  });
});

describe("native-no-l2-route stays quiet", () => {
  it("where the routes are in place, which speaks for a filter", () => {
    expect(idsOf(mesh(twoSubnets(read((node) => [1, 2, 3, 4, 5, 6].filter((one) => one !== node)))))).not.toContain(
      "native-no-l2-route",
    );
  });

  it.each([
    ["in tunnel mode", { "routing-mode": "tunnel" }],
    ["where the cloud gives pods addresses (ipam: eni)", { ...native, ipam: "eni" }],
  ])("%s", (_when, config) => {
    expect(idsOf(mesh(twoSubnets({ config })))).not.toContain("native-no-l2-route");
  });

  it("where a working pod path follows the default route as well: the network knows the ranges", () => {
    expect(idsOf(mesh(twoSubnets(read(() => []))))).not.toContain("native-no-l2-route");
  });

  it("where it goes one way alone, or within a subnet", () => {
    const oneWay: MeshOptions["probes"] = (from, to) =>
      side(from) === 0 && side(to) === 1 ? endpointSilent(to) : null;
    const within: MeshOptions["probes"] = (from, to) => (from !== to && to === 2 ? endpointSilent(to) : null);
    for (const probes of [oneWay, within])
      expect(idsOf(mesh(twoSubnets({ probes })))).not.toContain("native-no-l2-route");
  });

  it("on the recorded healthy mesh in native mode", async () => {
    expect(findingsOf(await recordedInFull("native-routing-healthy"))).toEqual([]);
  });
});
