import { describe, expect, it } from "vitest";
import { wants } from "../../../src/analyse/analyse.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh } from "../mesh.ts";
import { recordedInFull } from "../recorded.ts";

interface Interfaces {
  /** MTU of eth0, of cilium_host, and of the routes to other nodes' pods. */
  readonly wire: number;
  readonly inner: number;
  readonly routes?: number;
}

function printed({ wire, inner, routes }: Interfaces): NonNullable<ReturnType<NonNullable<MeshOptions["confirming"]>>> {
  const link = (ifname: string, mtu: number) => ({
    ifname,
    mtu,
    flags: ["UP"],
    link_type: ifname === "lo" ? "loopback" : "ether",
  });
  return {
    "ip-link.json": JSON.stringify([
      link("lo", 65536),
      link("eth0", wire),
      link("cilium_host", inner),
      link("lxc_health", inner),
    ]),
    ...(routes === undefined
      ? {}
      : {
          "ip-route.txt": `default via 172.31.0.1 dev eth0\n10.244.2.0/24 via 10.244.1.1 dev cilium_host proto kernel src 10.244.1.1 mtu ${routes}\n`,
        }),
  };
}

const everywhere = (sizes: Interfaces): MeshOptions => ({ size: 4, confirming: () => printed(sizes) });

describe("an MTU that leaves no room for the tunnel's headers", () => {
  it.each<[string, Interfaces]>([
    ["interfaces alone: 1500 for pods on a wire of 1450 (cilium/cilium#14339)", { wire: 1450, inner: 1500 }],
    [
      "routes to pods, which need 50 bytes more on the wire (rancher/rke2#2114)",
      { wire: 1450, inner: 1450, routes: 1450 },
    ],
  ])("is information, by %s", (_how, sizes) => {
    const findings = findingsOf(mesh(everywhere(sizes)));
    expect(findings).toMatchObject([{ id: "mtu-too-large", severity: "info", confidence: "confirmed" }]);
  });

  it("counts what encryption adds", () => {
    const options = everywhere({ wire: 1500, inner: 1500, routes: 1450 });
    expect(idsOf(mesh({ ...options, config: { "enable-wireguard": "true" } }))).toContain("mtu-too-large");
    expect(idsOf(mesh(options))).toEqual([]);
  });

  it("is possible where one node's wire carries less than others send", () => {
    const options: MeshOptions = {
      size: 3,
      confirming: (node) => printed(node === 2 ? { wire: 1400, inner: 1400 } : { wire: 1500, inner: 1500 }),
    };
    const [finding] = findingsOf(mesh(options));
    expect(finding).toMatchObject({ id: "mtu-too-large", severity: "info", confidence: "possible" });
    expect(finding?.title).toBe("worker-2 has a smaller MTU than other nodes send");
  });

  it("is asked for only where the MTU was set by hand", () => {
    const scope = { nodes: [], zones: [], target: null, protocol: null } as const;
    expect(wants(mesh({ size: 3 }), scope)).toEqual([]);
    expect(wants(mesh({ size: 3, config: { mtu: "1500" } }), scope).map(({ capture }) => capture)).toContain(
      "ip-link.json",
    );
  });

  it.each(["healthy", "native-routing-healthy", "forward-drop-harmless"])(
    "is not said of the capture %s",
    async (name) => {
      expect(idsOf(await recordedInFull(name))).not.toContain("mtu-too-large");
    },
  );
});
