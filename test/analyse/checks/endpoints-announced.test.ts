import { describe, expect, it } from "vitest";
import { endpointsAnnounced } from "../../../src/analyse/checks/endpoints-announced.ts";
import type { AnnouncedEndpoint } from "../../../src/model/lists.ts";
import { hostIP } from "../mesh.ts";
import { noLists, said } from "./checked.ts";

type Entries = readonly Readonly<Record<string, unknown>>[];

const own = (name: string, identity: number, ip: string, state = "ready") => ({
  status: {
    state,
    identity: { id: identity },
    networking: { addressing: [{ ipv4: ip }] },
    "external-identifiers": { "k8s-namespace": "shop", "k8s-pod-name": name },
  },
});
const announced = (pod: string, identity: number, ip: string, node = 2): AnnouncedEndpoint => ({
  pod: `shop/${pod}`,
  identity,
  ips: [ip],
  state: "ready",
  nodeIP: hostIP(node),
});

function compared(here: readonly object[], there: readonly AnnouncedEndpoint[]): string[] {
  const endpointList = (entries: Entries, node: number) =>
    node === 2 ? [...entries, ...here.map((one) => ({ ...one }))] : entries;
  return said(endpointsAnnounced, { size: 3, endpointList }, { lists: { ...noLists, endpoints: there } });
}

describe("endpoints-announced", () => {
  it("is quiet where both say the same", () => {
    expect(compared([own("a", 20_000, "10.244.2.30")], [announced("a", 20_000, "10.244.2.30")])).toEqual([]);
  });

  it("warns of each way in which they differ", () => {
    const here = [own("a", 20_000, "10.244.2.30"), own("b", 20_001, "10.244.2.31"), own("c", 20_000, "10.244.2.32")];
    const there = [
      announced("b", 20_002, "10.244.2.31"),
      announced("c", 20_000, "10.244.2.99"),
      announced("gone", 20_000, "10.244.2.33"),
    ];
    expect(compared(here, there)).toEqual([
      "worker-2 warning endpoints-announced: shop/a has no CiliumEndpoint; shop/b has identity 20001, its CiliumEndpoint 20002; shop/c has 10.244.2.32, its CiliumEndpoint 10.244.2.99 and 1 more",
    ]);
  });

  it("names what is left of a pod that is gone", () => {
    expect(compared([], [announced("gone", 20_000, "10.244.2.33")])).toEqual([
      "worker-2 warning endpoints-announced: a CiliumEndpoint of shop/gone, which the agent does not have",
    ]);
  });

  it("leaves out what is coming", () => {
    expect(compared([own("a", 0, "", "waiting-for-identity")], [announced("x", 20_000, "10.244.1.5", 9)])).toEqual([]);
  });

  it("is not run where they may not be listed, and says where there are none", () => {
    const lists = { ...noLists, endpoints: "ciliumendpoints.cilium.io is forbidden" };
    expect(said(endpointsAnnounced, { size: 2 }, { lists })).toEqual([
      "cluster not run endpoints-announced: ciliumendpoints.cilium.io is forbidden",
    ]);
    expect(compared([own("a", 20_000, "10.244.2.30")], [])).toEqual([
      "cluster ok endpoints-announced: the API has no CiliumEndpoints: they are switched off, or there are no pods",
    ]);
  });
});
