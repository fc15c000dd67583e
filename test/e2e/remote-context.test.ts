import { readFileSync, writeFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import type { AgentState } from "./agent-double.ts";
import { type Report, reportOf } from "./report.ts";
import { type Rig, startRig } from "./rig.ts";
import { recordedScenario, type Scenario } from "./scenario.ts";

// Two API servers with five agents each: the clusters rig and west of one mesh, as two contexts of one kubeconfig.
const rigs: Rig[] = [];

beforeAll(async () => {
  for (const scenario of [meshed("rig"), meshed("west")]) {
    const rig = await startRig();
    rigs.push(rig);
    await rig.show(scenario);
  }
  writeFileSync(kubeconfig(), joinedKubeconfig(), { mode: 0o600 });
});

afterAll(async () => {
  for (const rig of rigs) await rig.stop();
});

type Name = "rig" | "west";

function rigAt(place: 0 | 1): Rig {
  const rig = rigs[place];
  if (rig === undefined) throw new Error("the rig is not running");
  return rig;
}

function kubeconfig(): string {
  return `${rigAt(0).kubeconfig}-joined`;
}

interface Named {
  readonly name: string;
}

/** The second rig's context is `west`; both are the administrators'. */
function joinedKubeconfig(): string {
  const read = (rig: Rig): Record<"clusters" | "users" | "contexts", readonly Named[]> =>
    parse(readFileSync(rig.kubeconfig, "utf8"));
  const [own, far] = [read(rigAt(0)), read(rigAt(1))];
  const renamed = (items: readonly Named[], from: string, to: string) =>
    items.filter(({ name }) => name === from).map((item) => ({ ...item, name: to }));
  return stringify({
    apiVersion: "v1",
    kind: "Config",
    "current-context": "e2e",
    clusters: [...own.clusters, ...renamed(far.clusters, "e2e", "far")],
    users: [...own.users, ...renamed(far.users, "admin", "far-admin")],
    contexts: [...own.contexts, { name: "west", context: { cluster: "far", user: "far-admin" } }],
  });
}

/** The recorded case `healthy` under another cluster's name and addresses. */
function moved<T>(value: T, name: Name): T {
  if (name === "rig") return value;
  const text = JSON.stringify(value)
    .replaceAll("172.31.0.", "172.30.0.")
    .replaceAll("10.244.", "10.245.")
    .replaceAll("rig/", "west/")
    .replaceAll('"cluster-name":"rig"', '"cluster-name":"west"')
    .replaceAll('"cluster-id":"0"', '"cluster-id":"2"');
  return JSON.parse(text) as T;
}

/** Each agent has the other cluster's nodes in both its lists, probed as that cluster's own agents have probed them. */
function meshed(name: Name): Scenario {
  const healthy = recordedScenario("healthy");
  const far = [...healthy.agents.values()].find((state) => state !== null);
  if (far == null) throw new Error("no agent answers in the recorded case healthy");
  const other = moved(far, name === "rig" ? "west" : "rig");
  const agents = [...healthy.agents].map(([node, state]): [string, AgentState | null] => [
    node,
    state === null ? null : withOther(moved(state, name), other),
  ]);
  const { cluster } = healthy;
  const objects = { nodes: cluster.nodes, ciliumNodes: cluster.ciliumNodes, config: cluster.config };
  return { ...healthy, cluster: { ...cluster, ...moved(objects, name) }, agents: new Map(agents) };
}

function withOther(own: AgentState, other: AgentState): AgentState {
  const health = JSON.parse(own.health ?? "") as { readonly nodes: readonly unknown[] };
  const far = JSON.parse(other.health ?? "") as { readonly nodes: readonly unknown[] };
  const nodes = [...(JSON.parse(own.nodes) as unknown[]), ...(JSON.parse(other.nodes) as unknown[])];
  return {
    ...own,
    health: JSON.stringify({ ...health, nodes: [...health.nodes, ...far.nodes] }),
    nodes: JSON.stringify(nodes),
  };
}

interface JoinedReport extends Report {
  readonly nodes: readonly { readonly name: string; readonly agent: { readonly state: string } | null }[];
  readonly coverage: Report["coverage"] & { readonly clusters: readonly object[] };
}

function run(...args: readonly string[]) {
  return rigAt(0).kubectl(["cilium-health", ...args, "--kubeconfig", kubeconfig()]);
}

describe("kubectl cilium-health --remote-context", () => {
  it("asks the agents of both API servers and joins what they say", async () => {
    const { result, execs } = await rigAt(1).observed(() => run("-o", "json", "--remote-context", "west"));
    const report = reportOf(result) as JoinedReport;
    expect(result).toMatchObject({ code: 0, stderr: "" });
    expect(report.nodes).toHaveLength(10);
    expect(report.nodes.filter(({ name }) => name.startsWith("west/"))).toHaveLength(5);
    for (const counts of Object.values(report.summary.pairs))
      expect(counts).toMatchObject({ total: 90, reachable: 90 });
    expect(report.coverage.clusters).toEqual([
      { context: "west", cluster: "west", agents: 5, answered: 5, problem: "" },
    ]);
    expect(new Set(execs.map(({ pod }) => pod)).size).toBe(5);
  });

  it("leaves one cluster's run as it is: no exec over there, no path back", async () => {
    const { result, execs } = await rigAt(1).observed(() => run("-o", "json"));
    const report = reportOf(result) as JoinedReport;
    expect(report.summary.pairs.host).toMatchObject({ total: 45, reachable: 45 });
    expect(report.coverage).not.toHaveProperty("clusters");
    expect(execs).toEqual([]);
  });

  it("shows a pair across the clusters both ways, and compares all lists", async () => {
    const pair = await run("pair", "worker-1", "west/worker-1", "--remote-context", "west");
    expect(pair).toMatchObject({ code: 0 });
    expect(pair.stdout).toContain("west/worker-1 → worker-1");
    const nodes = await run("nodes", "--remote-context", "west");
    expect(nodes.stdout).toMatch(/^west\/worker-5 .* 10\/10 +10\/10 +ok$/m);
    expect(nodes).toMatchObject({ code: 0 });
  });

  it("says which cluster could not be looked at, with code 3", async () => {
    const outcome = await run("-o", "json", "--remote-context", "nobody", "--remote-context", "west");
    const report = reportOf(outcome) as JoinedReport;
    expect(report.coverage.clusters).toMatchObject([
      { context: "nobody", agents: 0, problem: expect.stringContaining("forbidden") },
      { context: "west", answered: 5, problem: "" },
    ]);
    expect(outcome.code).toBe(3);
  });
});
