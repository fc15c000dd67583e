import { describe, expect, it } from "vitest";
import { type Link, readLinks, underlayLink } from "../../../src/analyse/reads/ip-link.ts";
import { confirmingText } from "../../../src/analyse/scene.ts";
import { recorded } from "../recorded.ts";

const link = (name: string, more: Partial<Link> = {}): Link => ({
  name,
  mtu: 1500,
  up: true,
  kind: "ether",
  master: "",
  rxPackets: 0,
  txPackets: 0,
  txLost: 0,
  ...more,
});

describe("the interfaces of a node", () => {
  it("are read from the capture healthy, with MTU and packets", async () => {
    const facts = await recorded("healthy", ["ip-link.json"]);
    const text = confirmingText(
      facts.nodes.find((node) => node.name === "worker-1"),
      "ip-link.json",
    );
    const links = readLinks(text ?? "");
    expect(links?.map(({ name }) => name)).toEqual([
      "lo",
      "eth0",
      "cilium_net",
      "cilium_host",
      "cilium_vxlan",
      "lxc_health",
    ]);
    expect(links?.[1]).toEqual(link("eth0", { rxPackets: 6004, txPackets: 6031 }));
    expect(underlayLink(links ?? [], "")?.name).toBe("eth0");
  });

  it.each<[string, readonly Link[], string, string | undefined]>([
    ["the named one", [link("eth0"), link("eth1")], "eth1", "eth1"],
    ["none of two", [link("eth0"), link("eth1")], "", undefined],
    [
      "the bond, not its parts",
      [link("eno1", { master: "bond0" }), link("eno2", { master: "bond0" }), link("bond0")],
      "",
      "bond0",
    ],
    ["the one that is up", [link("eth0", { up: false }), link("ens5"), link("docker0"), link("lxc12ab")], "", "ens5"],
  ])("between nodes: %s", (_which, links, named, expected) => {
    expect(underlayLink(links, named)?.name).toBe(expected);
  });

  it.each(["", "{}", "Cannot find device"])("are unknown in %j", (text) => {
    expect(readLinks(text)).toBeNull();
  });
});
