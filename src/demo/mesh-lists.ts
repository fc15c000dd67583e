import { meshPods } from "./mesh-endpoints.ts";
import { allNodes, homeOf, type MeshNode, type MeshPlan } from "./mesh-plan.ts";

type Json = Readonly<Record<string, unknown>>;

interface Address {
  readonly prefix: string;
  readonly identity: number;
  /** Node that holds it; null for the world. */
  readonly node: MeshNode | null;
}

const world = 2;
const host = 1;
const remoteNode = 6;
const health = 4;

/** Every address of the mesh, IPv4 alone, with the identity that other nodes see. */
function* addressesOf(plan: MeshPlan): Generator<Address> {
  yield { prefix: "0.0.0.0/0", identity: world, node: null };
  for (const node of allNodes(plan)) {
    const home = homeOf(plan, node);
    yield { prefix: `${node.hostIPs[0]}/32`, identity: remoteNode, node };
    yield { prefix: node.podCIDRs[0] ?? "", identity: world, node };
    yield { prefix: `${node.routerIPs[0]}/32`, identity: remoteNode, node };
    if (home.endpointHealthChecking) yield { prefix: `${node.healthIPs[0]}/32`, identity: health, node };
    for (const { ip, identity } of meshPods(home, node)) yield { prefix: `${ip}/32`, identity, node };
  }
}

/** A node sees its own addresses as the host's, and has no entry for its own pod range. */
function ownIdentity({ identity }: Address): number {
  return identity === remoteNode ? host : identity;
}

/** `cilium-dbg bpf ipcache list -o json`. A stale entry leads to the node's own neighbour. */
export function* ipcacheList(plan: MeshPlan, self: MeshNode): Generator<string> {
  let first = true;
  yield "{";
  for (const address of addressesOf(plan)) {
    const isOwn = address.node === self;
    if (isOwn && address.identity === world) continue;
    const isHost = address.node === null || isOwn || address.node.hostIPs[0] === address.prefix.slice(0, -3);
    const endpoint = isHost ? "0.0.0.0" : tunnelEndpoint(plan, self, address);
    const flags = isHost ? "\\u003cnone\\u003e" : "hastunnel";
    const identity = isOwn ? ownIdentity(address) : address.identity;
    const info = `identity=${identity} encryptkey=0 tunnelendpoint=${endpoint} flags=${flags}`;
    yield `${first ? "" : ","}\n  "${address.prefix}": [\n    "${info}"\n  ]`;
    first = false;
  }
  yield "\n}\n\n";
}

function tunnelEndpoint(plan: MeshPlan, self: MeshNode, { node, identity }: Address): string {
  const others = plan.nodes.filter((one) => one !== self && one !== node);
  const isStale = self.oddities.has("ipcache") && identity === health && node === firstOther(plan, self);
  return (isStale ? others.at(-1)?.hostIPs[0] : node?.hostIPs[0]) ?? "0.0.0.0";
}

function firstOther(plan: MeshPlan, self: MeshNode): MeshNode | undefined {
  return plan.nodes.find((node) => node !== self);
}

/** `cilium-dbg ip list -o json`. */
export function* addressList(plan: MeshPlan, self: MeshNode): Generator<string> {
  let first = true;
  yield "[";
  for (const address of addressesOf(plan)) {
    const isOwn = address.node === self;
    if (isOwn && address.identity === world) continue;
    const isNode = address.node?.hostIPs[0] === address.prefix.slice(0, -3);
    const hostIP = address.node === null || isNode ? "" : `\n    "hostIP": "${address.node.hostIPs[0]}",`;
    const identity = isOwn ? ownIdentity(address) : address.identity;
    yield `${first ? "" : ","}\n  {\n    "cidr": "${address.prefix}",${hostIP}\n    "identity": ${identity}\n  }`;
    first = false;
  }
  yield "\n]\n\n";
}

/** `cilium-dbg service list -o json`: the API server, and the mesh's web pods behind one address. */
export function serviceList(plan: MeshPlan, self: MeshNode): readonly Json[] {
  const pods = plan.nodes.slice(0, 3).flatMap((node) =>
    meshPods(plan, node)
      .slice(0, 2)
      .map(({ ip }) => ip),
  );
  const web = service(2, "shop", "web", "10.96.7.21", 80, pods, 8080);
  const api = service(1, "default", "kubernetes", "10.96.0.1", 443, ["172.16.255.250"], 6443);
  return self.oddities.has("service") ? [api] : [api, web];
}

function service(
  id: number,
  namespace: string,
  name: string,
  ip: string,
  port: number,
  backends: readonly string[],
  backendPort: number,
): Json {
  const spec = {
    "backend-addresses": backends.map((backend) => ({
      ip: backend,
      port: backendPort,
      preferred: true,
      protocol: "TCP",
      state: "active",
      weight: 100,
    })),
    flags: {
      extTrafficPolicy: "Cluster",
      intTrafficPolicy: "Cluster",
      name,
      namespace,
      trafficPolicy: "Cluster",
      type: "ClusterIP",
    },
    "frontend-address": { ip, port, protocol: "TCP", scope: "external" },
    id,
  };
  return { spec, status: { realized: spec } };
}
