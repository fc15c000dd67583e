import { describe, expect, it } from "vitest";
import { findingsOf, idsOf, reportOf } from "../findings.ts";
import { endpointSilent, type MeshOptions, mesh } from "../mesh.ts";
import { startedAt, withoutEntry } from "./view-edits.ts";

const lacking: MeshOptions = {
  size: 4,
  healthNodes: (entries, node) => (node === 1 ? withoutEntry(entries, 3) : entries),
  nodeList: (entries, node) => (node === 1 ? withoutEntry(entries, 3) : entries),
};

// cilium/cilium#11532, #12128
describe("a node that one agent does not list", () => {
  it("is missing from that view", () => {
    expect(findingsOf(mesh(lacking))).toMatchObject([
      { id: "node-missing-from-view", severity: "warning", confidence: "confirmed", nodes: ["worker-1", "worker-3"] },
    ]);
  });

  it("is missing for want of etcd, where the agent says so", () => {
    const kvstore = { kvstore: { state: "Failure", msg: "quorum check failed 8 times" } };
    const [finding] = findingsOf(mesh({ ...lacking, patch: { status: (node) => (node === 1 ? kvstore : undefined) } }));
    expect(finding?.evidence.map(({ text }) => text).join()).toContain("quorum check failed 8 times");
  });

  it("gets no answer from there either, which is an outage", () => {
    const facts = mesh({ ...lacking, probes: (from, to) => (from === 3 && to === 1 ? endpointSilent(1) : null) });
    expect(findingsOf(facts)).toMatchObject([{ id: "node-missing-from-view", severity: "error", pathCount: 1 }]);
  });

  const quiet: readonly (readonly [string, MeshOptions])[] = [
    [
      "it joined a minute ago",
      {
        ...lacking,
        patch: {
          node: (node) => (node === 3 ? { metadata: { creationTimestamp: "2031-05-02T09:19:00Z" } } : undefined),
        },
      },
    ],
    [
      "the observer's agent has just started",
      { ...lacking, patch: { pod: (node) => (node === 1 ? startedAt("2031-05-02T09:19:00Z") : undefined) } },
    ],
    [
      "the agent lists it and the prober has yet to",
      { size: 4, healthNodes: lacking.healthNodes ?? ((entries) => entries) },
    ],
    ["its own agent gives no row", { ...lacking, outOfReach: { 3: "error dialing backend: EOF" } }],
  ];

  it.each(quiet)("is no finding where %s", (_what, options) => {
    expect(idsOf(mesh(options))).not.toContain("node-missing-from-view");
  });

  it("leaves a path unknown, which is never green", () => {
    expect(reportOf(mesh(lacking)).summary.pairs.host.unknown).toBe(1);
  });
});
