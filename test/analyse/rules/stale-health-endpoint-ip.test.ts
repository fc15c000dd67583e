import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { endpointSilent, healthIP, type MeshOptions, mesh } from "../mesh.ts";
import { remoteEntry, rewritten } from "./view-edits.ts";

const fromOne: MeshOptions["probes"] = (from, to) => (from === 1 && to === 3 ? endpointSilent(3) : null);
const oldAddress: MeshOptions["healthNodes"] = (entries, node) =>
  node === 1 ? rewritten(entries, 3, healthIP(3), "10.244.3.77") : entries;

describe("a health address that no longer exists", () => {
  it("is told by comparison with what the node itself says (cilium/cilium#18302, #24411)", () => {
    const [finding] = findingsOf(mesh({ size: 4, probes: fromOne, healthNodes: oldAddress }));
    expect(finding).toMatchObject({ id: "stale-health-endpoint-ip", confidence: "confirmed", pathCount: 1 });
    expect(finding?.evidence.map(({ text }) => text)).toEqual([
      "worker-1 probes 10.244.3.77 for worker-3",
      "its CiliumNode and its own endpoint list name 10.244.3.9",
    ]);
  });

  it("is told too where the CiliumNode announces it to everybody", () => {
    const facts = mesh({
      size: 4,
      probes: (from, to) => (to === 3 && from !== 3 ? endpointSilent(3) : null),
      healthNodes: (entries, node) => (node === 3 ? entries : rewritten(entries, 3, healthIP(3), "10.244.3.77")),
      patch: { ciliumNode: (node) => (node === 3 ? { spec: { health: { ipv4: "10.244.3.77" } } } : {}) },
    });
    const [finding, ...others] = findingsOf(facts);
    expect(finding).toMatchObject({ id: "stale-health-endpoint-ip", confidence: "confirmed", pathCount: 3 });
    expect(finding?.evidence[1]?.text).toBe(
      "its CiliumNode announces 10.244.3.77, its own endpoint list names 10.244.3.9",
    );
    expect(finding?.fix).toBe("restart the agent of worker-3, which announces its health endpoint anew");
    expect(others).toEqual([]);
  });

  it("of a remote node is told by what the other agents reach (cilium/cilium#30297)", () => {
    const facts = mesh({
      size: 4,
      healthNodes: (entries, node) => [
        ...entries,
        remoteEntry(entries, 3, "other/worker-9", (json) => {
          const old = { ...endpointSilent(3), ip: "10.9.0.77" };
          const text = json
            .replaceAll(healthIP(3), node === 1 ? old.ip : "10.9.0.9")
            .replaceAll("172.31.0.13", "192.0.2.9");
          return node === 1
            ? text.replaceAll(
                /("ip":"10.9.0.77".*?"http":\{)"latency":400000/g,
                '$1"status":"context deadline exceeded"',
              )
            : text;
        }),
      ],
    });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "stale-health-endpoint-ip", confidence: "likely" });
  });

  describe("where no list of addresses was read, as of pasted outputs", () => {
    const unread = { denied: ["ciliumnodes"], endpointList: () => [] } satisfies Partial<MeshOptions>;

    it("is told by the node's own view", () => {
      const [finding] = findingsOf(mesh({ size: 4, probes: fromOne, healthNodes: oldAddress, ...unread }));
      expect(finding).toMatchObject({ id: "stale-health-endpoint-ip", confidence: "confirmed", pathCount: 1 });
      expect(finding?.evidence.at(-1)?.text).toBe("its own agent probes itself at 10.244.3.9");
    });

    it("is likely by what the others reach, where the node was not asked (cilium/cilium#18302)", () => {
      const options = {
        size: 4,
        probes: fromOne,
        healthNodes: oldAddress,
        outOfReach: { 3: "no such pod" },
        ...unread,
      };
      const found = findingsOf(mesh(options)).find(({ id }) => id === "stale-health-endpoint-ip");
      expect(found?.confidence).toBe("likely");
      expect(found?.evidence.at(-1)?.text).toBe("other agents reach worker-3 at 10.244.3.9");
    });
  });

  it.each([
    ["the address is right", { probes: fromOne }],
    ["the old address still answers", { healthNodes: oldAddress }],
  ])("is not blamed where %s", (_what, options) => {
    expect(idsOf(mesh({ size: 4, ...options }))).not.toContain("stale-health-endpoint-ip");
  });
});
