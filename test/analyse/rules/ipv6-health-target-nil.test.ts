import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { endpointSilent, mesh } from "../mesh.ts";

const nil = 'Get "http://<nil>:4240/hello": dial tcp: lookup <nil>: no such host';

describe("a probe of the empty address", () => {
  it("is known by its text (cilium/cilium#20796)", () => {
    const facts = mesh({
      size: 3,
      config: { "enable-ipv4": "false" },
      probes: () => ({ hostHttp: nil, endpointHttp: nil }),
    });
    expect(findingsOf(facts).map(({ id, severity, confidence }) => [id, severity, confidence])).toEqual([
      ["ipv6-health-target-nil", "warning", "confirmed"],
    ]);
  });

  it("is not seen in another text", () => {
    const facts = mesh({ size: 3, config: { "enable-ipv4": "false" }, probes: (_from, to) => endpointSilent(to) });
    expect(idsOf(facts)).not.toContain("ipv6-health-target-nil");
  });
});
