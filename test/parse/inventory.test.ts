import { describe, expect, it } from "vitest";
import { parseAgentPod } from "../../src/parse/kube-pods.ts";
import { parseClusterwidePolicy } from "../../src/parse/kube-policies.ts";
import { agentPod, ciliumNode, factsOf, kubeNode, meshSnapshot, reportOf, statusOf } from "../views.ts";

describe("the agent of a node", () => {
  const chosen = (...pods: object[]) => factsOf({ nodes: [kubeNode("a")], pods }).nodes[0]?.agent?.pod.name;
  const old = { createdAt: "2031-05-01T00:00:00Z" };
  const young = { createdAt: "2031-05-02T00:00:00Z" };

  it.each([
    [
      "the newer of two running pods",
      [agentPod("a", { name: "x", ...old }), agentPod("a", { name: "y", ...young })],
      "y",
    ],
    [
      "a running pod rather than a newer one that waits",
      [agentPod("a", { name: "x", ...old }), agentPod("a", { name: "y", ...young, waiting: "ContainerCreating" })],
      "x",
    ],
    [
      "a waiting pod rather than an evicted one",
      [
        agentPod("a", { name: "x", ...young, phase: "Failed" }),
        agentPod("a", { name: "y", ...old, waiting: "Pending" }),
      ],
      "y",
    ],
    ["an evicted pod where there is nothing else", [agentPod("a", { name: "x", phase: "Failed" })], "x"],
  ])("is %s", (_what, pods, name) => {
    expect(chosen(...pods)).toBe(name);
    expect(chosen(...pods.toReversed())).toBe(name);
  });

  it("is not what an evicted pod left on a node that is gone", () => {
    const facts = factsOf({ nodes: [kubeNode("a")], pods: [agentPod("a"), agentPod("gone", { phase: "Failed" })] });
    expect(facts.nodes.map((node) => node.name)).toEqual(["a"]);
  });

  it("is nobody where the pod is not bound to a node", () => {
    const { spec: _, ...unbound } = agentPod("a") as { spec: object };
    expect(parseAgentPod(unbound, "cilium-agent")).toBeNull();
  });
});

describe("an agent that does not run", () => {
  it.each([
    [{ state: { waiting: { reason: "CrashLoopBackOff" } } }, {}, "waiting", "CrashLoopBackOff"],
    [{ state: { terminated: { reason: "Error", exitCode: 1 } } }, {}, "terminated", "Error"],
    [{}, { reason: "Evicted", phase: "Failed" }, "unknown", "Evicted"],
    [{}, { phase: "Pending" }, "unknown", "Pending"],
    [
      { state: { waiting: { reason: "PodInitializing" } } },
      { initContainerStatuses: [{ name: "config", state: { waiting: { reason: "ImagePullBackOff" } } }] },
      "waiting",
      "init container config: ImagePullBackOff",
    ],
  ])("says why: %j %j", (container, status, state, reason) => {
    const item = {
      metadata: { name: "cilium-x" },
      spec: { nodeName: "a" },
      status: { ...status, containerStatuses: [{ name: "cilium-agent", ...container }] },
    };
    expect(parseAgentPod(item, "cilium-agent")).toMatchObject({ state, reason });
  });
});

describe("nodes where no agent is due", () => {
  it.each([
    ["Windows", { os: "windows" }, "windows node"],
    ["Fargate", { labels: { "eks.amazonaws.com/compute-type": "fargate" } }, "Fargate node"],
    ["virtual kubelet", { labels: { type: "virtual-kubelet" } }, "virtual node"],
  ])("a %s node raises no alarm", (_what, more, reason) => {
    const snapshot = meshSnapshot(["a", "b"]);
    const facts = factsOf({ ...snapshot, nodes: [...(snapshot.nodes ?? []), kubeNode("w", more)] as object[] });
    const report = reportOf(facts);
    expect(facts.nodes.find((node) => node.name === "w")?.agentNotDue).toBe(reason);
    expect(report.nodes.find((node) => node.name === "w")?.agent?.state).toBe("not-due");
    expect([statusOf(report, "a", "w", "host"), statusOf(report, "w", "a", "host")]).toEqual(["none", "none"]);
    expect(report.exitCode).toBe(0);
    expect(report.coverage).toMatchObject({ nodes: 3, agents: 2, answered: 2, unasked: [] });
  });

  it("a lone agent among virtual nodes has no pairs and is healthy", () => {
    const snapshot = meshSnapshot(["a"]);
    const facts = factsOf({ ...snapshot, nodes: [kubeNode("a"), kubeNode("w", { os: "windows" })] });
    expect(reportOf(facts)).toMatchObject({ exitCode: 0, summary: { verdict: "healthy", totalPairs: 0 } });
  });
});

describe("lists that could not be read", () => {
  it("nodes: the CiliumNodes stand for them", () => {
    const snapshot = meshSnapshot(["a", "b"]);
    const report = reportOf(
      factsOf({ ...snapshot, nodes: "nodes is forbidden", ciliumNodes: [ciliumNode("c", "192.0.2.3")] }),
    );
    expect(report.coverage).toMatchObject({ nodes: 3, agents: 2, notes: ["nodes is forbidden"] });
    expect(report.coverage.unasked).toEqual([{ node: "c", reason: "no agent pod" }]);
    expect(statusOf(report, "a", "c", "host")).toBe("unknown");
    expect(statusOf(report, "c", "a", "host")).toBe("unasked");
  });

  it("cilium-config: what it would say stays open", () => {
    const report = reportOf(factsOf({ ...meshSnapshot(["a", "b"]), config: "configmaps is forbidden" }));
    expect(report.cilium).toMatchObject({ healthChecking: null, endpointHealthChecking: null });
    expect(report.coverage.notes).toEqual(["configmaps is forbidden"]);
    expect(report.exitCode).toBe(0);
  });
});

describe("a clusterwide policy", () => {
  it("is one value a rule, with its selectors in words", () => {
    const item = {
      metadata: { name: "deny" },
      spec: { endpointSelector: { matchLabels: { "reserved:health": "" } }, ingress: [{}] },
      specs: [
        { nodeSelector: { matchExpressions: [{ key: "zone", operator: "In", values: ["a", "b"] }] }, egressDeny: [] },
      ],
    };
    expect(parseClusterwidePolicy(item)).toEqual([
      { name: "deny", endpointSelector: ["reserved:health="], nodeSelector: null, ingress: true, egress: false },
      { name: "deny", endpointSelector: null, nodeSelector: ["zone In a,b"], ingress: false, egress: true },
    ]);
  });
});
