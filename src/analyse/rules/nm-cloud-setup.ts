import { wantHostSettings } from "../evidence/forwarding.ts";
import { isPodPathFine, type PodPathFailures, podPathFailures } from "../evidence/pod-path.ts";
import { failed } from "../matrix/planes.ts";
import { cloudSetupRules, type RoutingRule, readRoutingRules } from "../reads/ip-rule.ts";
import type { Claim, Rule } from "../rule.ts";
import { confirmingText, nameOf, rowCells, type Scene, wantFrom } from "../scene.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";

const id = "nm-cloud-setup";

/** NetworkManager adds tables of its own (rancher/rke2#1053, #786; projectcalico/calico#4662, with other CNIs). */
export const nmCloudSetup: Rule = {
  causes: [
    {
      id,
      severity: "error",
      title: "nm-cloud-setup routes packets by a table of its own",
      meaning:
        "nm-cloud-setup of NetworkManager adds routing rules and tables for the addresses a cloud gave the machine. They come before the main table, so packets of the node, or replies of its pods, pass Cilium's routes by and leave the wrong way.",
      apart:
        "networkd-foreign-rules removes rules, this adds some, with priorities and tables from 30200 on. A node that carries the same rules without harm acquits them.",
      confirm:
        "`ip rule` in the agent shows rules with a priority from 30200 on into tables of such numbers, which nodes without the fault lack.",
      fix: "disable nm-cloud-setup.service and its timer, reboot the node, and mark cilium and lxc links unmanaged for NetworkManager",
      docs: "requirements",
    },
  ],
  wants: (scene) => [
    ...wantHostSettings(scene, podPathFailures(scene)),
    ...wantFrom(scene, [...selfFailing(scene), ...deafNodes(scene)], ["ip-rule.txt"]),
  ],
  find: (scene) => {
    const failures = podPathFailures(scene);
    const suspects = [...new Set([...failures.columns, ...selfFailing(scene), ...deafNodes(scene)])];
    const nodes = suspects.filter((node) => foreignRules(scene, node).length > 0).sort((a, b) => a - b);
    return nodes.length === 0 || isHarmlessElsewhere(scene, suspects) ? [] : [claim(scene, failures, nodes)];
  },
};

/** A node that is well carries the same rules. */
function isHarmlessElsewhere(scene: Scene, suspects: readonly number[]): boolean {
  return scene.nodes.some(
    (_, node) => !suspects.includes(node) && foreignRules(scene, node).length > 0 && isPodPathFine(scene, node),
  );
}

/** Nodes that get through to nearly no pod of other nodes, while the nodes answer. */
function deafNodes(scene: Scene): number[] {
  return scene.shapes.flatMap(({ kind, probes, nodes }) =>
    (kind === "row" || kind === "cross") && probes.includes("endpoint-http") ? nodes : [],
  );
}

/** Nodes whose own agent does not get through to its health endpoint. */
function selfFailing(scene: Scene): number[] {
  return scene.shapes.flatMap(({ kind, probes, nodes }) =>
    kind === "self" && probes.includes("endpoint-http") ? nodes : [],
  );
}

function foreignRules(scene: Scene, node: number): RoutingRule[] {
  const text = confirmingText(scene.nodes[node], "ip-rule.txt");
  return text === null ? [] : cloudSetupRules(readRoutingRules(text));
}

function claim(scene: Scene, failures: PodPathFailures, nodes: readonly number[]): Claim {
  const isKin = nodes.every((node) => /red hat|rhel|centos|rocky|alma|oracle|fedora|amazon/i.test(osOf(scene, node)));
  return {
    id,
    confidence: isKin ? "likely" : "possible",
    title: `NetworkManager's cloud setup routes packets of pods on ${listNames(namesOf(scene, nodes))}`,
    nodes: namesOf(scene, nodes),
    host: [],
    endpoint: nodes.flatMap((node) => lostCells(scene, failures, node)),
    evidence: nodes.slice(0, 10).flatMap((node) => [
      {
        text: `routing rule "${foreignRules(scene, node)[0]?.text ?? ""}"`,
        node: nameOf(scene, node),
        capture: "ip-rule.txt" as const,
      },
      ...(osOf(scene, node) === "" ? [] : [{ text: `the node runs ${osOf(scene, node)}`, node: nameOf(scene, node) }]),
    ]),
    confirm: nodes.slice(0, 4).map((node) => ({
      node: nameOf(scene, node),
      argv: ["ip", "rule"],
      expect: "rules with a priority from 30200 on into tables of such numbers",
    })),
  };
}

/** The pod paths it loses: to it, from it, and its own. */
function lostCells(scene: Scene, failures: PodPathFailures, node: number): number[] {
  const { primary } = scene.planes;
  const isLost = (cell: number) => failed(primary["endpoint-http"][cell]) && !failed(primary["host-http"][cell]);
  const from = rowCells(scene, node).filter(isLost);
  const isRow = deafNodes(scene).includes(node);
  return [...(failures.into.get(node) ?? []), ...from.filter((cell) => isRow || cell % (scene.size + 1) === 0)];
}

function osOf(scene: Scene, node: number): string {
  return scene.nodes[node]?.kube?.osImage ?? "";
}
