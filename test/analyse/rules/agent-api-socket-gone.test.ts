import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, type MeshOptions, mesh } from "../mesh.ts";
import { rewritten, startedAt } from "./view-edits.ts";

const noSocket =
  'Error: Get "http://localhost/v1/healthz": dial unix /var/run/cilium/cilium.sock: connect: no such file or directory\nIs the agent running?';
const gone = (node: number) => (node === 2 ? { "cilium-status.json": noSocket } : {});

// cilium/cilium#27436
describe("an agent whose API socket is gone", () => {
  it("is named, and its frozen failures are its own", () => {
    const facts = mesh({
      size: 4,
      failing: gone,
      probes: (from, to) => (from === 2 && to === 3 ? allSilent(3) : null),
      healthNodes: (entries, node) =>
        node === 2
          ? [1, 2, 3, 4].reduce((all, one) => rewritten(all, one, "09:19:30Z", "08:00:00Z"), entries)
          : entries,
    });
    expect(findingsOf(facts)[0]).toMatchObject({
      id: "agent-api-socket-gone",
      severity: "warning",
      confidence: "confirmed",
      nodes: ["worker-2"],
      pathCount: 2,
    });
  });

  const others: readonly (readonly [string, Omit<MeshOptions, "size">])[] = [
    [
      "it has just started",
      { failing: gone, patch: { pod: (node) => (node === 2 ? startedAt("2031-05-02T09:19:30Z") : undefined) } },
    ],
    [
      "its status failed otherwise",
      { failing: (node) => (node === 2 ? { "cilium-status.json": "command timed out" } : {}) },
    ],
  ];

  it.each(others)("is not assumed where %s", (_what, options) => {
    expect(idsOf(mesh({ size: 4, ...options }))).not.toContain("agent-api-socket-gone");
  });
});
