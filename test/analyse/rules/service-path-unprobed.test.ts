import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh } from "../mesh.ts";
import { recordedInFull } from "../recorded.ts";

const replaces = (mode: (node: number) => string): MeshOptions => ({
  size: 4,
  patch: { status: (node) => ({ "kube-proxy-replacement": { mode: mode(node) } }) },
});

describe("Services that can fail beside green probes", () => {
  it.each<[string, MeshOptions]>([
    ["answers return directly (cilium/cilium#35388)", { size: 4, config: { "bpf-lb-mode": "dsr" } }],
    ["agents disagree about kube-proxy (cilium/cilium#13766)", replaces((node) => (node === 1 ? "False" : "True"))],
  ])("are one line of information where %s", (_when, options) => {
    expect(findingsOf(mesh(options))).toMatchObject([{ id: "service-path-unprobed", severity: "info", pathCount: 0 }]);
  });

  it.each<[string, MeshOptions]>([
    ["a default cluster", { size: 4 }],
    ["kube-proxy replaced everywhere", replaces(() => "True")],
    ["kube-proxy kept everywhere", replaces(() => "False")],
  ])("are not mentioned in %s", (_what, options) => {
    expect(idsOf(mesh(options))).toEqual([]);
  });

  it.each(["healthy", "forward-drop-harmless", "native-routing-healthy"])(
    "are not mentioned in the capture %s",
    async (name) => {
      expect(idsOf(await recordedInFull(name))).toEqual([]);
    },
  );
});
