import { HealthError } from "../model/errors.ts";

/**
 * The faults a generated mesh can carry. `takes` says what may follow the name after "=": a node, a zone, two nodes
 * ("A:B"), or nothing; what is left out is chosen by the mesh.
 */
export const faultCatalogue = {
  "vxlan-blocked": { takes: "node", says: "udp/8472 is dropped at the node: endpoint paths from and to it fail" },
  "node-down": { takes: "node", says: "the node is off the network and NotReady" },
  "zone-partition": { takes: "zone", says: "nothing passes between the zone and the others" },
  "icmp-blocked": { takes: "node", says: "ping to node addresses is dropped, at one node or everywhere" },
  "one-way": { takes: "pair", says: "A cannot reach B, B reaches A; B may be demo-2/NODE of the other cluster" },
  "clusters-cut": { takes: "nothing", says: "no probe passes between the nodes of two clusters; needs --clusters 2" },
  "agent-not-running": { takes: "node", says: "the agent container is in CrashLoopBackOff" },
  "no-agent": { takes: "node", says: "the node has no agent pod" },
  "ghost-node": { takes: "node", says: "all agents still probe a node that Kubernetes does not know" },
  "health-socket-missing": { takes: "node", says: "cilium-health finds no socket" },
  "health-off": { takes: "nothing", says: "health checking is disabled" },
  "endpoint-health-off": { takes: "nothing", says: "endpoint health checking is disabled" },
  "not-probed": { takes: "node", says: "an agent has no results yet" },
  stale: { takes: "node", says: "an agent's results are two hours old" },
  garbage: { takes: "node", says: "cilium-health prints bytes that are no JSON" },
  cut: { takes: "node", says: "cilium-health's JSON stops in the middle" },
  huge: { takes: "node", says: "cilium-health prints 100 MiB" },
  slow: { takes: "node", says: "every command in the agent takes ten minutes" },
  "filter-drop": { takes: "node", says: "the node's packet filter drops udp/8472: endpoint paths from and to it fail" },
  "ip-forward-off": { takes: "node", says: "the node's kernel forwards nothing; no probe is harmed, `check` sees it" },
  "small-mtu": { takes: "node", says: "the node's interface carries 1400 bytes; no probe is harmed, `check` sees it" },
  "old-settings": { takes: "node", says: "an agent runs with settings of yesterday; `check` sees it" },
  "stale-ipcache": {
    takes: "node",
    says: "the node sends packets for another's pod to the wrong node; `check` sees it",
  },
  "missing-service": { takes: "node", says: "an agent does not have a Service that the others have; `check` sees it" },
  "hostile-names": { takes: "node", says: "a node's name, zone and failure texts carry terminal escapes" },
} as const satisfies Record<string, { readonly takes: "node" | "zone" | "pair" | "nothing"; readonly says: string }>;

export type FaultName = keyof typeof faultCatalogue;

export interface Fault {
  readonly name: FaultName;
  /** What stood after "=": a node or zone name, or "A:B"; null when nothing did. */
  readonly at: string | null;
}

/** Reads `NAME` or `NAME=WHERE`, as in `--fault vxlan-blocked=node-3`. Throws HealthError (exit 2). */
export function parseFault(text: string): Fault {
  const [name = "", ...rest] = text.split("=");
  if (!isFaultName(name)) {
    throw new HealthError(`unknown fault "${name}"`, {
      exitCode: 2,
      hint: `Faults: ${Object.keys(faultCatalogue).join(", ")}.`,
    });
  }
  const at = rest.length === 0 ? null : rest.join("=");
  if (at !== null && (at === "" || faultCatalogue[name].takes === "nothing")) {
    const wanted = faultCatalogue[name].takes === "nothing" ? "takes nothing after it" : "needs a name after the =";
    throw new HealthError(`the fault "${name}" ${wanted}`, { exitCode: 2 });
  }
  return { name, at };
}

function isFaultName(name: string): name is FaultName {
  return Object.hasOwn(faultCatalogue, name);
}
