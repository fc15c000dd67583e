import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import {
  type FaultName,
  faultCatalogue,
  generateMesh,
  generateMeshOfTwo,
  type MeshOptions,
  parseFault,
} from "../../src/demo/index.ts";
import type { AgentReply, Scenario } from "../../src/demo/scenario.ts";

const recorded = new URL("../../src/demo/scenarios/vxlan-blocked-one-node/nodes/worker-1/", import.meta.url);
const health = ["cilium-health", "status", "-o", "json"];
const date = ["date", "-u", "+%Y-%m-%dT%H:%M:%S.%NZ"];
const noon = Date.parse("2031-05-02T12:00:00Z");

interface Probe {
  latency?: number;
  status?: string;
  lastProbed?: string;
}
interface Path {
  ip: string;
  icmp?: Probe;
  http?: Probe;
}
interface Target {
  "primary-address": Path;
  "secondary-addresses": Path[];
}
interface Report {
  local: { name: string };
  nodes: { name: string; host: Target; endpoint?: Path; "health-endpoint"?: Target }[];
  probeInterval?: string;
  timestamp: string;
}

function mesh(options: Partial<MeshOptions> = {}, ...faults: string[]): Scenario {
  return generateMesh({ nodes: 6, now: () => noon, ...options, faults: faults.map(parseFault) });
}

function textOf(reply: AgentReply): string {
  if (reply.kind !== "output") throw new Error(`no output but ${reply.kind}`);
  return Buffer.concat([...reply.stdout].map((piece) => Buffer.from(piece))).toString("utf8");
}

function report(scenario: Scenario, node: string): Report {
  return JSON.parse(textOf(scenario.reply(node, health)));
}

/** Every path of keys in a value, array positions left out. */
function keySet(value: unknown, here = ""): Set<string> {
  if (typeof value !== "object" || value === null) return new Set([here]);
  const inner = Object.entries(value).flatMap(([key, below]) => [
    ...keySet(below, Array.isArray(value) ? `${here}[]` : `${here}.${key}`),
  ]);
  return new Set([here, ...inner]);
}

function failingPairs(scenario: Scenario, target: "host" | "endpoint"): string[] {
  const pairs: string[] = [];
  for (const pod of scenario.objects("pods") ?? []) {
    const from = String(pod.spec?.["nodeName"]);
    const reply = scenario.reply(from, health);
    if (reply.kind !== "output" || reply.exitCode !== 0) continue;
    for (const node of report(scenario, from).nodes) {
      const path = target === "host" ? node.host["primary-address"] : node.endpoint;
      if (path?.icmp?.status || path?.http?.status) pairs.push(`${from}>${node.name.replace("demo/", "")}`);
    }
  }
  return pairs.sort();
}

describe("a generated agent's replies", () => {
  it.each([
    ["cilium-health-status.json", health],
    ["cilium-node-list.json", ["cilium-dbg", "node", "list", "-o", "json"]],
    ["cilium-status.json", ["cilium-dbg", "status", "-o", "json"]],
    ["cilium-status-brief.json", ["cilium-dbg", "status", "--brief", "-o", "json"]],
    ["health-endpoint.json", ["cilium-dbg", "endpoint", "get", "-l", "reserved:health", "-o", "json"]],
  ])("have the key set of the recorded %s", (file, argv) => {
    const real: unknown = JSON.parse(readFileSync(new URL(file, recorded), "utf8"));
    const ours: unknown = JSON.parse(textOf(mesh({}, "vxlan-blocked=node-2").reply("node-1", argv)));
    const own = (set: Set<string>) => [...set].filter((key) => !key.startsWith(".ipam.allocations.")).sort();
    expect(own(keySet(ours))).toEqual(own(keySet(real)));
  });

  it("have host and health endpoints like the recorded ones, and pods beside them", () => {
    const argv = ["cilium-dbg", "endpoint", "list", "-o", "json"];
    const real: unknown[] = JSON.parse(readFileSync(new URL("cilium-endpoint-list.json", recorded), "utf8"));
    const ours: unknown[] = JSON.parse(textOf(mesh().reply("node-1", argv)));
    expect([...keySet(ours.slice(0, 2))].sort()).toEqual([...keySet(real)].sort());
    expect(ours.length).toBeGreaterThan(2);
  });

  it.each([
    ["health", health, {}],
    ["health, dual stack", health, { dualStack: true }],
    ["health, 1.16", health, { version: "1.16.5" }],
    ["node list", ["cilium", "node", "list", "-o", "json"], {}],
    ["node list, dual stack", ["cilium", "node", "list", "-o", "json"], { dualStack: true }],
    ["status", ["cilium", "status", "-o", "json"], {}],
  ])("are indented by two spaces and end in an empty line: %s", (_title, argv, options) => {
    const text = textOf(mesh(options, "node-down=node-3", "not-probed=node-1").reply("node-1", argv));
    expect(text).toBe(`${JSON.stringify(JSON.parse(text), null, 2)}\n\n`);
  });

  it.each([
    ["1.16.5", false],
    ["1.17.1", false],
    ["1.18.0", true],
    ["1.19.3", true],
  ])("of %s carry lastProbed and probeInterval: %s", (version, has) => {
    const view = report(mesh({ version }), "node-1");
    expect(view.probeInterval !== undefined).toBe(has);
    expect(view.nodes.every((node) => (node.endpoint?.icmp?.lastProbed !== undefined) === has)).toBe(true);
  });

  it("name nodes bare in the cluster called default", () => {
    expect(report(mesh({ cluster: "default" }), "node-1").local.name).toBe("node-1");
    expect(report(mesh({ cluster: "east" }), "node-1").local.name).toBe("east/node-1");
  });

  it("know no cilium-dbg before 1.15", () => {
    const old = mesh({ version: "1.14" });
    expect(old.reply("node-1", ["cilium-dbg", "status", "-o", "json"])).toEqual({ kind: "no-such-program" });
    expect(textOf(old.reply("node-1", ["cilium", "status", "-o", "json"]))).toContain("1.14.0 (v1.14.0-");
  });

  it("are the same bytes for the same seed and other ones for another", () => {
    const bytes = (seed: number) => textOf(mesh({ seed, nodes: 40 }).reply("node-07", health));
    expect(bytes(7)).toBe(bytes(7));
    expect(bytes(7)).not.toBe(bytes(8));
  });

  it("tell times no older than one probe interval before their own clock", () => {
    const scenario = mesh({ nodes: 50 });
    expect(textOf(scenario.reply("node-01", date))).toBe("2031-05-02T12:00:00.000000000Z\n");
    const view = report(scenario, "node-01");
    expect(view.probeInterval).toBe("4m36.90723101s"); // 60 s × ln(101)
    const ages = view.nodes.map((node) => (noon - Date.parse(node.endpoint?.http?.lastProbed ?? "")) / 1000);
    expect(Math.min(...ages)).toBeGreaterThanOrEqual(0);
    expect(Math.max(...ages)).toBeLessThan(277);
  });

  it("list 5,000 nodes once each, with pod names and addresses of their own", () => {
    const scenario = generateMesh({ nodes: 5000, dualStack: true, now: () => noon });
    expect(new Set(report(scenario, "node-4711").nodes.map((node) => node.name)).size).toBe(5000);
    for (const resource of ["pods", "nodes", "ciliumnodes"] as const) {
      expect(new Set(scenario.objects(resource)?.map((one) => one.metadata.name)).size).toBe(5000);
    }
    const addresses = scenario.objects("ciliumnodes")?.map((one) => JSON.stringify(one.spec?.["addresses"]));
    expect(new Set(addresses).size).toBe(5000);
  });
});

describe("faults", () => {
  const others = (node: string) => [1, 2, 3, 4, 5, 6].map((n) => `node-${n}`).filter((name) => name !== node);
  const column = (node: string) => others(node).map((from) => `${from}>${node}`);
  const cross = (node: string) => [...column(node), ...others(node).map((to) => `${node}>${to}`)].sort();
  const halves = others("").flatMap((from) =>
    others("").flatMap((to) => (from < "node-4" !== to < "node-4" ? [`${from}>${to}`] : [])),
  );
  const ghost = others("").map((from) => `${from}>ghost-1`);

  it.each<[string, { host: string[]; endpoint: string[] }]>([
    ["vxlan-blocked=node-3", { host: [], endpoint: cross("node-3") }],
    ["node-down=node-3", { host: column("node-3"), endpoint: column("node-3") }],
    ["agent-not-running=node-3", { host: column("node-3"), endpoint: column("node-3") }],
    ["no-agent=node-3", { host: column("node-3"), endpoint: column("node-3") }],
    ["health-socket-missing=node-3", { host: column("node-3"), endpoint: [] }],
    ["icmp-blocked=node-3", { host: column("node-3"), endpoint: [] }],
    ["icmp-blocked", { host: others("").flatMap(column).sort(), endpoint: [] }],
    ["one-way=node-2:node-5", { host: ["node-2>node-5"], endpoint: ["node-2>node-5"] }],
    ["one-way", { host: ["node-2>node-3"], endpoint: ["node-2>node-3"] }],
    ["zone-partition=zone-b", { host: halves, endpoint: halves }],
    ["ghost-node", { host: ghost, endpoint: ghost }],
    ["not-probed=node-3", { host: [], endpoint: [] }],
    ["stale=node-3", { host: [], endpoint: [] }],
    ["endpoint-health-off", { host: [], endpoint: [] }],
  ])("%s fails exactly its pairs", (fault, expected) => {
    const scenario = mesh({ zones: 2 }, fault);
    expect({ host: failingPairs(scenario, "host"), endpoint: failingPairs(scenario, "endpoint") }).toEqual(expected);
  });

  it("node-down shows in the API and as an agent out of reach", () => {
    const scenario = mesh({}, "node-down=node-3");
    expect(scenario.reply("node-3", health)).toMatchObject({
      kind: "unreachable",
      message: expect.stringContaining("172.16.0.3"),
    });
    expect(scenario.objects("nodes")?.[2]?.status).toMatchObject({ conditions: [{ status: "Unknown" }] });
  });

  it("agent-not-running is a container that waits in CrashLoopBackOff", () => {
    const pod = mesh({}, "agent-not-running=node-3").objects("pods")?.[2];
    expect(pod?.status).toMatchObject({ containerStatuses: [{ state: { waiting: { reason: "CrashLoopBackOff" } } }] });
  });

  it("no-agent leaves the node without a pod, ghost-node a CiliumNode without a Node", () => {
    expect(mesh({}, "no-agent").objects("pods")).toHaveLength(5);
    const ghosts = mesh({}, "ghost-node");
    expect([ghosts.objects("nodes")?.length, ghosts.objects("ciliumnodes")?.length]).toEqual([6, 7]);
  });

  it("health-off and health-socket-missing have no socket", () => {
    for (const fault of ["health-off", "health-socket-missing=node-1"]) {
      const reply = mesh({}, fault).reply("node-1", health);
      expect(reply).toMatchObject({
        exitCode: 1,
        stderr: expect.stringContaining("health.sock: connect: no such file"),
      });
    }
  });

  it("not-probed leaves out the results of all peers but the agent itself", () => {
    const rows = report(mesh({}, "not-probed=node-3"), "node-3").nodes;
    expect(rows.filter((node) => node.endpoint?.icmp !== undefined).map((node) => node.name)).toEqual(["demo/node-3"]);
  });

  it("stale dates an agent's results two hours back", () => {
    const times = report(mesh({}, "stale=node-3"), "node-3").nodes.map((node) => node.endpoint?.icmp?.lastProbed ?? "");
    expect(times.every((time) => noon - Date.parse(time) >= 7_200_000)).toBe(true);
  });

  it("endpoint-health-off leaves endpoints out of the report, the CiliumNodes and the configuration", () => {
    const scenario = mesh({}, "endpoint-health-off");
    expect(Object.keys(report(scenario, "node-1").nodes[0] ?? {})).toEqual(["host", "name"]);
    expect(scenario.objects("ciliumnodes")?.[0]?.spec).not.toHaveProperty("health");
    expect(scenario.objects("configmaps")?.[0]?.["data"]).toMatchObject({ "enable-endpoint-health-checking": "false" });
  });

  it.each(["garbage", "cut"])("%s is no JSON though the command ends well", (fault) => {
    const reply = mesh({ nodes: 100 }, `${fault}=node-001`).reply("node-001", health);
    expect(reply).toMatchObject({ exitCode: 0 });
    expect(() => JSON.parse(textOf(reply))).toThrow(SyntaxError);
  });

  it("huge prints 100 MiB", () => {
    const reply = mesh({}, "huge=node-1").reply("node-1", health);
    let bytes = 0;
    if (reply.kind === "output") for (const piece of reply.stdout) bytes += piece.length;
    expect(Math.floor(bytes / 1048576)).toBe(100);
  });

  it("hostile-names puts escapes into names and texts, JSON stays valid", () => {
    const scenario = mesh({}, "hostile-names=node-3");
    const name = scenario.objects("nodes")?.[2]?.metadata.name ?? "";
    expect(name).toContain("\u001b[2J");
    expect(name).toContain("\u202e");
    const text = textOf(scenario.reply(name, health));
    expect(text).not.toContain("\u001b");
    expect(JSON.parse(text)).toMatchObject({ local: { name: `demo/${name}` } });
  });

  it.each(Object.keys(faultCatalogue) as FaultName[])("%s can be asked for by its name alone", (name) => {
    const made = () =>
      generateMeshOfTwo([
        { nodes: 5, faults: [{ name, at: null }] },
        { nodes: 5, cluster: "demo-2" },
      ]);
    expect(made).not.toThrow();
    if (name === "clusters-cut") expect(() => mesh({}, name)).toThrow(/is one between two clusters/);
    else expect(() => mesh({}, name)).not.toThrow();
  });

  it.each([
    ["tea-spilled", /unknown fault "tea-spilled"/],
    ["vxlan-blocked=", /needs a name after the =/],
    ["health-off=node-1", /takes nothing after it/],
    ["node-down=node-77", /no node "node-77"/],
    ["zone-partition=zone-q", /no zone "zone-q"/],
  ])("%s is refused in one sentence", (fault, sentence) => {
    expect(() => mesh({}, fault)).toThrow(sentence);
  });

  it.each([
    [{ nodes: 0 }, /1 to 5000 nodes/],
    [{ nodes: 5001 }, /1 to 5000 nodes/],
    [{ zones: 0 }, /at least one zone/],
    [{ version: "2.0" }, /cannot play Cilium "2.0"/],
  ])("a mesh of %j is refused", (options, sentence) => {
    expect(() => mesh(options)).toThrow(sentence);
  });
});
