import type { BaseCaptureId, CaptureOutcome } from "../../../src/model/capture.ts";
import type { Network } from "./network.ts";
import { hash, healthReport, minorOf } from "./print-health.ts";
import { type Agent, agentName, beliefOf, type Machine, type World } from "./world.ts";

/** What the captures of every run get from one agent. */
export function baseReply(net: Network, machine: Machine, agent: Agent, id: BaseCaptureId): CaptureOutcome {
  if (!machine.powered) return unreachable(machine, agent);
  if (agent.health === "exec-fails") return { kind: "timeout", phase: "command", afterMs: 20_000 };
  switch (id) {
    case "cilium-health-status.json":
      if (!agent.runs.healthChecking || agent.health === "no-socket") return failed(noSocket);
      return printed(healthReport(net, machine, agent));
    case "date.txt":
      return printed(new Date(net.world.now + agent.skew).toISOString().replace("Z", "000000Z"));
    case "cilium-status.json":
      return agent.apiGone ? failed(noAgent("healthz")) : printed(JSON.stringify(status(net.world, machine, agent)));
    case "cilium-node-list.json":
      return agent.apiGone ? failed(noAgent("cluster/nodes")) : printed(JSON.stringify(nodeList(net.world, machine)));
    case "cilium-endpoint-list.json":
      return agent.apiGone ? failed(noAgent("endpoint")) : printed(JSON.stringify(endpointList(machine, agent)));
    default: {
      const never: never = id;
      return never;
    }
  }
}

const noSocket =
  'Error: Cannot get status: Get "http://localhost/v1beta/status": dial unix /var/run/cilium/health.sock: connect: no such file or directory\n\n';

function noAgent(path: string): string {
  return `Error: Get "http://localhost/v1/${path}": dial unix /var/run/cilium/cilium.sock: connect: no such file or directory\nIs the agent running?\n`;
}

function unreachable(machine: Machine, agent: Agent): CaptureOutcome {
  const kubelet = `${machine.ips[0] ?? ""}:10250`;
  const message = `error sending request: Post "https://${kubelet}/exec/kube-system/${agent.pod}/cilium-agent": dial tcp ${kubelet}: connect: no route to host`;
  return { kind: "http", status: 500, reason: "InternalError", message, retryAfterSeconds: null };
}

export function printed(text: string): CaptureOutcome {
  return { kind: "ok", stdout: new TextEncoder().encode(text), stderr: "" };
}

export function failed(stderr: string): CaptureOutcome {
  return { kind: "exit", code: 1, stdout: new Uint8Array(), stderr };
}

/** `cilium-dbg status -o json`; routing stands there since 1.16 (api/v1/models/status_response.go). */
function status(world: World, machine: Machine, agent: Agent): object {
  const { runs } = agent;
  const used = Object.fromEntries([
    ...machine.routerIPs.map((ip) => [ip, "router"]),
    ...(machine.health.exists ? machine.healthIPs.map((ip) => [ip, "health"]) : []),
  ]);
  const total = machine.health.exists ? 12 : 254;
  return {
    cilium: { state: "Ok", msg: `${agent.version} (v${agent.version}-5a1d2f3b)` },
    "cluster-mesh": { clusters: meshClusters(world, agent) },
    cluster: {
      self: agentName(machine),
      nodes: null,
      ...(runs.healthChecking ? { ciliumHealth: healthState(agent) } : {}),
    },
    "cni-chaining": { mode: runs.chaining },
    controllers: controllers(world, agent),
    encryption: encryption(world, machine, agent),
    "host-firewall": { mode: runs.hostFirewall ? "Enabled" : "Disabled", devices: ["eth0"] },
    ipam: { status: `IPv4: ${total}/254 allocated from ${machine.podCIDRs[0]}, `, allocations: used },
    "kube-proxy-replacement": { mode: "False", devices: ["eth0"] },
    kvstore: kvstore(agent),
    masquerading: { enabled: true, mode: runs.masquerading },
    ...(minorOf(agent) < 16
      ? { "host-routing": { mode: runs.hostRouting } }
      : {
          routing: {
            "inter-host-routing-mode": runs.routing === "tunnel" ? "Tunnel" : "Native",
            "intra-host-routing-mode": runs.hostRouting,
            ...(runs.routing === "tunnel" ? { "tunnel-protocol": runs.tunnelProtocol } : {}),
          },
        }),
  };
}

function healthState(agent: Agent): object {
  return agent.health === "no-socket" ? { state: "Warning", msg: "cilium-health daemon unreachable" } : { state: "Ok" };
}

function kvstore(agent: Agent): object {
  if (agent.kvstoreError !== "") return { state: "Failure", msg: agent.kvstoreError };
  if (agent.runs.kvstore) return { state: "Ok", msg: "etcd: 3/3 connected, lease-ID=7c02, has-quorum=true" };
  return minorOf(agent) < 17 ? { state: "Ok", msg: "Disabled" } : { state: "Disabled" };
}

function meshClusters(world: World, agent: Agent): object[] {
  const names = [...new Set(world.machines.filter((one) => one.remote).map((one) => one.cluster))];
  return names.map((name) => {
    const error = agent.meshErrors.get(name);
    const nodes = world.machines.filter((one) => one.cluster === name && one.announced !== null).length;
    return error === undefined
      ? { name, ready: true, connected: true, status: "etcd: 1/1 connected", "num-nodes": nodes, "num-failures": 0 }
      : { name, ready: false, connected: false, status: error, "num-nodes": 0, "num-failures": 12 };
  });
}

function controllers(world: World, agent: Agent): object[] {
  const at = (seconds: number) => new Date(world.now + agent.skew - seconds * 1000).toISOString();
  const names = ["k8s-heartbeat", "endpoint-gc", ...(agent.runs.endpointHealthChecking ? ["cilium-health-ep"] : [])];
  const fine = names.filter((name) => !agent.failing.has(name));
  return [
    ...fine.map((name, index) => ({
      name,
      status: {
        "last-failure-timestamp": "0001-01-01T00:00:00.000Z",
        "last-success-timestamp": at(3 + index * 9),
        "success-count": 40,
      },
    })),
    ...[...agent.failing].map(([name, message]) => ({
      name,
      status: {
        "consecutive-failure-count": 21,
        "failure-count": 21,
        "last-failure-msg": message,
        "last-failure-timestamp": at(12),
        "last-success-timestamp": at(3600),
      },
    })),
  ];
}

/** How many peers the interface has; the peers themselves are null in a status (pkg/wireguard/agent). */
export function encryption(world: World, machine: Machine, agent: Agent): object {
  const { runs } = agent;
  if (runs.encryption === "ipsec") return { mode: "IPsec" };
  if (runs.encryption === "disabled") return { mode: "Disabled" };
  const peers = world.machines.filter((to) => to !== machine && beliefOf(machine, to) !== null).length;
  return {
    mode: "Wireguard",
    wireguard: {
      "node-encryption": runs.nodeEncryption ? "Enabled" : "Disabled",
      interfaces: [
        {
          name: "cilium_wg0",
          "listen-port": 51871,
          "public-key": machine.wireguardKey,
          "peer-count": peers,
          peers: null,
        },
      ],
    },
  };
}

function nodeList(world: World, machine: Machine): object[] {
  const family = (ip: string | undefined, range: string | undefined) =>
    ip === undefined ? {} : { enabled: true, ip, ...(range === undefined ? {} : { "alloc-range": range }) };
  return world.machines.flatMap((to) => {
    const belief = beliefOf(machine, to);
    if (belief === null || (to.remote && machine.agent?.meshErrors.has(to.cluster))) return [];
    const { ips, healthIPs, podCIDRs } = belief;
    return [
      {
        name: agentName(to),
        "primary-address": { ipv4: family(ips[0], podCIDRs[0]), ipv6: family(ips[1], podCIDRs[1]) },
        ...(healthIPs.length === 0
          ? {}
          : {
              "health-endpoint-address": {
                ipv4: family(healthIPs[0], undefined),
                ipv6: family(healthIPs[1], undefined),
              },
            }),
        "secondary-addresses": to.routerIPs.map((ip) => ({ ip })),
        source: to === machine ? "local" : to.remote ? "clustermesh" : "custom-resource",
      },
    ];
  });
}

/** The host's and the health endpoint, and a few pods; pods may well have policies of their own. */
export function endpointList(machine: Machine, agent: Agent): object[] {
  const pods = 2 + (hash(machine.index, 5) % 3);
  const prefix = (machine.podCIDRs[0] ?? "").replace(/0\/24$/, "");
  return [
    endpoint(90, 1, ["reserved:host"], "ready", machine.hostAllowed === null ? "none" : "ingress", [], ""),
    ...healthEndpoints(machine, agent),
    ...Array.from({ length: pods }, (_, at) =>
      endpoint(
        2300 + at,
        20_000 + at,
        ["k8s:app=web"],
        "ready",
        at === 0 ? "ingress" : "none",
        [`${prefix}${240 + at}`],
        "",
      ),
    ),
  ];
}

export function healthEndpoints({ health, healthIPs, index }: Machine, agent: Agent): object[] {
  if (!agent.runs.endpointHealthChecking || !health.exists) return [];
  const enforcement = health.allowed === null ? "none" : "ingress";
  const mac = `02:ca:ad:7b:0b:${(index & 255).toString(16).padStart(2, "0")}`;
  return [endpoint(1200, 4, ["reserved:health"], health.state, enforcement, healthIPs, mac)];
}

function endpoint(
  id: number,
  identity: number,
  labels: readonly string[],
  state: string,
  enforcement: string,
  ips: readonly string[],
  mac: string,
): object {
  const [ipv4, ipv6] = ips;
  return {
    id,
    status: {
      state,
      identity: { id: identity, labels },
      labels: { "security-relevant": labels },
      networking: {
        addressing: [{ ...(ipv4 === undefined ? {} : { ipv4 }), ...(ipv6 === undefined ? {} : { ipv6 }) }],
        mac,
        "interface-name": identity === 4 ? "lxc_health" : `lxc${id}`,
      },
      policy: { realized: { "policy-enabled": enforcement } },
    },
  };
}
