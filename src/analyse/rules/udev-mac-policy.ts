import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene, wantFrom } from "../scene.ts";
import { healthMacs, type LocalFault, localFaults } from "../settings/local-health.ts";

/** systemd gives lxc_health a MAC address of its own after the agent has compiled the old one in (cilium/cilium#19678). */
export const udevMacPolicy: Rule = {
  causes: [
    {
      id: "udev-mac-policy",
      severity: "error",
      title: "systemd changes the MAC address of Cilium's links",
      meaning:
        "systemd 242 and newer give virtual links a persistent MAC address a moment after they appear. The agent has already written the first one into its BPF program, so the host's packets to its own pods and health endpoint are dropped.",
      apart: "rp-filter and other local faults leave the MAC address of lxc_health as the agent knows it.",
      confirm:
        "`ip link show lxc_health` in the agent shows a MAC address other than the host-mac in `cilium-dbg endpoint get -l reserved:health`.",
      fix: "set MACAddressPolicy=none for lxc* and cilium_* links in a systemd .link file, or use a Cilium release that sets the address itself",
      docs: "requirements",
    },
  ],
  find: (scene) => {
    const faults = localFaults(scene);
    const changed = faults.filter(({ node }) => isChanged(scene, node));
    if (changed.length > 0) return [claim(scene, sameImage(scene, faults, changed), changed)];
    return [];
  },
  wants: (scene) =>
    wantFrom(
      scene,
      localFaults(scene).map(({ node }) => node),
      ["ip-link.json", "rp_filter.txt"],
    ),
};

function isChanged(scene: Scene, at: number): boolean {
  const macs = healthMacs(scene, at);
  return macs !== null && macs.given !== macs.now;
}

/** Few suspects are asked; those of the same OS image that were not asked share the fault. */
function sameImage(scene: Scene, faults: readonly LocalFault[], changed: readonly LocalFault[]): readonly LocalFault[] {
  const images = new Set(changed.map(({ node }) => scene.nodes[node]?.kube?.osImage ?? ""));
  return faults.filter(
    (fault) =>
      changed.includes(fault) ||
      (healthMacs(scene, fault.node) === null && images.has(scene.nodes[fault.node]?.kube?.osImage || "unknown")),
  );
}

function claim(scene: Scene, faults: readonly LocalFault[], changed: readonly LocalFault[]): Claim {
  const names = faults.map(({ node }) => nameOf(scene, node));
  const [first] = changed.map(({ node }) => nameOf(scene, node));
  return {
    id: "udev-mac-policy",
    confidence: "confirmed",
    title: `the MAC address of lxc_health was changed behind the agent's back on ${listed(names)}`,
    nodes: names,
    host: [],
    endpoint: faults.flatMap(({ cells }) => cells.endpoint),
    evidence: changed.slice(0, 4).map(({ node }) => macEvidence(scene, node)),
    alternatives: [],
    confirm: [
      {
        node: first ?? "",
        argv: ["ip", "link", "show", "lxc_health"],
        expect: "a MAC address other than the host-mac in `cilium-dbg endpoint get -l reserved:health`",
      },
    ],
  };
}

function listed(names: readonly string[]): string {
  return names.length === 1 ? (names[0] ?? "") : `${names.length} nodes`;
}

function macEvidence(scene: Scene, at: number): Claim["evidence"][number] {
  const macs = healthMacs(scene, at);
  const image = scene.nodes[at]?.kube?.osImage ?? "";
  return {
    text: `the agent knows its side of lxc_health as ${macs?.given}, the link has ${macs?.now}${image === "" ? "" : ` (${image})`}`,
    node: nameOf(scene, at),
    capture: "ip-link.json",
  };
}
