import { failingAmong, isStaleFailure, noCells, type PathCells } from "../matrix/failing.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, rowCells, type Scene } from "../scene.ts";
import { agentAge, isFreshAgent, spanText } from "../settings/ages.ts";

/** The agent lost its API socket: the health server cannot list nodes and its last report freezes (cilium/cilium#27436). */
export const agentApiSocketGone: Rule = {
  causes: [
    {
      id: "agent-api-socket-gone",
      severity: "warning",
      title: "an agent does not answer on its own API socket",
      meaning:
        "The agent process runs and its liveness check passes, but cilium.sock is gone or answers nobody. The health daemon cannot list nodes any more, so the row it shows is frozen.",
      apart: "With probe-results-stale the agent still answers on cilium.sock.",
      confirm:
        "`ls -l /var/run/cilium/` in the agent shows no cilium.sock, or one on which `cilium-dbg status` gets no answer.",
      fix: "restart that agent pod",
      docs: "health",
    },
  ],
  find: (scene) =>
    scene.nodes.flatMap((_node, at) => {
      const said = socketFailure(scene, at);
      return said === null || isFreshAgent(scene, at) ? [] : [claim(scene, at, said)];
    }),
};

/** What `cilium status` said about its socket, null when it answered or failed otherwise. */
export function socketFailure(scene: Scene, at: number): string | null {
  const agent = scene.nodes[at]?.agent;
  if (agent == null || agent.pod.state !== "running" || agent.status !== null) return null;
  const failure = agent.failures.find(({ id }) => id === "cilium-status.json");
  return failure !== undefined && /cilium\.sock|is the agent running/i.test(failure.message) ? failure.message : null;
}

function claim(scene: Scene, at: number, said: string): Claim {
  const name = nameOf(scene, at);
  const age = agentAge(scene, at);
  const frozen = frozenCells(scene, at);
  return {
    id: "agent-api-socket-gone",
    confidence: "confirmed",
    title: `the agent of ${name} does not answer on its API socket; its health view cannot be trusted`,
    nodes: [name],
    ...frozen,
    evidence: [
      { text: said, node: name, capture: "cilium-status.json" },
      ...(age === null ? [] : [{ text: `its container has been running for ${spanText(age)}`, node: name }]),
    ],
    confirm: [{ node: name, argv: ["ls", "-l", "/var/run/cilium/"], expect: "no cilium.sock, or one nobody serves" }],
  };
}

/** Old failures in the frozen row; what is still fresh was probed before the socket went and may be true. */
function frozenCells(scene: Scene, at: number): PathCells {
  const failing = failingAmong(scene, rowCells(scene, at));
  const cells = noCells();
  for (const cell of failing.host) if (isStaleFailure(scene, "host", cell)) cells.host.push(cell);
  for (const cell of failing.endpoint) if (isStaleFailure(scene, "endpoint", cell)) cells.endpoint.push(cell);
  return cells;
}
