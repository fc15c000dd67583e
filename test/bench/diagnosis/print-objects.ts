import type { KubeList, KubeResource } from "../../../src/model/kube.ts";
import { time } from "./print-health.ts";
import { type Agent, type Machine, ownMachines, type Settings, type World } from "./world.ts";

/** The API's view of the world: what `kubectl get` would show. */
export function kubeLists(world: World): KubeList[] {
  const own = ownMachines(world);
  const lists: Readonly<Record<KubeResource, unknown[]>> = {
    nodes: own.flatMap((machine) => (machine.kube === null ? [] : [kubeNode(world, machine)])),
    ciliumnodes: own.flatMap((machine) => (machine.announced === null ? [] : [ciliumNode(world, machine)])),
    pods: own.flatMap((machine) => (machine.agent === null ? [] : [agentPod(world, machine, machine.agent)])),
    ciliumclusterwidenetworkpolicies: world.policies,
    "cilium-config": [{ data: configMap(world.configured) }],
  };
  return (Object.keys(lists) as KubeResource[]).map((resource) => ({
    resource,
    outcome: world.hidden.has(resource)
      ? { kind: "absent", status: 403, message: `no right to list ${resource}` }
      : { kind: "ok", items: lists[resource] },
  }));
}

function ago(world: World, seconds: number): string {
  return time(world.now - seconds * 1000);
}

function labels(machine: Machine): Record<string, string> {
  return {
    "kubernetes.io/hostname": machine.name,
    "kubernetes.io/os": "linux",
    "topology.kubernetes.io/region": "region-1",
    "topology.kubernetes.io/zone": machine.zone,
    "eks.amazonaws.com/nodegroup": machine.pool,
    ...(machine.virtual ? { "eks.amazonaws.com/compute-type": "fargate" } : {}),
    ...(machine.controlPlane ? { "node-role.kubernetes.io/control-plane": "" } : {}),
  };
}

function kubeNode(world: World, machine: Machine): unknown {
  const { kube } = machine;
  const ready = kube?.ready ?? "Unknown";
  const message = ready === "True" ? "kubelet is posting ready status" : "Kubelet stopped posting node status.";
  const networkUnavailable = {
    type: "NetworkUnavailable",
    status: kube?.networkUnavailable ? "True" : "False",
    message: kube?.networkUnavailable ? "Could not create route" : "Cilium is running on this node",
  };
  return {
    metadata: { name: machine.name, labels: labels(machine), creationTimestamp: ago(world, kube?.age ?? 0) },
    spec: { podCIDRs: kube?.podCIDRs, podCIDR: kube?.podCIDRs[0], providerID: machine.providerID },
    status: {
      addresses: [
        ...(kube?.ips ?? []).map((address) => ({ type: "InternalIP", address })),
        { type: "Hostname", address: machine.name },
      ],
      conditions: [
        networkUnavailable,
        { type: "Ready", status: ready, message, lastTransitionTime: ago(world, ready === "True" ? 86_400 : 600) },
      ],
      nodeInfo: { osImage: machine.osImage, kernelVersion: machine.kernel, operatingSystem: "linux" },
    },
  };
}

function ciliumNode(world: World, machine: Machine): unknown {
  const { announced, kube } = machine;
  const key = announced?.wireguardKey ?? "";
  const error = announced?.ipamError ?? "";
  return {
    metadata: {
      name: machine.name,
      labels: labels(machine),
      creationTimestamp: ago(world, kube?.age ?? 864_000),
      ...(key === "" ? {} : { annotations: { "network.cilium.io/wg-pub-key": key } }),
    },
    spec: {
      addresses: [
        ...(announced?.ips ?? []).map((ip) => ({ type: "InternalIP", ip })),
        ...machine.routerIPs.map((ip) => ({ type: "CiliumInternalIP", ip })),
      ],
      bootid: `0000${machine.index}-boot`,
      encryption: announced?.encryptionKey ? { key: announced.encryptionKey } : {},
      ...(announced === null || announced.healthIPs.length === 0 ? {} : { health: healthOf(announced.healthIPs) }),
      ipam: { podCIDRs: announced?.podCIDRs },
    },
    status: { ipam: { "operator-status": error === "" ? {} : { error } } },
  };
}

function healthOf([ipv4, ipv6]: readonly string[]): Record<string, string> {
  return { ...(ipv4 === undefined ? {} : { ipv4 }), ...(ipv6 === undefined ? {} : { ipv6 }) };
}

function agentPod(world: World, machine: Machine, agent: Agent): unknown {
  const isReady = agent.state === "running" && machine.kube?.ready === "True";
  const state =
    agent.state === "running"
      ? { running: { startedAt: time(world.now + agent.skew - agent.age * 1000) } } // stamped by the node's own clock
      : { waiting: { reason: "CrashLoopBackOff", message: "back-off 5m0s restarting failed container" } };
  return {
    metadata: {
      name: agent.pod,
      namespace: "kube-system",
      labels: { "k8s-app": "cilium" },
      creationTimestamp: ago(world, Math.max(agent.age, Math.min(864_000, machine.kube?.age ?? 864_000))),
    },
    spec: {
      nodeName: machine.name,
      containers: [{ name: "cilium-agent", image: `quay.io/cilium/cilium:v${agent.version}` }],
    },
    status: {
      phase: "Running",
      hostIP: machine.ips[0],
      containerStatuses: [{ name: "cilium-agent", ready: isReady, restartCount: agent.restarts, state }],
    },
  };
}

/** The keys of cilium-config that the settings stand for, as the Helm chart writes them. */
export function configMap(settings: Settings): Record<string, string> {
  const isTunnel = settings.routing === "tunnel";
  const usual = settings.tunnelProtocol === "vxlan" ? 8472 : 6081;
  return {
    "cluster-name": settings.clusterName,
    "cluster-id": String(settings.clusterID),
    "routing-mode": settings.routing,
    "tunnel-protocol": isTunnel ? settings.tunnelProtocol : "",
    ...(isTunnel && settings.tunnelPort !== usual ? { "tunnel-port": String(settings.tunnelPort) } : {}),
    ...(settings.encryption === "wireguard" ? { "enable-wireguard": "true" } : {}),
    ...(settings.nodeEncryption ? { "encrypt-node": "true" } : {}),
    ...(settings.encryption === "ipsec" ? { "enable-ipsec": "true" } : {}),
    ...(settings.endpointRoutes ? { "enable-endpoint-routes": "true" } : {}),
    ...(settings.directRoutes ? { "auto-direct-node-routes": "true" } : {}),
    ...(isTunnel ? {} : { "ipv4-native-routing-cidr": "10.0.0.0/8" }),
    ...(settings.hostFirewall ? { "enable-host-firewall": "true" } : {}),
    ...(settings.healthPort === 4240 ? {} : { "cluster-health-port": String(settings.healthPort) }),
    ...(settings.kvstore ? { kvstore: "etcd", "identity-allocation-mode": "kvstore" } : {}),
    ...(settings.chaining === "none" ? {} : { "cni-chaining-mode": settings.chaining }),
    "enable-policy": settings.enablePolicy,
    "enable-host-legacy-routing": String(settings.hostRouting === "Legacy"),
    "enable-health-checking": String(settings.healthChecking),
    "enable-endpoint-health-checking": String(settings.endpointHealthChecking),
    "enable-ipv4": String(settings.ipv4),
    "enable-ipv6": String(settings.families === 2 || !settings.ipv4),
    "enable-bpf-masquerade": String(settings.masquerading === "BPF"),
    ipam: settings.ipam,
    "kube-proxy-replacement": "false",
  };
}
