import { type AgentState, recordedState } from "./agent-double.ts";
import { type Cluster, type KubeObject, loadCase } from "./recorded.ts";

/** What the rig is to show: API objects, and the state of each node's agent. Values; changing one makes another. */
export interface Scenario {
  readonly cluster: Cluster;
  readonly pods: readonly KubeObject[];
  /** Node name → its agent's state, or null when nothing answers on that node. */
  readonly agents: ReadonlyMap<string, AgentState | null>;
}

/** A recorded case, unchanged. */
export function recordedScenario(name: string): Scenario {
  const cluster = loadCase(name);
  const agents = [...cluster.agents].map(([node, folder]): [string, AgentState | null] => [
    node,
    folder === null ? null : recordedState(folder),
  ]);
  return { cluster, pods: cluster.pods, agents: new Map(agents) };
}

/** The agent on `from` says that neither of its probes reaches the health endpoint of `to`. */
export function withBrokenEndpointPath(scenario: Scenario, from: string, to: string): Scenario {
  return withAgent(scenario, from, (state) => {
    const report = JSON.parse(state.health ?? "") as HealthReport;
    const node = report.nodes.find(({ name }) => name.endsWith(`/${to}`));
    if (!node) throw new Error(`the agent on ${from} does not know ${to}`);
    const broken = failed(node.endpoint);
    const replaced = {
      ...node,
      endpoint: broken,
      "health-endpoint": { ...node["health-endpoint"], "primary-address": broken },
    };
    const nodes = report.nodes.map((other) => (other === node ? replaced : other));
    return { ...state, health: JSON.stringify({ ...report, nodes }) };
  });
}

/** The agent on `node` runs, but does not serve its health API. */
export function withoutHealthSocket(scenario: Scenario, node: string): Scenario {
  return withAgent(scenario, node, (state) => ({ ...state, health: null }));
}

/** The agent container on `node` keeps crashing; its pod is still there. */
export function withCrashingAgent(scenario: Scenario, node: string): Scenario {
  const waiting = { reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container=cilium-agent" };
  const pods = scenario.pods.map((pod) => {
    if (pod.spec?.["nodeName"] !== node) return pod;
    const containers = pod.status?.["containerStatuses"] as readonly Record<string, unknown>[];
    const crashed = { ready: false, started: false, restartCount: 7, state: { waiting } };
    const conditions = ["Ready", "ContainersReady"].map((type) => ({ type, status: "False" }));
    const containerStatuses = containers.map((container) => ({ ...container, ...crashed }));
    return { ...pod, status: { ...pod.status, conditions, containerStatuses } };
  });
  return { ...scenario, pods };
}

/** Neither list of the agent on `from` has an entry of `to`. */
export function withoutEntryOf(scenario: Scenario, from: string, to: string): Scenario {
  return withAgent(scenario, from, (state) => {
    const others = (entry: { readonly name: string }): boolean => !entry.name.endsWith(`/${to}`);
    const report = JSON.parse(state.health ?? "") as HealthReport;
    const nodes = JSON.parse(state.nodes) as readonly { readonly name: string }[];
    return {
      ...state,
      health: JSON.stringify({ ...report, nodes: report.nodes.filter(others) }),
      nodes: JSON.stringify(nodes.filter(others)),
    };
  });
}

/** The agent on `node` has no Services. */
export function withoutServices(scenario: Scenario, node: string): Scenario {
  return withAgent(scenario, node, (state) => ({ ...state, services: "[]" }));
}

/** The node list of the agent on `from` has another address of `to`. */
export function withOldAddressOf(scenario: Scenario, from: string, to: string, ip: string): Scenario {
  return withAgent(scenario, from, (state) => {
    const nodes = JSON.parse(state.nodes) as readonly { readonly name: string }[];
    const old = nodes.map((entry) =>
      entry.name.endsWith(`/${to}`)
        ? { ...entry, "primary-address": { ipv4: { enabled: true, ip }, ipv6: {} } }
        : entry,
    );
    return { ...state, nodes: JSON.stringify(old) };
  });
}

/** The agent on `from` probes the node `to` at this address, and every agent listens for probes on this port. */
export function withHostAt(scenario: Scenario, from: string, to: string, ip: string, port: number): Scenario {
  const { cluster } = scenario;
  const data = { ...(cluster.config["data"] as object), "cluster-health-port": String(port) };
  const moved = withAgent(scenario, from, (state) => {
    const report = JSON.parse(state.health ?? "") as HealthReport;
    const nodes = report.nodes.map((node) => {
      if (!node.name.endsWith(`/${to}`)) return node;
      return { ...node, host: { ...node.host, "primary-address": { ...node.host["primary-address"], ip } } };
    });
    return { ...state, health: JSON.stringify({ ...report, nodes }) };
  });
  return { ...moved, cluster: { ...cluster, config: { ...cluster.config, data } } };
}

function withAgent(scenario: Scenario, node: string, change: (state: AgentState) => AgentState): Scenario {
  const state = scenario.agents.get(node);
  if (!state) throw new Error(`${scenario.cluster.name} has no agent on ${node}`);
  return { ...scenario, agents: new Map(scenario.agents).set(node, change(state)) };
}

interface Probe {
  readonly lastProbed: string;
  readonly latency?: number;
  readonly status?: string;
}

interface PathStatus {
  readonly ip: string;
  readonly icmp: Probe;
  readonly http: Probe;
}

interface HealthReport {
  readonly nodes: readonly {
    readonly name: string;
    readonly endpoint: PathStatus;
    readonly host: { readonly "primary-address": PathStatus };
    readonly "health-endpoint": { readonly "primary-address": PathStatus };
  }[];
}

/** The texts are those of agents whose tunnel was blocked (recorded case vxlan-blocked-one-node). */
function failed({ ip, icmp, http }: PathStatus): PathStatus {
  const timeout = "context deadline exceeded (Client.Timeout exceeded while awaiting headers)";
  return {
    ip,
    icmp: { lastProbed: icmp.lastProbed, status: "Connection timed out" },
    http: { lastProbed: http.lastProbed, status: `Get "http://${ip}:4240/hello": ${timeout}` },
  };
}
