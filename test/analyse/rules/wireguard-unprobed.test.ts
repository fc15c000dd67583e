import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh } from "../mesh.ts";

const native = { "routing-mode": "native", "enable-wireguard": "true" };
const peers = (count: (node: number) => number, nodeEncryption = "Disabled"): NonNullable<MeshOptions["patch"]> => ({
  status: (node) => ({
    encryption: {
      mode: "Wireguard",
      wireguard: { "node-encryption": nodeEncryption, interfaces: [{ name: "cilium_wg0", "peer-count": count(node) }] },
    },
  }),
});

describe("WireGuard that probes do not pass through", () => {
  it("is information in native mode without node encryption (cilium/cilium#20751)", () => {
    const findings = findingsOf(mesh({ size: 4, config: native, patch: peers(() => 3) }));
    expect(findings).toMatchObject([{ id: "wireguard-unprobed", severity: "info", confidence: "confirmed" }]);
    expect(findings[0]?.evidence).toHaveLength(1);
  });

  it("is told with the agents that have fewer peers than the others", () => {
    const [finding] = findingsOf(mesh({ size: 4, config: native, patch: peers((node) => (node === 3 ? 1 : 3)) }));
    expect(finding?.evidence.map(({ text }) => text)).toContain("worker-3 has 1 WireGuard peers, most others 3");
  });

  it.each<[string, MeshOptions]>([
    ["traffic goes through a tunnel", { size: 4, config: { "enable-wireguard": "true" } }],
    ["node encryption is on", { size: 4, config: { ...native, "encrypt-node": "true" } }],
    ["agents say that node encryption is on", { size: 4, config: native, patch: peers(() => 3, "Enabled") }],
    ["nothing is encrypted", { size: 4, config: { "routing-mode": "native" } }],
  ])("is not said where %s", (_when, options) => {
    expect(idsOf(mesh(options))).not.toContain("wireguard-unprobed");
  });
});
