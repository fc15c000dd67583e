import { countCells, failingWithText, type PathCells, sinksOf, sourcesOf } from "../matrix/failing.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";

/** The prober dials an empty address: "lookup <nil>: no such host" (cilium/cilium#20796, 1.11.7). */
export const ipv6HealthTargetNil: Rule = {
  causes: [
    {
      id: "ipv6-health-target-nil",
      severity: "warning",
      title: "the health probe dials an empty address",
      meaning:
        "With IPv4 switched off, affected releases build the probe's target from the missing IPv4 address and look up the name <nil>. The data path is fine.",
      apart: "The text is unique: no packet is sent at all.",
      confirm:
        "`cilium-dbg node list -o json` in an agent concerned has no IPv4 address for the nodes it fails to probe.",
      fix: "upgrade Cilium; until then do not read anything into these probes",
      docs: "requirements",
    },
  ],
  find: (scene) => {
    const cells = failingWithText(scene, /lookup <nil>|\/\/<nil>:/);
    return countCells(cells) === 0 ? [] : [claim(scene, cells)];
  },
};

function claim(scene: Scene, cells: PathCells): Claim {
  const sources = sourcesOf(cells, scene.size).map((at) => nameOf(scene, at));
  const ipv4 = scene.facts.config?.get("enable-ipv4");
  return {
    id: "ipv6-health-target-nil",
    confidence: "confirmed",
    title: `${sources.length} ${sources.length === 1 ? "agent probes" : "agents probe"} the empty address <nil>`,
    nodes: [...new Set([...sources, ...sinksOf(cells, scene.size).map((at) => nameOf(scene, at))])],
    ...cells,
    evidence: [
      {
        text: `${countCells(cells)} paths fail with "lookup <nil>"`,
        node: sources[0] ?? "",
        capture: "cilium-health-status.json",
      },
      ...(ipv4 === "false" ? [{ text: "cilium-config says enable-ipv4: false" }] : []),
    ],
    confirm: [
      { node: sources[0] ?? "", argv: ["cilium-dbg", "node", "list", "-o", "json"], expect: "no IPv4 addresses" },
    ],
  };
}
