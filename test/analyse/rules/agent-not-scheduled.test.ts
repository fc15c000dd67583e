import { describe, expect, it } from "vitest";
import { findingsOf, idsOf, reportOf } from "../findings.ts";
import { type MeshOptions, mesh, nameOf } from "../mesh.ts";
import { withoutEntry } from "./view-edits.ts";

const bare = (node: Readonly<Record<string, unknown>> = {}): MeshOptions => ({
  size: 4,
  patch: {
    pod: (at) => (at === 3 ? "none" : undefined),
    ciliumNode: (at) => (at === 3 ? "none" : undefined),
    node: (at) => (at === 3 ? node : undefined),
  },
  healthNodes: (entries) => withoutEntry(entries, 3),
  nodeList: (entries) => withoutEntry(entries, 3),
});
const tainted = { spec: { taints: [{ key: "node.cilium.io/agent-not-ready", effect: "NoExecute" }] } };
const noNetwork = {
  status: {
    conditions: [
      { type: "Ready", status: "False", message: "container runtime network not ready: cni plugin not initialized" },
    ],
  },
};

describe("a node without an agent", () => {
  it.each([
    ["Cilium's own taint keeps it free", tainted],
    ["its kubelet waits for a network plugin", noNetwork],
  ])("is missed where %s", (_what, node) => {
    expect(findingsOf(mesh(bare(node)))).toMatchObject([
      { id: "agent-not-scheduled", severity: "warning", confidence: "confirmed", nodes: [nameOf(3)] },
    ]);
  });

  it("may be left out on purpose: then it is a gap and no fault", () => {
    const report = reportOf(mesh(bare()));
    expect(report.findings).toMatchObject([{ id: "agent-not-scheduled", severity: "info" }]);
    expect(report.exitCode).toBe(3);
  });

  it.each([
    ["it has just joined", bare({ metadata: { creationTimestamp: "2031-05-02T09:19:00Z" } })],
    ["none is due there", bare({ metadata: { labels: { "eks.amazonaws.com/compute-type": "fargate" } } })],
    ["no node has one", { size: 3, patch: { pod: () => "none" as const } }],
  ])("is no finding where %s", (_what, options: MeshOptions) => {
    expect(idsOf(mesh(options))).toEqual([]);
  });
});
