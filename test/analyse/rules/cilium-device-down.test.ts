import { describe, expect, it } from "vitest";
import { wants } from "../../../src/analyse/analyse.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh } from "../mesh.ts";
import { recordedInFull } from "../recorded.ts";
import * as lost from "./filter-mesh.ts";

const usual = ["lo", "eth0", "cilium_net", "cilium_host", "cilium_vxlan"];

/** The devices of every node, at worker-2 one of them down or gone. */
function devices(down: string | null, gone: string | null): NonNullable<MeshOptions["confirming"]> {
  return (node) => {
    const names = usual.filter((name) => node !== 2 || name !== gone);
    const links = names.map((ifname) => ({ ifname, flags: node === 2 && ifname === down ? [] : ["UP"] }));
    return { "ip-link.json": JSON.stringify(links) };
  };
}

const cutOff = lost.failing(lost.around(2), lost.podPath);
const tunnel = { "routing-mode": "tunnel", "tunnel-protocol": "vxlan" };
const five = (more: Partial<MeshOptions>): MeshOptions => ({ size: 5, probes: cutOff, config: tunnel, ...more });

describe("cilium-device-down fires", () => {
  it.each([
    ["cilium_vxlan is down", "cilium_vxlan", null],
    ["cilium_vxlan is gone", null, "cilium_vxlan"],
    ["cilium_host is down", "cilium_host", null],
    ["cilium_net is gone", null, "cilium_net"],
  ])("where %s", (what, down, gone) => {
    const [first, ...others] = findingsOf(mesh(five({ confirming: devices(down, gone) })));
    expect(first).toMatchObject({
      id: "cilium-device-down",
      confidence: "confirmed",
      title: `${what} on worker-2, which cuts it off from pods elsewhere`,
      nodes: ["worker-2"],
      pathCount: 8,
    });
    expect(first?.evidence[0]).toEqual({ text: `${what} on worker-2`, node: "worker-2", capture: "ip-link.json" });
    expect(others).toEqual([]);
  });

  it("where one direction alone fails", () => {
    const probes = lost.failing(lost.to(2), lost.podPath);
    const found = findingsOf(mesh(five({ probes, confirming: devices("cilium_host", null) })));
    expect(found).toMatchObject([{ id: "cilium-device-down", pathCount: 4 }]);
  });

  it("once the list of devices was asked for", () => {
    const facts = mesh(five({}));
    expect(idsOf(facts)).toEqual(["vxlan-udp-blocked"]);
    const asked = wants(facts, { nodes: [], zones: [], target: null, protocol: null });
    expect(asked).toContainEqual({ node: "worker-2", capture: "ip-link.json" });
  });
});

describe("cilium-device-down is quiet", () => {
  it("on the recorded blocked port, whose devices are all up", async () => {
    expect(idsOf(await recordedInFull("vxlan-blocked-one-node"))).toEqual(["vxlan-udp-blocked"]);
  });

  it.each<[string, Partial<MeshOptions>]>([
    ["where the pod path works", { probes: () => null, confirming: devices("cilium_vxlan", null) }],
    ["without a tunnel, of its device", { config: lost.native, confirming: devices(null, "cilium_vxlan") }],
    [
      "of a device that no node has",
      { confirming: () => ({ "ip-link.json": JSON.stringify([{ ifname: "lo", flags: ["UP"] }]) }) },
    ],
    ["of a text that lists no devices", { confirming: () => ({ "ip-link.json": "[]" }) }],
    [
      "of another node than the one that is cut off",
      { probes: lost.failing(lost.around(4), lost.podPath), confirming: devices("cilium_vxlan", null) },
    ],
  ])("%s", (_what, options) => {
    expect(idsOf(mesh(five(options)))).not.toContain("cilium-device-down");
  });
});
