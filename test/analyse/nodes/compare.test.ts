import { describe, expect, it } from "vitest";
import { compareNodes } from "../../../src/analyse/nodes/compare.ts";
import type { Facts } from "../../../src/model/facts.ts";
import type { ListedNode, NodesReport } from "../../../src/model/nodes.ts";
import type { FailOn, IgnoreFlag } from "../../../src/model/request.ts";
import { knowsCluster, withCluster } from "../clustermesh.ts";
import { reportOf } from "../findings.ts";
import { healthIP, hostIP, type MeshOptions, mesh, nameOf } from "../mesh.ts";

interface Flags {
  readonly nodes?: readonly string[];
  readonly failOn?: FailOn;
  readonly ignores?: readonly IgnoreFlag[];
}

function compared(facts: Facts, { nodes = [], failOn = "warning", ignores = [] }: Flags = {}): NodesReport {
  const scope = { nodes, zones: [], target: null, protocol: null };
  return compareNodes(facts, reportOf(facts), { scope, failOn, ignores });
}

function nodeOf(report: NodesReport, name: string): ListedNode {
  const found = report.nodes.find(({ node }) => node.name === name);
  if (found === undefined) throw new Error(`no node ${name}`);
  return found;
}

/** `kind severity`, with `!` where a finding stands behind it. */
function troublesOf(report: NodesReport, name: string): string[] {
  return nodeOf(report, name).troubles.map(
    ({ kind, severity, finding }) => `${kind} ${severity}${finding === null ? "" : "!"}`,
  );
}

function textsOf(report: NodesReport, name: string): string[] {
  return nodeOf(report, name).troubles.map(({ text }) => text);
}

const without = (name: string) => (entries: readonly Readonly<Record<string, unknown>>[]) =>
  entries.filter((entry) => entry["name"] !== name);

/** Every entry of one agent's node list about one node, patched. */
function holding(
  observer: number,
  about: number,
  patch: Readonly<Record<string, unknown>>,
): NonNullable<MeshOptions["nodeList"]> {
  return (entries, node) =>
    node === observer
      ? entries.map((entry) => (entry["name"] === nameOf(about) ? { ...entry, ...patch } : entry))
      : entries;
}

const primary = (ip: string) => ({ "primary-address": { ipv4: { enabled: true, ip }, ipv6: {} } });
const health = (ip: string) => ({ "health-endpoint-address": { ipv4: { enabled: true, ip }, ipv6: {} } });

describe("a mesh in which all lists agree", () => {
  const report = compared(mesh({ size: 5 }));

  it("has no trouble and exits with 0", () => {
    expect(report.nodes.flatMap(({ troubles }) => troubles)).toEqual([]);
    expect(report.exitCode).toBe(0);
  });

  it("counts each node in every list, and every address in as many", () => {
    for (const { nodeLists, healthLists, addresses } of report.nodes) {
      expect([nodeLists, healthLists]).toEqual([
        { listed: 5, read: 5, missingFrom: [] },
        { listed: 5, read: 5, missingFrom: [] },
      ]);
      expect(
        addresses.map(({ target, ciliumNode, nodeLists, healthLists, heldBy }) => [
          target,
          ciliumNode,
          nodeLists,
          healthLists,
          heldBy,
        ]),
      ).toEqual([
        ["host", true, 5, 5, []],
        ["endpoint", true, 5, 5, []],
      ]);
    }
  });

  it("says whose lists were read", () => {
    const names = [1, 2, 3, 4, 5].map(nameOf);
    expect(report.lists).toEqual({
      kubernetes: true,
      ciliumNodes: true,
      agents: 5,
      nodeLists: names,
      healthLists: names,
    });
  });

  it("exits with 0 though paths fail: these are the business of status", () => {
    const silent = { endpointIcmp: "Connection timed out", endpointHttp: "context deadline exceeded" };
    const facts = mesh({ size: 5, probes: (from, to) => (from !== to && (from === 2 || to === 2) ? silent : null) });
    expect(reportOf(facts).exitCode).toBe(1);
    expect(compared(facts).exitCode).toBe(0);
  });
});

describe("a node that some lists lack", () => {
  it("is missing, with the finding of node-missing-from-view, where neither list of an agent has it", () => {
    const drop = (entries: readonly Readonly<Record<string, unknown>>[], node: number) =>
      node === 3 ? without("worker-1")(entries) : entries;
    const report = compared(mesh({ size: 5, healthNodes: drop, nodeList: drop }));
    expect(troublesOf(report, "worker-1")).toEqual(["missing warning!"]);
    expect(textsOf(report, "worker-1")).toEqual(["missing from the node list and the health list of worker-3"]);
    expect(nodeOf(report, "worker-1").nodeLists).toEqual({ listed: 4, read: 5, missingFrom: ["worker-3"] });
    expect(report.findings.map(({ id }) => id)).toEqual(["node-missing-from-view"]);
    expect(report.exitCode).toBe(1);
  });

  it("does no harm yet where the agent knows it and its prober will follow", () => {
    const facts = mesh({
      size: 5,
      healthNodes: (entries, node) => (node === 3 ? without("worker-1")(entries) : entries),
    });
    const report = compared(facts);
    expect(troublesOf(report, "worker-1")).toEqual(["missing info"]);
    expect(textsOf(report, "worker-1")).toEqual(["missing from the health list of worker-3"]);
    expect(report.exitCode).toBe(0);
  });

  it("is named with the agents where they are few, and counted where they are many; the document has all", () => {
    const facts = mesh({ size: 9, nodeList: (entries, node) => (node > 3 ? without("worker-1")(entries) : entries) });
    const [trouble] = nodeOf(compared(facts), "worker-1").troubles;
    expect(trouble?.text).toBe("missing from the node list of 6 of 9 agents");
    expect(trouble?.agents).toEqual([4, 5, 6, 7, 8, 9].map(nameOf));
  });

  it("is no trouble yet where the agent that lacks it has only just started", () => {
    const startedAt = { running: { startedAt: "2031-05-02T09:19:40Z" } };
    const facts = mesh({
      size: 5,
      nodeList: (entries, node) => (node === 3 ? without("worker-1")(entries) : entries),
      patch: {
        pod: (node) =>
          node === 3
            ? { status: { containerStatuses: [{ name: "cilium-agent", ready: true, state: startedAt }] } }
            : {},
      },
    });
    expect(troublesOf(compared(facts), "worker-1")).toEqual(["missing info"]);
  });
});

describe("addresses", () => {
  it("that an agent's node list has and nobody else are old ones", () => {
    const report = compared(mesh({ size: 5, nodeList: holding(3, 1, primary("172.31.0.99")) }));
    expect(troublesOf(report, "worker-1")).toEqual(["old-address warning"]);
    expect(textsOf(report, "worker-1")).toEqual([`worker-3 has 172.31.0.99 for it, Kubernetes has ${hostIP(1)}`]);
    expect(nodeOf(report, "worker-1").addresses).toContainEqual({
      ip: "172.31.0.99",
      target: "host",
      kubernetes: false,
      ciliumNode: false,
      nodeLists: 1,
      healthLists: 0,
      heldBy: ["worker-3"],
    });
    expect(report.exitCode).toBe(1);
  });

  it("of a health endpoint that is elsewhere now are old ones too", () => {
    const report = compared(mesh({ size: 5, nodeList: holding(3, 1, health("10.244.1.77")) }));
    expect(troublesOf(report, "worker-1")).toEqual(["old-health-ip warning"]);
    expect(textsOf(report, "worker-1")).toEqual([
      `worker-3 has 10.244.1.77 for its health endpoint, which is at ${healthIP(1)}`,
    ]);
  });

  it("that a CiliumNode announces and Kubernetes does not know are old ones", () => {
    const spec = { spec: { addresses: [{ type: "InternalIP", ip: "172.31.0.99" }] } };
    const report = compared(mesh({ size: 5, patch: { ciliumNode: (node) => (node === 1 ? spec : {}) } }));
    expect(troublesOf(report, "worker-1")).toEqual(["old-address warning"]);
    expect(textsOf(report, "worker-1")[0]).toContain("its CiliumNode announces 172.31.0.99");
  });

  it("that every CiliumNode announces beside Kubernetes are another interface, and harm nobody", () => {
    const spec = (node: number) => ({ spec: { addresses: [{ type: "InternalIP", ip: `10.1.0.${node}` }] } });
    const report = compared(mesh({ size: 5, patch: { ciliumNode: spec } }));
    expect(troublesOf(report, "worker-1")).toEqual(["old-address info"]);
    expect(report.exitCode).toBe(0);
  });

  it("that two nodes share are duplicates, by the finding of duplicate-node-ip", () => {
    const same = { status: { addresses: [{ type: "InternalIP", address: hostIP(2) }] } };
    const spec = { spec: { addresses: [{ type: "InternalIP", ip: hostIP(2) }] } };
    const report = compared(
      mesh({ size: 5, patch: { node: (n) => (n === 1 ? same : {}), ciliumNode: (n) => (n === 1 ? spec : {}) } }),
    );
    expect(troublesOf(report, "worker-1")).toContain("duplicate-address warning!");
    expect(textsOf(report, "worker-1")).toContain(`shares ${hostIP(2)} with worker-2`);
    expect(troublesOf(report, "worker-2")).toEqual(["duplicate-address warning!"]);
  });
});

describe("nodes that are not what they seem", () => {
  const dead = { hostIcmp: "Connection timed out", hostHttp: "context deadline exceeded" };

  it("a ghost does harm where it is probed in vain", () => {
    const report = compared(mesh({ size: 3, ghosts: [9], probes: (_from, to) => (to === 9 ? dead : null) }));
    expect(troublesOf(report, "worker-9")).toEqual(["ghost warning!"]);
    expect(textsOf(report, "worker-9")[0]).toBe(
      "Kubernetes has no such node, a CiliumNode is left of it; listed by worker-1, worker-2 and worker-3",
    );
    expect(report.exitCode).toBe(1);
  });

  it("a machine outside Kubernetes that answers is shown, and does none", () => {
    const report = compared(mesh({ size: 3, ghosts: [9] }));
    expect(troublesOf(report, "worker-9")).toEqual(["ghost info"]);
    expect(report.exitCode).toBe(0);
  });

  it("a node without an agent, where one is due, is so in words", () => {
    const report = compared(mesh({ size: 4, patch: { pod: (node) => (node === 2 ? "none" : {}) } }));
    expect(troublesOf(report, "worker-2")).toEqual(["no-agent warning!"]);
    expect(report.lists).toMatchObject({ agents: 4, nodeLists: ["worker-1", "worker-3", "worker-4"] });
  });

  it("a Windows node is no trouble", () => {
    const windows = { status: { nodeInfo: { operatingSystem: "windows" } } };
    const facts = mesh({
      size: 4,
      patch: {
        node: (node) => (node === 2 ? windows : {}),
        pod: (node) => (node === 2 ? "none" : {}),
        ciliumNode: (node) => (node === 2 ? "none" : {}),
      },
      healthNodes: without("worker-2"),
      nodeList: without("worker-2"),
    });
    const report = compared(facts);
    expect(troublesOf(report, "worker-2")).toEqual([]);
    expect(report.exitCode).toBe(0);
  });

  it("an agent that crashes is down, whatever the lists say", () => {
    const waiting = { waiting: { reason: "CrashLoopBackOff" } };
    const pod = { status: { containerStatuses: [{ name: "cilium-agent", restartCount: 4, state: waiting }] } };
    const report = compared(mesh({ size: 4, patch: { pod: (node) => (node === 2 ? pod : {}) } }));
    expect(textsOf(report, "worker-2")).toEqual(["its agent is not running: CrashLoopBackOff, 4 restarts"]);
  });

  it("an agent before its first cycle warms up", () => {
    const report = compared(mesh({ size: 4, patch: { health: (node) => (node === 2 ? { nodes: null } : {}) } }));
    expect(troublesOf(report, "worker-2")).toEqual(["warming-up info!"]);
    expect(report.exitCode).toBe(3);
  });

  it("a node without a health address is known by the finding of health-endpoint-missing", () => {
    const report = compared(
      mesh({
        size: 4,
        patch: { ciliumNode: (node) => (node === 2 ? { spec: { health: null } } : {}) },
        endpointList: (entries, node) => (node === 2 ? [] : entries),
      }),
    );
    expect(troublesOf(report, "worker-2")).toContain("no-health-ip warning!");
  });
});

describe("nodes of another cluster", () => {
  it("are no trouble while every agent has them", () => {
    const report = compared(mesh(withCluster(3, 2, () => ({}))));
    const remote = nodeOf(report, "east/store-1");
    expect(remote.node.remote).toBe(true);
    expect(remote.healthLists).toEqual({ listed: 3, read: 3, missingFrom: [] });
  });

  it("are missing where an agent lost the connection, by the finding of clustermesh-not-connected", () => {
    const connected = withCluster(3, 2, () => ({})).patch?.health;
    const alone = withCluster(3, 0, () => ({})).patch?.health;
    const facts = mesh({
      size: 3,
      patch: {
        health: (node) => (node === 2 ? alone : connected)?.(node),
        status: (node) => ({ ...knowsCluster(node !== 2, node === 2 ? 0 : 2, node === 2 ? "connection refused" : "") }),
      },
    });
    const report = compared(facts);
    expect(textsOf(report, "east/store-1")).toEqual([
      "missing from the node list of worker-1, worker-2 and worker-3 and from the health list of worker-2",
    ]);
    expect(report.exitCode).toBe(1);
  });
});

describe("the exit code", () => {
  it.each(["nodes", "ciliumnodes"] as const)("is 3 where %s may not be listed", (resource) => {
    expect(compared(mesh({ size: 3, denied: [resource] })).exitCode).toBe(3);
  });

  it("is 3 where an agent's node list could not be read", () => {
    const failing = (node: number) => (node === 2 ? { "cilium-node-list.json": "timeout" } : {});
    const report = compared(mesh({ size: 3, failing }));
    expect(report.lists.nodeLists).toEqual(["worker-1", "worker-3"]);
    expect(report.exitCode).toBe(3);
  });

  it("is 1 for trouble in spite of gaps: a finding outranks them", () => {
    const facts = mesh({ size: 5, denied: ["ciliumnodes"], nodeList: holding(3, 1, primary("172.31.0.99")) });
    expect(compared(facts).exitCode).toBe(1);
  });

  it("follows --fail-on, --ignore by the rule's name, and --node", () => {
    const facts = mesh({ size: 5, nodeList: holding(3, 1, primary("172.31.0.99")) });
    expect(compared(facts, { failOn: "error" }).exitCode).toBe(0);
    expect(compared(facts, { failOn: "never" }).exitCode).toBe(0);
    expect(compared(facts, { ignores: [{ rule: "node-ip-changed", node: null }] }).exitCode).toBe(0);
    expect(compared(facts, { ignores: [{ rule: "node-ip-changed", node: "worker-2" }] }).exitCode).toBe(1);
    expect(compared(facts, { nodes: ["worker-2"] })).toMatchObject({ exitCode: 0, nodes: [{}] });
  });
});
