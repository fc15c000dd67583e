import { describe, expect, it } from "vitest";
import { podRanges } from "../../../src/analyse/checks/pod-ranges.ts";
import { noLists, said, tables } from "./checked.ts";

const ranges = (odd: Readonly<Record<number, string>>) => ({
  ciliumNode: (node: number) => ({ spec: { ipam: { podCIDRs: [odd[node] ?? `10.244.${node}.0/24`] } } }),
});

describe("pod-ranges", () => {
  it("is quiet where ranges are apart", () => {
    expect(said(podRanges, { size: 3 })).toEqual([]);
  });

  it("names the rule for ranges that overlap (cilium/cilium#17277)", () => {
    expect(said(podRanges, { size: 3, patch: ranges({ 3: "10.244.2.0/25" }) })).toEqual([
      "worker-2+worker-3 warning pod-cidr-duplicate: worker-2 and worker-3 hold overlapping pod ranges; no probe fails by it",
    ]);
  });

  it("fails where a range holds the address of a Service", () => {
    const frontend = { ip: "10.96.0.1", port: 443, protocol: "TCP" };
    const service = [{ spec: { "frontend-address": frontend, flags: { type: "ClusterIP" } } }];
    const lists = { ...noLists, first: tables("cilium-service-list.json", { 1: service, 2: service }) };
    expect(said(podRanges, { size: 3, patch: ranges({ 3: "10.96.0.0/24" }) }, { lists })).toEqual([
      "worker-3 failed pod-ranges: the pod range 10.96.0.0/24 holds the Service address 10.96.0.1",
    ]);
  });

  it("warns where the agent does not use what Kubernetes gave", () => {
    const options = { size: 3, config: { ipam: "kubernetes" }, patch: ranges({ 2: "10.250.2.0/24" }) };
    expect(said(podRanges, options)).toEqual([
      "worker-2 warning pod-ranges: the CiliumNode has 10.250.2.0/24, the Kubernetes node 10.244.2.0/24",
    ]);
  });

  it("is not run without CiliumNodes", () => {
    expect(said(podRanges, { size: 2, denied: ["ciliumnodes"] })).toEqual([
      "cluster not run pod-ranges: ciliumnodes is forbidden",
    ]);
  });
});
