import { meshPods } from "./mesh-endpoints.ts";
import type { MeshNode, MeshPlan } from "./mesh-plan.ts";
import type { KubeObject, ScenarioResource } from "./scenario.ts";
import { uuidOf } from "./seeded.ts";

const tenDays = 864_000_000;

/** The API objects of a generated mesh; one call builds all of a resource. */
export function meshObjects(plan: MeshPlan, resource: ScenarioResource): readonly KubeObject[] {
  const since = new Date(Math.floor((plan.now() - tenDays) / 1000) * 1000).toISOString().replace(/\.\d+Z$/, "Z");
  switch (resource) {
    case "pods":
      return plan.nodes.filter((node) => node.agent !== "absent").map((node) => agentPod(plan, node, since));
    case "nodes":
      return plan.nodes.filter((node) => node.known).map((node) => kubeNode(plan, node, since));
    case "ciliumnodes":
      return plan.nodes.map((node) => ciliumNode(plan, node, since));
    case "configmaps":
      return [ciliumConfig(plan, since)];
    case "ciliumendpoints":
      return plan.nodes.filter((node) => node.known).flatMap((node) => ciliumEndpoints(plan, node, since));
    case "ciliumclusterwidenetworkpolicies":
      return [];
    default: {
      const never: never = resource;
      return never;
    }
  }
}

function metadata(plan: MeshPlan, kind: number, node: MeshNode, name: string, since: string) {
  return {
    creationTimestamp: since,
    name,
    resourceVersion: String(1000 + node.index),
    uid: uuidOf(plan.seed, node.index, kind),
  };
}

function nodeLabels(node: MeshNode): Readonly<Record<string, string>> {
  return {
    "kubernetes.io/hostname": node.name,
    "kubernetes.io/os": "linux",
    "topology.kubernetes.io/region": "demo",
    "topology.kubernetes.io/zone": node.zone,
  };
}

function kubeNode(plan: MeshPlan, node: MeshNode, since: string): KubeObject {
  const ready = node.up
    ? { message: "kubelet is posting ready status", reason: "KubeletReady", status: "True" }
    : { message: "Kubelet stopped posting node status.", reason: "NodeStatusUnknown", status: "Unknown" };
  return {
    apiVersion: "v1",
    kind: "Node",
    metadata: { ...metadata(plan, 1, node, node.name, since), labels: nodeLabels(node) },
    spec: { podCIDR: node.podCIDRs[0], podCIDRs: node.podCIDRs, providerID: `demo://${node.name}` },
    status: {
      addresses: [
        ...node.hostIPs.map((address) => ({ address, type: "InternalIP" })),
        { address: node.name, type: "Hostname" },
      ],
      conditions: [{ lastHeartbeatTime: since, lastTransitionTime: since, ...ready, type: "Ready" }],
      nodeInfo: {
        architecture: "amd64",
        containerRuntimeVersion: "containerd://2.1.0",
        kernelVersion: "6.18.5",
        kubeletVersion: "v1.36.3",
        operatingSystem: "linux",
        osImage: "Debian GNU/Linux 12 (bookworm)",
      },
    },
  };
}

function agentPod(plan: MeshPlan, node: MeshNode, since: string): KubeObject {
  const running = node.agent === "running";
  const ready = running && node.up ? "True" : "False";
  return {
    apiVersion: "v1",
    kind: "Pod",
    metadata: {
      ...metadata(plan, 2, node, node.pod, since),
      labels: { "app.kubernetes.io/name": "cilium-agent", "k8s-app": "cilium" },
      namespace: "kube-system",
    },
    spec: {
      containers: [{ image: image(plan), imagePullPolicy: "IfNotPresent", name: "cilium-agent", resources: {} }],
      hostNetwork: true,
      nodeName: node.name,
      restartPolicy: "Always",
    },
    status: {
      conditions: [
        { lastProbeTime: null, lastTransitionTime: since, status: ready, type: "Ready" },
        { lastProbeTime: null, lastTransitionTime: since, status: running ? "True" : "False", type: "ContainersReady" },
      ],
      containerStatuses: [agentContainer(plan, running, since)],
      hostIP: node.hostIPs[0],
      phase: "Running",
      podIP: node.hostIPs[0],
      podIPs: node.hostIPs.map((ip) => ({ ip })),
      qosClass: "BestEffort",
    },
  };
}

function agentContainer(plan: MeshPlan, running: boolean, since: string) {
  const base = { image: image(plan), imageID: image(plan), name: "cilium-agent" };
  if (running) {
    return {
      ...base,
      lastState: {},
      ready: true,
      restartCount: 0,
      started: true,
      state: { running: { startedAt: since } },
    };
  }
  const ended = { exitCode: 1, finishedAt: since, reason: "Error", startedAt: since };
  const message = "back-off 5m0s restarting failed container=cilium-agent";
  return {
    ...base,
    lastState: { terminated: ended },
    ready: false,
    restartCount: 7,
    started: false,
    state: { waiting: { message, reason: "CrashLoopBackOff" } },
  };
}

function image(plan: MeshPlan): string {
  return `quay.io/cilium/cilium:v${plan.version.text}`;
}

function ciliumNode(plan: MeshPlan, node: MeshNode, since: string): KubeObject {
  const [v4, v6] = node.healthIPs;
  const on = plan.healthChecking && plan.endpointHealthChecking;
  const health = { ...(v4 === undefined ? {} : { ipv4: v4 }), ...(v6 === undefined ? {} : { ipv6: v6 }) };
  return {
    apiVersion: "cilium.io/v2",
    kind: "CiliumNode",
    metadata: { ...metadata(plan, 3, node, node.name, since), generation: 1, labels: nodeLabels(node) },
    spec: {
      addresses: [
        ...node.hostIPs.map((ip) => ({ ip, type: "InternalIP" })),
        ...node.routerIPs.map((ip) => ({ ip, type: "CiliumInternalIP" })),
      ],
      "alibaba-cloud": {},
      azure: {},
      bootid: uuidOf(plan.seed, node.index, 4),
      encryption: {},
      eni: {},
      ...(on ? { health } : {}),
      ingress: {},
      ipam: { podCIDRs: node.podCIDRs, pools: {} },
    },
  };
}

/** One a pod; neither the host's nor the health endpoint has one. */
function ciliumEndpoints(plan: MeshPlan, node: MeshNode, since: string): KubeObject[] {
  return meshPods(plan, node).map(({ name, id, identity, labels, ip }) => ({
    apiVersion: "cilium.io/v2",
    kind: "CiliumEndpoint",
    metadata: { ...metadata(plan, 10_000 + id, node, name, since), namespace: "shop" },
    status: {
      encryption: {},
      "external-identifiers": { "k8s-namespace": "shop", "k8s-pod-name": name, "pod-name": `shop/${name}` },
      id,
      identity: { id: identity, labels },
      networking: { addressing: [{ ipv4: ip }], node: node.hostIPs[0] },
      state: "ready",
    },
  }));
}

function ciliumConfig(plan: MeshPlan, since: string): KubeObject {
  return {
    apiVersion: "v1",
    kind: "ConfigMap",
    data: {
      "cluster-id": String(plan.clusterId),
      "cluster-name": plan.cluster,
      "enable-endpoint-health-checking": String(plan.endpointHealthChecking),
      "enable-health-checking": String(plan.healthChecking),
      "enable-ipv4": "true",
      "enable-ipv6": String(plan.families === 2),
      ipam: "kubernetes",
      "kube-proxy-replacement": "false",
      "routing-mode": "tunnel",
      "tunnel-protocol": "vxlan",
    },
    metadata: {
      creationTimestamp: since,
      name: "cilium-config",
      namespace: "kube-system",
      resourceVersion: "900",
      uid: uuidOf(plan.seed, 0, 5),
    },
  };
}
