import { describe, expect, it } from "vitest";
import { ipForwarding } from "../../../src/analyse/checks/ip-forwarding.ts";
import { endpointSilent } from "../mesh.ts";
import { said, texts } from "./checked.ts";

describe("ip-forwarding", () => {
  it("is quiet where every kernel forwards", () => {
    expect(said(ipForwarding, { size: 4, confirming: texts("ip_forward.txt", "1\n") })).toEqual([]);
  });

  it("warns where BPF hands packets to pods: no probe is harmed", () => {
    const options = {
      size: 4,
      confirming: texts("ip_forward.txt", "1", { 2: "0" }),
      config: { "enable-endpoint-routes": "false" },
    };
    expect(said(ipForwarding, options)).toEqual([
      "worker-2 warning ip-forward-disabled: net.ipv4.ip_forward is 0; BPF hands packets to pods here, so no probe is harmed by it",
    ]);
  });

  it("takes the rule's word where probes fail by it (cilium/cilium#45143)", () => {
    const options = {
      size: 4,
      config: { "enable-endpoint-routes": "true" },
      probes: (from: number, to: number) => (to === 3 && from !== 3 ? endpointSilent(3) : null),
      confirming: texts("ip_forward.txt", "1", { 3: "0" }),
    };
    expect(said(ipForwarding, options)).toEqual([
      "worker-3 failed ip-forward-disabled: net.ipv4.ip_forward is 0: its pods get nothing from other nodes",
    ]);
  });

  it("fails where the kernel may have to forward and nobody knows that pods are reached", () => {
    const options = {
      size: 2,
      config: { "routing-mode": "native", "enable-endpoint-routes": "true" },
      probes: () => ({ endpointIcmp: null, endpointHttp: null }),
      confirming: texts("ip_forward.txt", "1", { 1: "0" }),
    };
    expect(said(ipForwarding, options)).toEqual([
      "worker-1 failed ip-forward-disabled: net.ipv4.ip_forward is 0, and the kernel may have to forward packets to pods here",
    ]);
  });

  it("is not run where it was not read, and makes no sense of nonsense", () => {
    expect(said(ipForwarding, { size: 2, confirming: texts("ip_forward.txt", "1", { 2: "yes" }) })).toEqual([
      "worker-2 not run ip-forwarding: what the agent printed for ip_forward.txt makes no sense",
    ]);
    expect(said(ipForwarding, { size: 2 })).toEqual(["worker-1+worker-2 not run ip-forwarding: it was not asked"]);
  });
});
