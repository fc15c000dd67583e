import { failingWhere, type PathCells } from "../matrix/failing.ts";
import { fine, refused, textOf } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";

const defaultPort = "4240";

/** The responder of the health endpoint listens on 4240 while the probes go to cluster-health-port (cilium/cilium#18061). */
export const healthPortMismatch: Rule = {
  causes: [
    {
      id: "health-port-mismatch",
      severity: "warning",
      title: "health endpoints listen on another port than is probed",
      meaning:
        "cluster-health-port is set, the probes use it, and the health endpoints still listen on 4240. Even an agent's probe of its own endpoint is refused; pods are not affected.",
      apart: "agent-down never concerns an agent's own endpoint, and breaks the probe of the node address too.",
      confirm:
        "`cilium-dbg config --all -o json` in any agent shows a ClusterHealthPort other than 4240, the port on which even its probe of its own health endpoint is refused.",
      fix: "upgrade Cilium, or return to the default port 4240; during a roll-out of a new port finish the roll-out",
      docs: "firewall",
    },
  ],
  find: (scene) => {
    const cells = failingWhere(
      scene,
      (from, to, target) => target === "endpoint" && isRefusedElsewhere(scene, from, to),
    );
    const own = cells.endpoint.filter((cell) => cell % (scene.size + 1) === 0);
    return own.length === 0 ? [] : [claim(scene, cells, own.length)];
  },
};

/** `+ + + R`, the port of the probe's address being another than the default. */
function isRefusedElsewhere(scene: Scene, from: number, to: number): boolean {
  const { primary } = scene.planes;
  const cell = from * scene.size + to;
  if (primary["endpoint-http"][cell] !== refused || primary["host-http"][cell] !== fine) return false;
  const port = portOf(textOf(scene.facts, from, to, "endpoint-http"));
  return port !== "" && port !== defaultPort;
}

function portOf(text: string): string {
  return /:(\d{1,5})\/hello/.exec(text)?.[1] ?? "";
}

function claim(scene: Scene, cells: PathCells, own: number): Claim {
  const nodes = [...new Set(cells.endpoint.map((cell) => cell % scene.size))].sort((a, b) => a - b);
  const [first = 0] = cells.endpoint;
  const [from, to] = [Math.floor(first / scene.size), first % scene.size];
  const port = portOf(textOf(scene.facts, from, to, "endpoint-http"));
  const heard = scene.nodes.filter((node) => node.agent?.health != null).length;
  const configured = scene.facts.config?.get("cluster-health-port");
  const isEverywhere = own >= heard * 0.85;
  return {
    id: "health-port-mismatch",
    confidence: isEverywhere && configured === port ? "confirmed" : "likely",
    title: `health endpoints refuse the probes' port ${port}`,
    nodes: nodes.map((at) => nameOf(scene, at)),
    ...cells,
    evidence: [
      { text: `${own} of ${heard} agents are refused by their own health endpoint on port ${port}` },
      {
        text: textOf(scene.facts, from, to, "endpoint-http"),
        node: nameOf(scene, from),
        capture: "cilium-health-status.json",
      },
      ...(configured === undefined ? [] : [{ text: `cilium-config says cluster-health-port: ${configured}` }]),
    ],
    alternatives: isEverywhere ? [] : [rollOut],
    confirm: [
      {
        node: nameOf(scene, to),
        argv: ["cilium-dbg", "config", "--all", "-o", "json"],
        expect: `ClusterHealthPort ${port}`,
      },
    ],
  };
}

const rollOut = {
  id: "config-skew",
  why: "only some agents are concerned: they may have been started before the port was changed; compare their start times",
};
