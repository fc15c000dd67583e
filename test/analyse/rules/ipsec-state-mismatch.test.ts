import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh } from "../mesh.ts";
import { ipsec } from "./encrypted-mesh.ts";
import * as lost from "./filter-mesh.ts";

const of = (where: lost.Where, more: Partial<MeshOptions> = {}): MeshOptions => ({
  size: 5,
  config: ipsec,
  probes: lost.failing(where, lost.podPath),
  ...more,
});
const keys = (odd: number) => ({
  ciliumNode: (node: number) => ({ spec: { encryption: { key: node === odd ? 4 : 3 } } }),
});
const counters = (protoErrors: number) => () => ({
  "xfrm_stat.txt": `XfrmInError             \t0\nXfrmInStateProtoError   \t${protoErrors}\nXfrmOutStateSeqError    \t0\n`,
});

describe("ipsec-state-mismatch fires", () => {
  it("where a node announces another key id than the others (cilium/cilium#28702)", () => {
    const [first, ...others] = findingsOf(mesh(of(lost.around(2), { patch: keys(2) })));
    expect(first).toMatchObject({
      id: "ipsec-state-mismatch",
      severity: "error",
      confidence: "confirmed",
      nodes: ["worker-2"],
      pathCount: 8,
      alternatives: [],
    });
    expect(first?.evidence.map(({ text }) => text)).toContain(
      "the nodes announce unlike IPsec key ids: 3 on worker-1, worker-3, worker-4 and worker-5, 4 on worker-2",
    );
    expect(others).toEqual([]);
  });

  it("as a possibility where the kernel counted packets it could not open (cilium/cilium#26626)", () => {
    const [first] = findingsOf(mesh(of(lost.around(2), { confirming: counters(17) })));
    expect(first).toMatchObject({ id: "ipsec-state-mismatch", confidence: "possible" });
    expect(first?.evidence.some(({ text }) => text.includes("XfrmInStateProtoError 17"))).toBe(true);
    expect(first?.alternatives.map(({ id }) => id)).toEqual(["ipsec-esp-blocked"]);
  });

  it("by the agent's own count where the kernel has none", () => {
    const status = JSON.stringify({ mode: "IPsec", ipsec: { "error-count": 2, "xfrm-errors": { XfrmInNoStates: 2 } } });
    const facts = mesh(of(lost.onlyBetween(1, 2), { confirming: () => ({ "encrypt-status.json": status }) }));
    expect(findingsOf(facts)[0]).toMatchObject({ id: "ipsec-state-mismatch", confidence: "possible", pathCount: 2 });
  });
});

describe("ipsec-state-mismatch stays quiet", () => {
  it.each<[string, MeshOptions]>([
    ["where counters stand at 0: ESP", of(lost.around(2), { confirming: counters(0) })],
    ["where nothing was read", of(lost.around(2))],
    ["where a rotation is under way and nothing fails", { size: 5, config: ipsec, patch: keys(2) }],
    ["where the odd key is not of the node that fails", of(lost.around(2), { patch: keys(5) })],
    ["without IPsec", of(lost.around(2), { config: {}, patch: keys(2) })],
  ])("%s", (_what, options) => {
    expect(idsOf(mesh(options))).not.toContain("ipsec-state-mismatch");
  });
});
