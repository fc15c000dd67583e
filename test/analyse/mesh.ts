import type { CaptureId } from "../../src/model/capture.ts";
import { captureIds } from "../../src/model/capture.ts";
import type { Facts } from "../../src/model/facts.ts";
import type { KubeResource } from "../../src/model/kube.ts";
import { factsReducer } from "../../src/parse/facts.ts";

/** Failure texts of the four probes of one pair; a missing key is a success, null a missing result. */
export interface Probes {
  readonly hostIcmp?: string | null;
  readonly hostHttp?: string | null;
  readonly endpointIcmp?: string | null;
  readonly endpointHttp?: string | null;
}

export const timedOut = "Connection timed out";
export const silent = (ip: string) =>
  `Get "http://${ip}:4240/hello": context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
export const refused = (ip: string) =>
  `Get "http://${ip}:4240/hello": dial tcp ${ip}:4240: connect: connection refused`;
export const noRoute = (ip: string) => `Get "http://${ip}:4240/hello": dial tcp ${ip}:4240: connect: no route to host`;

/** Both protocols of a target are silent. */
export const hostSilent = (to: number): Probes => ({ hostIcmp: timedOut, hostHttp: silent(hostIP(to)) });
export const endpointSilent = (to: number): Probes => ({
  endpointIcmp: timedOut,
  endpointHttp: silent(healthIP(to)),
});
export const allSilent = (to: number): Probes => ({ ...hostSilent(to), ...endpointSilent(to) });

export const hostIP = (node: number) => `172.31.0.${10 + node}`;
export const healthIP = (node: number) => `10.244.${node}.9`;
export const nameOf = (node: number) => `worker-${node}`;

/** Merged into an object as a JSON merge patch (RFC 7396): null removes a key. "none" removes the whole object. */
export type Patch = { readonly [key: string]: unknown } | "none" | undefined;

type Patched = "node" | "ciliumNode" | "pod" | "health" | "status";
type Entries = readonly Readonly<Record<string, unknown>>[];

/** A small mesh of worker-1 … worker-N, healthy but for what is said. */
export interface MeshOptions {
  readonly size: number;
  /** Of the ordered pair from → to (node numbers from 1); from = to is the agent's own probe. */
  readonly probes?: (from: number, to: number) => Probes | null;
  /** Additions to cilium-config. */
  readonly config?: Readonly<Record<string, string>>;
  readonly zone?: (node: number) => string;
  readonly patch?: Partial<Record<Patched, (node: number) => Patch>>;
  /** Entries of an agent's health view. */
  readonly healthNodes?: (entries: Entries, node: number) => Entries;
  /** Base captures that end with code 1, and what they write on stderr. */
  readonly failing?: (node: number) => Partial<Record<CaptureId, string>>;
  readonly nodeList?: (entries: Entries, node: number) => Entries;
  readonly endpointList?: (entries: Entries, node: number) => Entries;
  /** Policies as API objects. */
  readonly policies?: readonly unknown[];
  /** Nodes whose agent cannot be exec'd into, and the text. */
  readonly outOfReach?: Readonly<Record<number, string>>;
  /** Agents whose commands do not end, by number. */
  readonly hanging?: readonly number[];
  /** stdout of confirming captures, by node. */
  readonly confirming?: (node: number) => Partial<Record<CaptureId, string>>;
  /** API resources that this run may not list. */
  readonly denied?: readonly KubeResource[];
  /** CiliumNodes without a Kubernetes Node or agent, by number beyond size. */
  readonly ghosts?: readonly number[];
}

const now = "2031-05-02T09:20:00Z";
const probed = "2031-05-02T09:19:30Z";

export function mesh(options: MeshOptions): Facts {
  const reducer = factsReducer(
    { kind: "cluster", context: "test", cluster: "test", server: "", name: "" },
    "cilium-agent",
  );
  const numbers = Array.from({ length: options.size }, (_, at) => at + 1);
  const announced = [...numbers, ...(options.ghosts ?? [])];
  const edited = (what: Patched, json: unknown, node: number) => {
    const patch = options.patch?.[what]?.(node);
    return patch === "none" ? "none" : mergePatch(json, patch ?? {});
  };
  const list = (resource: KubeResource, items: readonly unknown[]) =>
    reducer.addList({
      resource,
      outcome:
        options.denied?.includes(resource) === true
          ? { kind: "absent", status: 403, message: `${resource} is forbidden` }
          : { kind: "ok", items: items.filter((item) => item !== "none") },
    });
  list(
    "nodes",
    numbers.map((node) => edited("node", kubeNode(node, options.zone?.(node) ?? "zone-a"), node)),
  );
  list(
    "ciliumnodes",
    announced.map((node) => edited("ciliumNode", ciliumNode(node), node)),
  );
  list(
    "pods",
    numbers.map((node) => edited("pod", pod(node), node)),
  );
  list("ciliumclusterwidenetworkpolicies", options.policies ?? []);
  list("cilium-config", [{ data: { ...defaultConfig, ...options.config } }]);
  for (const agent of reducer.agents()) {
    const node = Number(agent.node.slice("worker-".length));
    if (agent.state !== "running") continue;
    const message = options.outOfReach?.[node];
    for (const [id, text] of Object.entries(replies(options, node, announced, edited))) {
      const complaint = options.failing?.(node)[id as CaptureId];
      const outcome =
        complaint !== undefined
          ? ({ kind: "exit", code: 1, stdout: new Uint8Array(), stderr: complaint } as const)
          : message === undefined
            ? ({ kind: "ok", stdout: new TextEncoder().encode(text), stderr: "" } as const)
            : ({ kind: "remote-error", message, stderr: "" } as const);
      if (options.hanging?.includes(node)) {
        reducer.add({ node: agent.node, pod: agent.name, id: id as CaptureId, argv: [], outcome: hangs });
        continue;
      }
      if (message !== undefined && !(captureIds as readonly string[]).includes(id)) continue;
      reducer.add({ node: agent.node, pod: agent.name, id: id as CaptureId, argv: [], outcome });
    }
  }
  return reducer.finish();
}

const hangs = { kind: "timeout", phase: "command", afterMs: 30_000 } as const;

const defaultConfig = {
  "cluster-name": "default",
  "routing-mode": "tunnel",
  "tunnel-protocol": "vxlan",
  "enable-health-checking": "true",
  "enable-endpoint-health-checking": "true",
};

function replies(
  options: MeshOptions,
  node: number,
  announced: readonly number[],
  edited: (what: Patched, json: unknown, node: number) => unknown,
): Partial<Record<CaptureId, string>> {
  const nodeList = announced.map(nodeElement);
  const endpointList = [healthEndpoint(node)];
  return {
    "cilium-health-status.json": JSON.stringify(edited("health", health(options, node, announced), node)),
    "date.txt": now,
    "cilium-status.json": JSON.stringify(edited("status", status(), node)),
    "cilium-node-list.json": JSON.stringify(options.nodeList?.(nodeList, node) ?? nodeList),
    "cilium-endpoint-list.json": JSON.stringify(options.endpointList?.(endpointList, node) ?? endpointList),
    ...options.confirming?.(node),
  };
}

function health(options: MeshOptions, from: number, announced: readonly number[]): unknown {
  const entries = announced.map((to) => {
    const probes = options.probes?.(from, to) ?? {};
    const endpoint = address(healthIP(to), probes.endpointIcmp, probes.endpointHttp);
    return {
      name: nameOf(to),
      host: { "primary-address": address(hostIP(to), probes.hostIcmp, probes.hostHttp), "secondary-addresses": [] },
      "health-endpoint": { "primary-address": endpoint, "secondary-addresses": [] },
      endpoint,
    };
  });
  return {
    local: { name: nameOf(from) },
    timestamp: probed,
    probeInterval: "1m56.7546089s",
    nodes: options.healthNodes?.(entries, from) ?? entries,
  };
}

function address(
  ip: string,
  icmp: string | null | undefined,
  http: string | null | undefined,
): Record<string, unknown> {
  const probe = (text: string | undefined) =>
    text === undefined ? { latency: 400_000, lastProbed: probed } : { status: text, lastProbed: probed };
  return { ip, ...(icmp === null ? {} : { icmp: probe(icmp) }), ...(http === null ? {} : { http: probe(http) }) };
}

function kubeNode(node: number, zone: string): unknown {
  return {
    metadata: {
      name: nameOf(node),
      labels: { "topology.kubernetes.io/zone": zone, "kubernetes.io/os": "linux" },
      creationTimestamp: "2031-04-01T00:00:00Z",
    },
    spec: { podCIDRs: [`10.244.${node}.0/24`], providerID: "" },
    status: {
      addresses: [{ type: "InternalIP", address: hostIP(node) }],
      conditions: [{ type: "Ready", status: "True", message: "kubelet is posting ready status" }],
      nodeInfo: { osImage: "Debian GNU/Linux 12", kernelVersion: "6.1.0", operatingSystem: "linux" },
    },
  };
}

function ciliumNode(node: number): unknown {
  return {
    metadata: { name: nameOf(node), creationTimestamp: "2031-04-01T00:00:00Z" },
    spec: {
      addresses: [
        { type: "InternalIP", ip: hostIP(node) },
        { type: "CiliumInternalIP", ip: `10.244.${node}.1` },
      ],
      health: { ipv4: healthIP(node) },
      ipam: { podCIDRs: [`10.244.${node}.0/24`] },
      encryption: {},
    },
  };
}

function pod(node: number): unknown {
  return {
    metadata: { name: `cilium-${node}`, namespace: "kube-system", creationTimestamp: "2031-04-01T00:00:00Z" },
    spec: { nodeName: nameOf(node), containers: [{ name: "cilium-agent", image: "quay.io/cilium/cilium:v1.19.3" }] },
    status: {
      phase: "Running",
      containerStatuses: [
        {
          name: "cilium-agent",
          ready: true,
          restartCount: 0,
          state: { running: { startedAt: "2031-04-01T00:00:00Z" } },
        },
      ],
    },
  };
}

function status(): unknown {
  return {
    cilium: { state: "Ok", msg: "1.19.3 (v1.19.3-5a1d2f3b)" },
    cluster: { ciliumHealth: { state: "Ok" } },
    kvstore: { state: "Disabled" },
    controllers: [],
    routing: { "inter-host-routing-mode": "Tunnel", "intra-host-routing-mode": "BPF", "tunnel-protocol": "vxlan" },
    encryption: { mode: "Disabled" },
    "cluster-mesh": { clusters: [] },
    ipam: { status: "2/254 allocated", allocations: {} },
  };
}

function nodeElement(node: number): Record<string, unknown> {
  return {
    name: nameOf(node),
    "primary-address": { ipv4: { enabled: true, ip: hostIP(node), "alloc-range": `10.244.${node}.0/24` }, ipv6: {} },
    "health-endpoint-address": { ipv4: { enabled: true, ip: healthIP(node) }, ipv6: {} },
    "secondary-addresses": [{ ip: `10.244.${node}.1` }],
    source: "custom-resource",
  };
}

function healthEndpoint(node: number): Record<string, unknown> {
  return {
    id: 3233,
    status: {
      state: "ready",
      identity: { id: 4, labels: ["reserved:health"] },
      networking: { addressing: [{ ipv4: healthIP(node) }], mac: "52:57:bb:35:b7:ae", "interface-name": "lxc_health" },
      policy: { realized: { "policy-enabled": "none" } },
    },
  };
}

function mergePatch(target: unknown, patch: unknown): unknown {
  if (!isRecord(patch)) return patch;
  const merged: Record<string, unknown> = isRecord(target) ? { ...target } : {};
  for (const [key, value] of Object.entries(patch)) {
    if (value === null) delete merged[key];
    else merged[key] = mergePatch(merged[key], value);
  }
  return merged;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
