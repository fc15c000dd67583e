import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh } from "../mesh.ts";
import { startedAt } from "./view-edits.ts";

const missingOn = (isMissing: (node: number) => boolean): MeshOptions => ({
  size: 4,
  patch: { ciliumNode: (node) => (isMissing(node) ? { spec: { health: null } } : undefined) },
  endpointList: (entries, node) => (isMissing(node) ? [] : entries),
  healthNodes: (entries) =>
    entries.map((entry, at) => (isMissing(at + 1) ? { name: entry["name"], host: entry["host"] } : entry)),
});

// cilium/cilium#6754, #7456
describe("a node without a health endpoint", () => {
  it("is named while the others have one", () => {
    expect(findingsOf(mesh(missingOn((node) => node === 3)))).toMatchObject([
      { id: "health-endpoint-missing", severity: "warning", confidence: "confirmed", nodes: ["worker-3"] },
    ]);
  });

  it.each([
    ["no node has one", missingOn(() => true)],
    [
      "checking of endpoints is off",
      { ...missingOn((node) => node === 3), config: { "enable-endpoint-health-checking": "false" } },
    ],
  ])("is not named where %s", (_what, options) => {
    expect(idsOf(mesh(options))).not.toContain("health-endpoint-missing");
  });

  it("is not named while its agent starts", () => {
    const options = missingOn((node) => node === 3);
    const pod = (node: number) => (node === 3 ? startedAt("2031-05-02T09:19:30Z") : undefined);
    expect(idsOf(mesh({ ...options, patch: { ...options.patch, pod } }))).toEqual([]);
  });
});
