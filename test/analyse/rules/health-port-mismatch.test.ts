import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { healthIP, mesh, refused } from "../mesh.ts";

const onPort = (to: number, port: number) => refused(healthIP(to)).replaceAll("4240", String(port));

// cilium/cilium#18061
describe("health endpoints on another port than is probed", () => {
  it("refuse even their own agents", () => {
    const facts = mesh({
      size: 3,
      config: { "cluster-health-port": "4241" },
      probes: (_from, to) => ({ endpointHttp: onPort(to, 4241) }),
    });
    expect(findingsOf(facts).map(({ id, confidence, pathCount }) => [id, confidence, pathCount])).toEqual([
      ["health-port-mismatch", "confirmed", 9],
    ]);
  });

  it("on some nodes alone may be a roll-out", () => {
    const facts = mesh({
      size: 4,
      config: { "cluster-health-port": "4241" },
      probes: (_from, to) => (to < 3 ? { endpointHttp: onPort(to, 4241) } : null),
    });
    const [finding] = findingsOf(facts);
    expect(finding).toMatchObject({ id: "health-port-mismatch", confidence: "likely" });
    expect(finding?.alternatives.map(({ id }) => id)).toEqual(["config-skew"]);
  });

  it.each([
    ["the port is the default", (_from: number, to: number) => ({ endpointHttp: onPort(to, 4240) })],
    ["agents reach their own", (from: number, to: number) => (from === to ? null : { endpointHttp: onPort(to, 4241) })],
  ])("are not blamed where %s", (_what, probes) => {
    expect(idsOf(mesh({ size: 3, probes }))).not.toContain("health-port-mismatch");
  });
});
