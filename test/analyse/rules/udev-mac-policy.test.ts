import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { endpointSilent, type MeshOptions, mesh } from "../mesh.ts";

const given = "4e:38:d2:0f:9b:31";
const broken: MeshOptions = {
  size: 4,
  probes: (_from, to) => (to === 2 ? endpointSilent(2) : null),
  endpointList: (entries) =>
    JSON.parse(JSON.stringify(entries).replaceAll('"interface-name"', `"host-mac":"${given}","interface-name"`)),
};
const links = (mac: string) => ({ "ip-link.json": JSON.stringify([{ ifname: "lxc_health", address: mac }]) });

// cilium/cilium#19678, #37812: the recorded MACs are those of the healthy capture
describe("the MAC address of lxc_health", () => {
  it("that differs from the agent's is systemd's work", () => {
    const facts = mesh({ ...broken, confirming: () => links("aa:bb:cc:dd:ee:ff") });
    expect(findingsOf(facts)[0]).toMatchObject({
      id: "udev-mac-policy",
      confidence: "confirmed",
      nodes: ["worker-2"],
      pathCount: 4,
    });
  });

  it("that is still the agent's leaves another local fault", () => {
    expect(idsOf(mesh({ ...broken, confirming: () => links(given) }))[0]).toBe("local-health-endpoint-broken");
  });

  it("that was not read is one of the alternatives", () => {
    const [finding] = findingsOf(mesh(broken));
    expect(finding?.id).toBe("local-health-endpoint-broken");
    expect(finding?.alternatives[0]?.id).toBe("udev-mac-policy");
  });
});
