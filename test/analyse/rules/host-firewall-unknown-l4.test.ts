import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { endpointSilent, type MeshOptions, mesh } from "../mesh.ts";
import { bpfMetrics } from "../policies.ts";

const everywhere: NonNullable<MeshOptions["probes"]> = (from, to) => (from === to ? {} : endpointSilent(to));
const firewall = { "enable-host-firewall": "true" };
const ipsec = { ...firewall, "enable-ipsec": "true" };
const counted = (reason: string): NonNullable<MeshOptions["confirming"]> => {
  return () => ({ "bpf-metrics.json": bpfMetrics({ [reason]: 90 }) });
};

describe("a host firewall that does not know the protocol of the pod path", () => {
  it("is confirmed by the drop reason (cilium/cilium#34036)", () => {
    const facts = mesh({ size: 4, config: ipsec, probes: everywhere, confirming: counted("CT: Unknown L4 protocol") });
    expect(findingsOf(facts)).toMatchObject([
      { id: "host-firewall-unknown-l4", confidence: "confirmed", pathCount: 12 },
    ]);
  });

  it("is confirmed by it without IPsec as well, where another router uses IPIP (cilium/cilium#20419)", () => {
    const facts = mesh({
      size: 4,
      config: firewall,
      probes: everywhere,
      confirming: counted("CT: Unknown L4 protocol"),
    });
    expect(idsOf(facts)).toEqual(["host-firewall-unknown-l4"]);
  });

  it("is likely with IPsec while the counters are not read, a blocked ESP its rival", () => {
    const [finding] = findingsOf(mesh({ size: 4, config: ipsec, probes: everywhere }));
    expect(finding).toMatchObject({ id: "host-firewall-unknown-l4", confidence: "likely" });
    expect(finding?.alternatives.map(({ id }) => id)).toEqual(["ipsec-esp-blocked"]);
  });

  it.each<[string, MeshOptions]>([
    [
      "the counters know no such drop",
      { size: 4, config: ipsec, probes: everywhere, confirming: counted("Policy denied") },
    ],
    ["the firewall is off", { size: 4, config: { "enable-ipsec": "true" }, probes: everywhere }],
    [
      "extended protocols are on",
      { size: 4, config: { ...ipsec, "enable-extended-ip-protocols": "true" }, probes: everywhere },
    ],
    [
      "one node alone is cut off",
      { size: 5, config: ipsec, probes: (from, to) => (to === 2 && from !== 2 ? endpointSilent(2) : {}) },
    ],
  ])("is not said where %s", (_when, options) => {
    expect(idsOf(mesh(options))).not.toContain("host-firewall-unknown-l4");
  });
});
