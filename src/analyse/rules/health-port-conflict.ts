import { countCells, type PathCells } from "../matrix/failing.ts";
import { blank, fine, type Planes, refused, silent, textOf } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, nameOf, type Scene } from "../scene.ts";
import { announcesLinkLocal } from "./node-ip-link-local.ts";

/** A running agent whose node address refuses port 4240 while its endpoint answers (cilium/cilium#41402). */
export const healthPortConflict: Rule = {
  causes: [
    {
      id: "health-port-conflict",
      severity: "warning",
      title: "an agent does not listen on the health port of its node",
      meaning:
        "The node answers ping and its health endpoint answers, but the health port of the node address is refused although the agent runs: another program holds the port, or the agent failed to bind it. Pods are not affected.",
      apart: "agent-down has no running agent, and its health endpoint refuses as well.",
      confirm:
        "The agent's log says Failed to serve cilium-health API, with the word bind; `cat /proc/net/tcp /proc/net/tcp6` in the agent shows whether something listens on port 1090, which is 4240 in hex.",
      fix: "free the port on that node, or move it with cluster-health-port, then restart the agent",
      docs: "firewall",
    },
  ],
  find: (scene) => (anyRefused(scene) ? scene.nodes.flatMap((_node, at) => claimAt(scene, at)) : []),
};

const enough = 0.85;

function anyRefused({ planes: { primary, secondary } }: Scene): boolean {
  return primary["host-http"].includes(refused) || secondary?.["host-http"].includes(refused) === true;
}

function claimAt(scene: Scene, at: number): Claim[] {
  if (scene.nodes[at]?.agent?.health == null || announcesLinkLocal(scene, at)) return [];
  const column = columnCells(scene, at);
  const primary = refusedIn(scene.planes.primary, column);
  const secondary = scene.planes.secondary === null ? [] : refusedIn(scene.planes.secondary, column);
  const cells = { host: [...new Set([...primary, ...secondary])].sort((a, b) => a - b), endpoint: [] };
  return countCells(cells) === 0 ? [] : [claim(scene, at, cells)];
}

/**
 * `+ R + +` from nearly all who judge it; nothing where others get through. Who is lost on the pod path has another
 * trouble besides, and tells nothing of the endpoint.
 */
function refusedIn(planes: Planes["primary"], column: readonly number[]): number[] {
  const { "host-http": host, "host-icmp": ping, "endpoint-http": pod } = planes;
  const isRefused = (cell: number) => host[cell] === refused && ping[cell] !== silent && pod[cell] !== refused;
  const judged = column.filter((cell) => host[cell] !== blank && pod[cell] !== silent);
  const cells = judged.filter(isRefused);
  const endpoints = cells.some((cell) => pod[cell] === fine);
  return endpoints && cells.length >= judged.length * enough ? column.filter(isRefused) : [];
}

function claim(scene: Scene, at: number, cells: PathCells): Claim {
  const name = nameOf(scene, at);
  const [first = 0] = cells.host;
  const from = Math.floor(first / scene.size);
  const pod = scene.nodes[at]?.agent?.pod;
  return {
    id: "health-port-conflict",
    confidence: "likely",
    title: `${name} refuses its health port although its agent runs`,
    nodes: [name],
    ...cells,
    evidence: [
      {
        text: textOf(scene.facts, from, at, "host-http") || textOf(scene.facts, from, at, "host-http", 1),
        node: nameOf(scene, from),
        capture: "cilium-health-status.json",
      },
      {
        text: `${cells.host.length} agents are refused, while they reach its health endpoint on the same port`,
        node: name,
      },
      { text: `its agent runs and answers (pod ${pod?.name ?? ""})`, node: name },
    ],
    alternatives: [
      {
        id: "host-firewall-reject",
        why: "a filter that rejects with a TCP reset reads the same: `iptables -S` on the node would hold such a rule",
      },
    ],
    confirm: [
      {
        node: null,
        argv: ["-n", pod?.namespace ?? "", "logs", pod?.name ?? "", "-c", pod?.container ?? "", "--tail=2000"],
        expect: '"Failed to serve cilium-health API" with "bind"',
      },
      {
        node: name,
        argv: ["cat", "/proc/net/tcp", "/proc/net/tcp6"],
        expect: "who listens on port 1090 (4240 in hex)",
      },
    ],
  };
}
