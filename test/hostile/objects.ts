import fc from "fast-check";
import { parseCiliumEndpoint } from "../../src/parse/kube-ciliumendpoints.ts";
import { parseCiliumNode } from "../../src/parse/kube-ciliumnodes.ts";
import { parseKubeNode } from "../../src/parse/kube-nodes.ts";
import { choosePods, parseAgentPod } from "../../src/parse/kube-pods.ts";
import { parseClusterwidePolicy } from "../../src/parse/kube-policies.ts";
import { publicName, splitName } from "../../src/parse/names.ts";
import { parseGoDuration, parseTime } from "../../src/parse/time.ts";
import { plain, reader } from "./reader.ts";
import { damaged, hostileJson, hostileText } from "./words.ts";

const kubeKeys = [
  ..."metadata spec status name namespace labels annotations nodeName containers containerStatuses image".split(" "),
  ..."state running waiting terminated reason lastState restartCount ready conditions type addresses address".split(
    " ",
  ),
  ..."ip taints key value effect podCIDR podCIDRs health ipv4 ipv6 ipam encryption nodeInfo initContainerStatuses".split(
    " ",
  ),
  ..."specs endpointSelector nodeSelector matchLabels matchExpressions operator values ingress egress phase".split(" "),
];

const kubeObjects: readonly unknown[] = [
  {
    metadata: {
      name: "worker-1",
      labels: { zone: "a" },
      annotations: { a: "b" },
      creationTimestamp: "2031-05-02T09:14:30Z",
    },
    spec: {
      podCIDR: "10.0.0.0/24",
      podCIDRs: ["10.0.0.0/24"],
      taints: [{ key: "k", value: "v", effect: "NoSchedule" }],
      providerID: "x",
    },
    status: {
      addresses: [{ type: "InternalIP", address: "192.0.2.1" }],
      conditions: [{ type: "Ready", status: "True", message: "m", lastHeartbeatTime: "2031-05-02T09:14:30Z" }],
      nodeInfo: { osImage: "o", kernelVersion: "6", operatingSystem: "linux" },
    },
  },
  {
    metadata: { name: "worker-1", annotations: { "network.cilium.io/wg-pub-key": "k" }, creationTimestamp: "x" },
    spec: {
      addresses: [{ type: "CiliumInternalIP", ip: "10.0.0.1" }],
      health: { ipv4: "10.0.0.2", ipv6: "fd00::2" },
      ipam: { podCIDRs: ["10.0.0.0/24"] },
      encryption: { key: 3 },
    },
    status: { ipam: { "operator-status": { error: "e" } } },
  },
  {
    metadata: { name: "cilium-a", namespace: "kube-system", creationTimestamp: "2031-05-02T09:14:30Z" },
    spec: {
      nodeName: "worker-1",
      containers: [{ name: "cilium-agent", image: "quay.io/cilium/cilium:v1.19.3@sha256:00" }],
    },
    status: {
      phase: "Running",
      reason: "",
      containerStatuses: [
        {
          name: "cilium-agent",
          ready: true,
          restartCount: 2,
          state: { waiting: { reason: "CrashLoopBackOff" }, terminated: { exitCode: 1 } },
          lastState: { terminated: { reason: "Error", startedAt: "x", finishedAt: "y" } },
        },
      ],
      initContainerStatuses: [{ name: "init", state: { terminated: { exitCode: 1, reason: "Error" } } }],
    },
  },
  {
    metadata: { name: "policy" },
    spec: {
      endpointSelector: {
        matchLabels: { "reserved:health": "" },
        matchExpressions: [{ key: "k", operator: "In", values: ["a", "b"] }],
      },
      nodeSelector: { matchLabels: { zone: "a" } },
      ingress: [{}],
      egressDeny: [],
    },
    specs: [{ endpointSelector: {}, egress: [] }],
  },
];

/** API objects, and the words in them and in replies. */
export const objects = [
  reader(
    "API objects",
    fc.oneof(hostileJson(kubeKeys), ...kubeObjects.map((one) => damaged(one, kubeKeys))),
    (item) => {
      const pod = parseAgentPod(item, "cilium-agent");
      const chosen = pod === null ? null : [...choosePods([pod, pod])];
      return [
        parseKubeNode(item),
        parseCiliumNode(item),
        parseClusterwidePolicy(item),
        parseCiliumEndpoint(item),
        pod,
        chosen,
      ].map(plain);
    },
  ),
  reader("times, durations, names", hostileText, (text) => {
    const shape = [parseTime(text), parseGoDuration(text) ?? 0].every(Number.isFinite);
    return [shape || text, splitName(text), publicName(text, "rig")];
  }),
];
