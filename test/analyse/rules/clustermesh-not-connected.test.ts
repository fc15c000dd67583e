import { describe, expect, it } from "vitest";
import { knowsCluster, withCluster } from "../clustermesh.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh } from "../mesh.ts";

const refused = "x509: certificate signed by unknown authority";
const says = (patch: (node: number) => object, options: MeshOptions = { size: 4 }): MeshOptions => ({
  ...options,
  patch: { ...options.patch, status: (node) => ({ ...patch(node) }) },
});
const justStarted = {
  status: {
    containerStatuses: [
      { name: "cilium-agent", ready: true, restartCount: 1, state: { running: { startedAt: "2031-05-02T09:19:20Z" } } },
    ],
  },
};

describe("a cluster that agents are not connected to", () => {
  it("is an error where its nodes are in nobody's list (documentation, troubleshooting clustermesh)", () => {
    const [finding, ...others] = findingsOf(mesh(says(() => knowsCluster(false, 0, refused))));
    expect(finding).toMatchObject({ id: "clustermesh-not-connected", severity: "error", confidence: "confirmed" });
    expect(finding?.title).toBe("no agent is connected to cluster east");
    expect(finding?.evidence.map(({ text }) => text)).toContain(`worker-1: ${refused}`);
    expect(others).toEqual([]);
  });

  it("is a warning where its nodes are still listed and reached", () => {
    const options = withCluster(4, 2, () => ({}));
    expect(findingsOf(mesh(says((node) => knowsCluster(node !== 2, 2, refused), options)))).toMatchObject([
      { id: "clustermesh-not-connected", severity: "warning", nodes: ["worker-2"] },
    ]);
  });

  it.each<[string, MeshOptions]>([
    ["all agents are connected", says(() => knowsCluster(true, 2))],
    [
      "the agent has only just started",
      {
        ...says((node) => knowsCluster(node !== 2, 2)),
        patch: {
          status: (node) => ({ ...knowsCluster(node !== 2, 2) }),
          pod: (node) => (node === 2 ? justStarted : {}),
        },
      },
    ],
    ["there is no mesh", { size: 4 }],
  ])("is not said where %s", (_when, options) => {
    expect(idsOf(mesh(options))).not.toContain("clustermesh-not-connected");
  });
});
