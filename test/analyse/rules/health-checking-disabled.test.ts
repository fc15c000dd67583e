import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { mesh } from "../mesh.ts";

const noSocket =
  'Error: Cannot get status: Get "http://localhost/v1beta/status": dial unix /var/run/cilium/health.sock: connect: no such file or directory';

// cilium/cilium PR 17146
describe("cluster health checking", () => {
  it("that is off is said once, without a word on sockets", () => {
    const facts = mesh({
      size: 3,
      config: { "enable-health-checking": "false" },
      failing: () => ({ "cilium-health-status.json": noSocket }),
    });
    expect(findingsOf(facts).map(({ id, severity }) => [id, severity])).toEqual([["health-checking-disabled", "info"]]);
  });

  it("that was switched off under running agents says how many still answer", () => {
    const [finding] = findingsOf(mesh({ size: 3, config: { "enable-health-checking": "false" } }));
    expect(finding?.evidence.map(({ text }) => text).join("\n")).toContain("3 of 3 agents still answer");
  });

  it("that is on is no finding", () => {
    expect(idsOf(mesh({ size: 3 }))).toEqual([]);
  });
});
