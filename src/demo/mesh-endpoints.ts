import type { MeshNode, MeshPlan } from "./mesh-plan.ts";
import { hashOf, uuidOf } from "./seeded.ts";

type Json = Readonly<Record<string, unknown>>;

/** One endpoint before it is put into the API's shape. */
interface EndpointPlan {
  readonly id: number;
  readonly identity: number;
  readonly labels: readonly string[];
  readonly interfaceName: string;
  readonly addressing: Json;
  readonly externalIdentifiers: Json;
  /** The host endpoint alone carries `labels.derived`. */
  readonly derived: boolean;
}

/**
 * `cilium-dbg endpoint list -o json`: the host's endpoint, the health endpoint where it is on, a few pods; all ready.
 * Shapes as recorded from 1.19.3.
 */
export function endpointList(plan: MeshPlan, node: MeshNode): readonly Json[] {
  return endpointPlans(plan, node).map((endpoint) => endpointOf(plan, node, endpoint));
}

function endpointPlans(plan: MeshPlan, node: MeshNode): readonly EndpointPlan[] {
  const host: EndpointPlan = {
    id: 100 + (hashOf(plan.seed, node.index, 21) % 1000),
    identity: 1,
    labels: ["reserved:host"],
    interfaceName: "cilium_host",
    addressing: {},
    externalIdentifiers: { "pod-name": "/" },
    derived: true,
  };
  const health: EndpointPlan = {
    id: 1200 + (hashOf(plan.seed, node.index, 22) % 1000),
    identity: 4,
    labels: ["reserved:health"],
    interfaceName: "lxc_health",
    addressing: addressing(node.healthIPs),
    externalIdentifiers: { "container-name": "cilium-health", "pod-name": "/" },
    derived: false,
  };
  const on = plan.healthChecking && plan.endpointHealthChecking;
  return [host, ...(on ? [health] : []), ...workloads(plan, node)];
}

/** Each cluster has its own 65,536 identities (pkg/identity, GetMinimalAllocationIdentity). */
export const clusterIdentities = 65_536;

/** A pod of a node: its name, number of identity and addresses. */
export interface MeshPod {
  readonly name: string;
  readonly id: number;
  readonly identity: number;
  readonly labels: readonly string[];
  readonly ip: string;
}

/** The pods of a node; all are of one Deployment. */
export function meshPods(plan: MeshPlan, node: MeshNode): readonly MeshPod[] {
  const count = 2 + (hashOf(plan.seed, node.index, 23) % 4);
  const prefix = node.podCIDRs[0]?.replace(/0\/24$/, "") ?? "";
  return Array.from({ length: count }, (_, at) => ({
    name: `web-${hashOf(plan.seed, node.index, 30 + at).toString(16)}`,
    id: 2300 + at * 7,
    identity: plan.clusterId * clusterIdentities + 20_000,
    labels: ["k8s:app=web", "k8s:io.kubernetes.pod.namespace=shop"],
    ip: `${prefix}${252 + (at % 3)}`,
  })).filter(({ ip }, at, all) => all.findIndex((one) => one.ip === ip) === at);
}

function workloads(plan: MeshPlan, node: MeshNode): readonly EndpointPlan[] {
  return meshPods(plan, node).map(
    ({ name, id, identity, labels, ip }, at): EndpointPlan => ({
      id,
      identity,
      labels,
      interfaceName: `lxc${hashOf(plan.seed, node.index, 40 + at).toString(16)}`,
      addressing: addressing([ip]),
      externalIdentifiers: { "k8s-namespace": "shop", "k8s-pod-name": name, "pod-name": `shop/${name}` },
      derived: false,
    }),
  );
}

function addressing(ips: readonly string[]): Json {
  const [v4, v6] = ips;
  return {
    ...(v4 === undefined ? {} : { ipv4: v4, "ipv4-pool-name": "default" }),
    ...(v6 === undefined ? {} : { ipv6: v6, "ipv6-pool-name": "default" }),
  };
}

function endpointOf(plan: MeshPlan, node: MeshNode, endpoint: EndpointPlan): Json {
  const options = { "label-configuration": {}, options: endpointOptions };
  const mac = macOf(plan, node, endpoint.id);
  return {
    id: endpoint.id,
    spec: options,
    status: {
      controllers: controllersOf(plan, node, endpoint.id),
      "external-identifiers": endpoint.externalIdentifiers,
      health: { bpf: "OK", connected: true, overallHealth: "OK", policy: "OK" },
      identity: { id: endpoint.identity, labels: endpoint.labels },
      labels: {
        ...(endpoint.derived ? { derived: endpoint.labels } : {}),
        realized: {},
        "security-relevant": endpoint.labels,
      },
      log: [
        {
          code: "OK",
          message: "Successfully regenerated endpoint program (Reason: periodic endpoint regeneration)",
          state: "ready",
          timestamp: new Date(plan.now() - 60_000).toISOString().replace(/\.\d+Z$/, "Z"),
        },
      ],
      networking: {
        addressing: [endpoint.addressing],
        "host-mac": mac,
        "interface-index": 4 + (endpoint.id % 50),
        "interface-name": endpoint.interfaceName,
        mac,
      },
      policy: policyOf(endpoint),
      realized: options,
      state: "ready",
    },
  };
}

function policyOf(endpoint: EndpointPlan): Json {
  const realized = {
    "allowed-egress-identities": [0],
    "allowed-ingress-identities": endpoint.derived ? [0] : [0, 1],
    build: 1,
    "denied-egress-identities": null,
    "denied-ingress-identities": null,
    id: endpoint.identity,
    l4: { egress: [], ingress: [] },
    "policy-enabled": "none",
    "policy-revision": 1,
  };
  const revision = endpoint.derived ? {} : { "proxy-policy-revision": 1 };
  return { ...revision, "proxy-statistics": [], realized, spec: realized };
}

function controllersOf(plan: MeshPlan, node: MeshNode, id: number): readonly Json[] {
  const never = "0001-01-01T00:00:00.000Z";
  const done = new Date(plan.now() - 120_000).toISOString();
  const controller = (at: number, name: string, interval: string, runs: boolean): Json => ({
    configuration: { "error-retry": true, ...(runs ? {} : { "error-retry-base": "2s" }), interval },
    name,
    status: {
      "last-failure-timestamp": never,
      "last-success-timestamp": runs ? done : never,
      ...(runs ? { "success-count": 1 } : {}),
    },
    uuid: uuidOf(plan.seed, node.index, id * 4 + at),
  });
  return [
    controller(0, `endpoint-${id}-regeneration-recovery`, "1s", false),
    controller(1, `resolve-identity-${id}`, "5m0s", true),
    controller(2, `sync-policymap-${id}`, "15m0s", true),
  ];
}

function macOf(plan: MeshPlan, node: MeshNode, id: number): string {
  const hex = uuidOf(plan.seed, node.index, id).slice(0, 8) + id.toString(16).padStart(4, "0").slice(-2);
  return `02:${(hex.match(/../g) ?? []).slice(0, 5).join(":")}`;
}

const endpointOptions = {
  ConntrackAccounting: "Disabled",
  Debug: "Disabled",
  DebugLB: "Disabled",
  DebugPolicy: "Disabled",
  DropNotification: "Enabled",
  MonitorAggregationLevel: "None",
  PolicyAccounting: "Enabled",
  PolicyAuditMode: "Disabled",
  PolicyVerdictNotification: "Enabled",
  SourceIPVerification: "Disabled",
  TraceNotification: "Enabled",
};
