import { clusterIdentities } from "./mesh-endpoints.ts";
import { agentName, type MeshNode, type MeshPlan } from "./mesh-plan.ts";
import { hashOf, uuidOf } from "./seeded.ts";

type Json = Readonly<Record<string, unknown>>;

/** `cilium-dbg status --brief -o json` (api/v1/models/status_response.go). */
export function briefStatus(plan: MeshPlan, node: MeshNode): Json {
  return { cilium: ciliumState(plan), cluster: { ...healthState(plan, node), nodes: null } };
}

/** `cilium-dbg status -o json`: keys in Go's order, as 1.19.3 prints them; older releases lack or name a few otherwise. */
export function agentStatus(plan: MeshPlan, node: MeshNode): Json {
  const before17 = plan.version.minor < 17;
  const identities = plan.clusterId * clusterIdentities;
  return {
    "attach-mode": "tcx",
    "auth-certificate-provider": { state: "Disabled" },
    "bandwidth-manager": { devices: null },
    "bpf-maps": { "dynamic-size-ratio": 0.0025, maps: bpfMaps.map(([name, size]) => ({ name, size })) },
    cilium: ciliumState(plan),
    "clock-source": { mode: "ktime" },
    cluster: { ...healthState(plan, node), nodes: null, self: agentName(plan, node) },
    ...(plan.other === null ? {} : { "cluster-mesh": { clusters: remoteClusters(plan), "num-global-services": 0 } }),
    "cni-chaining": { mode: "none" },
    "cni-file": { msg: "CNI configuration management disabled", state: "Disabled" },
    controllers: controllersOf(plan, node),
    "datapath-mode": "veth",
    encryption: { mode: "Disabled" },
    "host-firewall": { devices: ["eth0"], mode: "Disabled" },
    hubble: { state: "Disabled" },
    ...(plan.version.minor >= 18 ? { "hubble-metrics": { state: "Disabled" } } : {}),
    "identity-range": { "max-identity": identities + 65_535, "min-identity": identities + 256 },
    ipam: ipamOf(plan, node),
    "ipv4-big-tcp": { maxGRO: 65536, maxGSO: 65536 },
    "ipv6-big-tcp": { maxGRO: 65536, maxGSO: 65536 },
    "kube-proxy-replacement": kubeProxyReplacement(node),
    kubernetes: { "k8s-api-versions": apiVersions, msg: "1.36 (v1.36.3) [linux/amd64]", state: "Ok" },
    kvstore: before17 ? { msg: "Disabled", state: "Ok" } : { state: "Disabled" },
    masquerading: { enabledProtocols: {} },
    proxy: {
      "envoy-deployment-mode": "embedded",
      ip: node.routerIPs[0],
      "port-range": "10000-20000",
      redirects: null,
    },
    routing: {
      "inter-host-routing-mode": "Tunnel",
      "intra-host-routing-mode": "Legacy",
      "tunnel-protocol": "vxlan",
    },
    srv6: { srv6EncapMode: "reduced" },
  };
}

function ciliumState(plan: MeshPlan): Json {
  const { text } = plan.version;
  return { msg: `${text} (v${text}-5a1d2f3b)`, state: "Ok" };
}

/** The key is absent where health checking is disabled. */
function healthState(plan: MeshPlan, node: MeshNode): Json {
  if (!plan.healthChecking) return {};
  if (node.health !== "no-socket") return { ciliumHealth: { state: "Ok" } };
  return { ciliumHealth: { msg: "cilium-health daemon unreachable", state: "Warning" } };
}

/** As the agents are connected to the other cluster's key-value store (api/v1/models/remote_cluster.go). */
export function remoteClusters({ other }: MeshPlan) {
  if (other === null) return [];
  const all = { endpoints: true, identities: true, nodes: true, services: true };
  return [
    {
      config: {
        "cluster-id": other.clusterId,
        kvstoremesh: true,
        required: true,
        retrieved: true,
        "sync-canaries": true,
      },
      connected: true,
      "last-failure": never,
      name: other.cluster,
      "num-nodes": other.nodes.length,
      ready: true,
      status: `etcd: 1/1 connected, leases=0, lock leases=0, has-quorum=true: ${other.cluster}.mesh.cilium.io:2379 - 3.6.7`,
      synced: all,
    },
  ];
}

/** Name and how it is run. */
const controllers: readonly (readonly [string, Json])[] = [
  ["ipcache-inject-labels", {}],
  ["k8s-heartbeat", { interval: "30s" }],
  ["endpoint-1201-regeneration-recovery", { "error-retry-base": "2s", interval: "1s" }],
  ["endpoint-gc", { interval: "5m0s" }],
  ["cilium-health-ep", { interval: "1m0s" }],
  ["ct-map-pressure", { interval: "30s" }],
];

const never = "0001-01-01T00:00:00.000Z";

function controllersOf(plan: MeshPlan, node: MeshNode): readonly Json[] {
  const healthEndpoint = plan.healthChecking && plan.endpointHealthChecking;
  return controllers
    .filter(([name]) => name !== "cilium-health-ep" || healthEndpoint)
    .map(([name, how], at) => ({
      configuration: { "error-retry": true, ...how },
      name,
      status: {
        "last-failure-timestamp": never,
        "last-success-timestamp": new Date(plan.now() - (hashOf(plan.seed, node.index, at) % 30_000)).toISOString(),
        "success-count": 6 + at,
      },
      uuid: uuidOf(plan.seed, node.index, 100 + at),
    }));
}

function ipamOf(plan: MeshPlan, node: MeshNode): Json {
  const used = [
    ...node.routerIPs.map((ip) => [ip, "router"] as const),
    ...(plan.endpointHealthChecking ? node.healthIPs.map((ip) => [ip, "health"] as const) : []),
  ].sort(([a], [b]) => (a < b ? -1 : 1));
  const of = (v6: boolean) => used.map(([ip]) => ip).filter((ip) => ip.includes(":") === v6);
  const v6 = of(true);
  return {
    allocations: Object.fromEntries(used),
    ipv4: of(false),
    ipv6: v6.length === 0 ? null : v6,
    status: `IPv4: ${of(false).length}/254 allocated from ${node.podCIDRs[0]}, `,
  };
}

function kubeProxyReplacement(node: MeshNode): Json {
  const on = { enabled: true };
  return {
    deviceList: [{ ip: [...node.hostIPs], name: "eth0" }],
    devices: ["eth0"],
    directRoutingDevice: "eth0",
    features: {
      annotations: null,
      externalIPs: {},
      hostPort: {},
      nat46X64: {},
      nodePort: {},
      sessionAffinity: on,
      socketLB: {},
      socketLBTracing: {},
    },
    mode: "False",
  };
}

const apiVersions = [
  "cilium/v2::CiliumNode",
  "networking.k8s.io/v1::NetworkPolicy",
  "cilium/v2::CiliumNetworkPolicy",
  "cilium/v2::CiliumClusterwideNetworkPolicy",
  "cilium/v2::CiliumCIDRGroup",
  "core/v1::Pods",
  "cilium/v2::CiliumEndpoint",
];

const bpfMaps: readonly (readonly [string, number])[] = [
  ["Auth", 524288],
  ["Non-TCP connection tracking", 4096],
  ["TCP connection tracking", 8192],
  ["Endpoints", 65535],
  ["IP cache", 512000],
  ["IPv4 service", 16384],
  ["IPv4 service backend", 16384],
  ["Metrics", 1024],
  ["NAT", 8192],
  ["Neighbor table", 8192],
  ["Endpoint policy", 4096],
  ["Session affinity", 16384],
];
