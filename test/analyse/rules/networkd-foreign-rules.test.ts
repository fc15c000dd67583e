import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, endpointSilent, hostSilent, type MeshOptions, mesh } from "../mesh.ts";
import { recordedInFull } from "../recorded.ts";
import { soundHost } from "./forwarding-mesh.ts";

const cross: MeshOptions["probes"] = (from, to) => (from !== to && (from === 3 || to === 3) ? allSilent(to) : null);
const deaf: NonNullable<MeshOptions["probes"]> = (from, to) => (from === 3 && to !== 3 ? endpointSilent(to) : null);
const flatcar: MeshOptions["patch"] = {
  node: () => ({ status: { nodeInfo: { osImage: "Flatcar Container Linux" } } }),
};
const rules = (...lines: readonly string[]) => ({ "ip-rule.txt": lines.map((line) => `${line}\n`).join("") });
const noLocal = rules("9:\tfrom all fwmark 0x200/0xf00 lookup 2004", "32766:\tfrom all lookup main");
const routes = (routed: readonly number[]) => ({
  "ip-route.txt": [
    "default via 172.31.0.1 dev eth0 ",
    ...routed.map((to) => `10.244.${to}.0/24 via 10.244.3.1 dev cilium_host proto kernel src 10.244.3.1 mtu 1450 `),
    "172.31.0.0/24 dev eth0 proto kernel scope link src 172.31.0.13 \n",
  ].join("\n"),
});

describe("networkd-foreign-rules fires", () => {
  it("on a node without the rule for local addresses whose agent still answers (cilium/cilium#18706)", () => {
    const facts = mesh({
      size: 5,
      probes: cross,
      patch: flatcar,
      confirming: (node) => ({ ...soundHost, ...(node === 3 ? noLocal : {}) }),
    });
    const [first] = findingsOf(facts);
    expect(first).toMatchObject({
      id: "networkd-foreign-rules",
      confidence: "confirmed",
      nodes: ["worker-3"],
      pathCount: 16,
    });
    expect(first?.evidence.map(({ text }) => text)).toContain(
      "it runs Flatcar Container Linux, where systemd-networkd manages links",
    );
  });

  it("on a node whose routes to others' pods are gone while others get through (flatcar/Flatcar#620)", () => {
    const facts = mesh({ size: 5, probes: deaf, confirming: (node) => (node === 3 ? routes([]) : {}) });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "networkd-foreign-rules", confidence: "likely", pathCount: 4 });
  });

  it("beside a node whose own address is silent, which tells nothing of its pods", () => {
    const probes: MeshOptions["probes"] = (from, to) =>
      to === 4 && from !== 4 ? { ...hostSilent(4), ...deaf(from, to) } : deaf(from, to);
    const facts = mesh({ size: 5, probes, confirming: (node) => (node === 3 ? routes([]) : {}) });
    const found = findingsOf(facts).find(({ id }) => id === "networkd-foreign-rules");
    expect(found).toMatchObject({ nodes: ["worker-3"], pathCount: 4 });
  });
});

describe("networkd-foreign-rules stays quiet", () => {
  it.each([
    ["the rules are whole", cross, soundHost],
    ["the rules were not read", cross, {}],
    ["the text holds no rules", cross, rules("Dump terminated")],
    ["the routes are in place", deaf, routes([1, 2, 4, 5])],
  ])("where %s", (_when, probes, read) => {
    const facts = mesh({ size: 5, probes, confirming: (node) => (node === 3 ? read : {}) });
    expect(idsOf(facts)).not.toContain("networkd-foreign-rules");
  });

  it("in native mode where the network routes the ranges, and a default route is all anybody has", () => {
    const config = { "routing-mode": "native", "auto-direct-node-routes": "false" };
    const facts = mesh({ size: 5, probes: deaf, config, confirming: (node) => (node === 3 ? routes([]) : {}) });
    expect(idsOf(facts)).not.toContain("networkd-foreign-rules");
  });

  it.each(["healthy", "zone-partition", "vxlan-blocked-one-node", "native-routing-healthy"])(
    "on the recorded case %s",
    async (name) => {
      expect(idsOf(await recordedInFull(name))).not.toContain("networkd-foreign-rules");
    },
  );
});
