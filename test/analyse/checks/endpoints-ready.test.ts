import { describe, expect, it } from "vitest";
import { endpointsReady } from "../../../src/analyse/checks/endpoints-ready.ts";
import { said } from "./checked.ts";

type Entries = readonly Readonly<Record<string, unknown>>[];

const pod = (name: string, state: string) => ({
  id: 12,
  status: { state, "external-identifiers": { "k8s-namespace": "shop", "k8s-pod-name": name } },
});
const endpoints = (...some: readonly object[]) => ({
  size: 3,
  endpointList: (entries: Entries, node: number) =>
    node === 2 ? [...entries, ...some.map((one) => ({ ...one }))] : entries,
});

describe("endpoints-ready", () => {
  it("is quiet where all are ready, and mentions those that are being regenerated", () => {
    expect(said(endpointsReady, endpoints(pod("a", "ready")))).toEqual([]);
    expect(said(endpointsReady, endpoints(pod("a", "regenerating")))).toEqual([
      "worker-2 ok endpoints-ready: 1 of 2 endpoints are being regenerated",
    ]);
  });

  it("warns of endpoints that are stuck, by pod", () => {
    expect(said(endpointsReady, endpoints(pod("a", "waiting-for-identity"), pod("b", "not-ready")))).toEqual([
      "worker-2 warning endpoints-ready: 2 of 3 endpoints are not ready: shop/a waiting-for-identity, shop/b not-ready",
    ]);
  });

  it("gives an agent time that has just started", () => {
    const startedAt = "2031-05-02T09:19:00Z";
    const patch = {
      pod: (node: number) =>
        node === 2
          ? {
              status: { containerStatuses: [{ name: "cilium-agent", ready: true, state: { running: { startedAt } } }] },
            }
          : undefined,
    };
    expect(said(endpointsReady, { ...endpoints(pod("a", "not-ready")), patch })).toEqual([
      "worker-2 ok endpoints-ready: 1 of 2 endpoints are not ready yet: the agent has just started",
    ]);
  });
});
