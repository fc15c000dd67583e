import { cellsFrom, cellsTo, isWhole, joined, judgeAll, podPathFails } from "../matrix/judged-cells.ts";
import { type Link, readLinks } from "../reads/ip-link.ts";
import type { Claim, Rule } from "../rule.ts";
import { confirmingText, nameOf, type Scene } from "../scene.ts";
import { tunnelPort } from "../settings/wire.ts";
import { wantFromFigures } from "../shapes/figure-facts.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";
import { figuresOf, podPathDead } from "../shapes/signature.ts";

const id = "cilium-device-down";

/**
 * A device that the agent sets up when it starts or its settings change (Reinitialize in pkg/datapath/loader/base.go,
 * 1.19): one that was taken down on a live mesh stayed down until the agent was restarted.
 */
export const ciliumDeviceDown: Rule = {
  causes: [
    {
      id,
      severity: "error",
      title: "a device of Cilium's is down or gone on a node",
      meaning:
        "The agent makes cilium_host, cilium_net and, with tunnels, cilium_vxlan or cilium_geneve when it starts. One of them has been taken down or deleted since: by a network manager that believes it owns every device, by another network plugin's clean-up, by hand. What goes between that node and pods elsewhere is lost there, while the node itself answers.",
      apart:
        "The list of the node's devices says it. A blocked tunnel port gives the same picture with all devices up; with a rule of networkd or a hardened host the devices stay as well.",
      confirm: "`ip -br link` in the agent shows one of them DOWN, or not at all where a node that works has it.",
      fix: "restart the agent of that node, which makes its devices anew, and keep network managers off devices named cilium_* and lxc*",
      docs: "node-to-node",
    },
  ],
  wants: (scene) => wantFromFigures(scene, figuresOf(scene, podPathDead), ["ip-link.json"]),
  find: (scene) => {
    if (scene.shapes.length === 0) return [];
    const broken = scene.nodes.flatMap((_, node) => brokenAt(scene, node));
    return broken.length === 0 ? [] : [claim(scene, broken)];
  },
};

interface Broken {
  readonly node: number;
  /** Each with its state: `cilium_vxlan is down`. */
  readonly devices: readonly string[];
  readonly cells: readonly number[];
  readonly judged: number;
}

/** None where the devices are well, or where the pod path works in both directions all the same. */
function brokenAt(scene: Scene, node: number): Broken[] {
  const devices = brokenDevices(scene, node);
  if (devices.length === 0) return [];
  const judge = podPathFails(scene);
  const ways = [cellsTo(scene, node), cellsFrom(scene, node)].map((cells) => judgeAll(cells, judge)).filter(isWhole);
  return ways.length === 0 ? [] : [{ node, devices, ...joined(ways) }];
}

function brokenDevices(scene: Scene, node: number): string[] {
  const links = linksOf(scene, node);
  const tunnel = scene.settings.routingMode === "tunnel" ? [`cilium_${tunnelPort(scene).protocol}`] : [];
  return ["cilium_host", "cilium_net", ...tunnel].flatMap((name) => {
    const link = links.find((one) => one.name === name);
    if (link === undefined) return links.length > 0 && hasAnother(scene, node, name) ? [`${name} is gone`] : [];
    return link.up === false ? [`${name} is down`] : [];
  });
}

function linksOf(scene: Scene, node: number): readonly Link[] {
  const text = confirmingText(scene.nodes[node], "ip-link.json");
  return text === null ? [] : (readLinks(text) ?? []);
}

/** Which devices an agent of this release and these settings makes, another node tells. */
function hasAnother(scene: Scene, node: number, name: string): boolean {
  return scene.nodes.some((_, other) => other !== node && linksOf(scene, other).some((link) => link.name === name));
}

function claim(scene: Scene, broken: readonly Broken[]): Claim {
  const names = namesOf(
    scene,
    broken.map(({ node }) => node),
  );
  const [only, them] =
    broken.length === 1
      ? [broken[0]?.devices.join(", ") ?? "", "it"]
      : ["devices of Cilium's are down or gone", "them"];
  return {
    id,
    confidence: "confirmed",
    title: `${only} on ${listNames(names)}, which cuts ${them} off from pods elsewhere`,
    nodes: names,
    host: [],
    endpoint: [...new Set(broken.flatMap(({ cells }) => cells))],
    evidence: broken.flatMap((one) => evidence(scene, one)),
    confirm: broken.slice(0, 4).map(({ node }) => ({
      node: nameOf(scene, node),
      argv: ["ip", "-br", "link"],
      expect: "a device cilium_* DOWN, or not there",
    })),
  };
}

function evidence(scene: Scene, { node, devices, cells, judged }: Broken): Claim["evidence"] {
  const name = nameOf(scene, node);
  return [
    ...devices.map((text) => ({ text: `${text} on ${name}`, node: name, capture: "ip-link.json" as const })),
    {
      text: `the node path works and the pod path does not on ${cells.length} of ${judged} pairs with ${name}`,
      node: name,
    },
  ];
}
