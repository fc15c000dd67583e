import { describe, expect, it } from "vitest";
import type { Capture } from "../../src/model/capture.ts";
import { publicName, splitName } from "../../src/parse/names.ts";
import {
  address,
  agentPod,
  capture,
  ciliumNode,
  factsOf,
  healthReply,
  kubeNode,
  meshSnapshot,
  printed,
  reportOf,
  rowEntry,
  type Snapshot,
  statusOf,
} from "../views.ts";

describe("a node's public name", () => {
  it.each([
    ["worker-1", "", "worker-1", false],
    ["worker-1", "home", "worker-1", false],
    ["home/worker-1", "home", "worker-1", false],
    ["away/worker-1", "home", "away/worker-1", true],
    ["away/worker-1", "", "away/worker-1", true],
  ])("%s in cluster %j is %s", (name, own, expected, remote) => {
    expect(publicName(name, own)).toEqual({ name: expected, remote });
  });

  it("is parted at the first slash", () => {
    expect(splitName("a/b/c")).toEqual({ cluster: "a", node: "b/c" });
  });
});

const entry = (name: string, ip = "192.0.2.1") => rowEntry({ name, host: [address(ip, "", "")] });

function reply(node: string, local: string | undefined, ...nodes: object[]): Capture {
  const view = local === undefined ? { nodes } : { local, nodes };
  return capture(node, "cilium-health-status.json", printed(healthReply(view)));
}

function namesOf(captures: readonly Capture[], more: Snapshot = {}): { names: string[]; cluster: string } {
  const facts = factsOf({
    nodes: [kubeNode("a", { ip: "192.0.2.1" }), kubeNode("b", { ip: "192.0.2.2" })],
    pods: [agentPod("a"), agentPod("b")],
    config: "configmaps is forbidden",
    captures,
    ...more,
  });
  return { names: facts.nodes.map((node) => node.name), cluster: facts.clusterName };
}

describe("the own cluster's name", () => {
  it("is what cilium-config says", () => {
    const known = namesOf([reply("a", undefined, entry("home/a"), entry("away/a"))], {
      config: { "cluster-name": "home" },
    });
    expect(known).toEqual({ names: ["a", "b", "away/a"], cluster: "home" });
  });

  it("is learned from what an agent calls itself where cilium-config cannot be read", () => {
    const known = namesOf([reply("a", "home/a", entry("home/a"), entry("home/b"), entry("away/b"))]);
    expect(known).toEqual({ names: ["a", "b", "away/b"], cluster: "home" });
  });

  it("is learned from the agent's own entry where it does not say its name", () => {
    const known = namesOf([reply("a", undefined, entry("home/a"), entry("home/b"), entry("away/c"))]);
    expect(known).toEqual({ names: ["a", "b", "away/c"], cluster: "home" });
  });

  it("is told by the address where two clusters have a node of this name", () => {
    const known = namesOf([reply("a", undefined, entry("away/a", "198.51.100.1"), entry("home/a", "192.0.2.1"))]);
    expect(known).toEqual({ names: ["a", "b", "away/a"], cluster: "home" });
  });

  it("is learned from a node list where the health view failed", () => {
    const list = [{ name: "home/a", "primary-address": { ipv4: { ip: "192.0.2.1" } } }, { name: "home/b" }];
    const known = namesOf([
      capture("a", "cilium-health-status.json", {
        kind: "exit",
        code: 1,
        stdout: new Uint8Array(),
        stderr: "no socket",
      }),
      capture("a", "cilium-node-list.json", printed(list)),
      reply("b", "home/b", entry("home/a"), entry("home/b")),
    ]);
    expect(known).toEqual({ names: ["a", "b"], cluster: "home" });
  });

  it("is empty in the cluster called default, whose names carry no prefix", () => {
    expect(namesOf([reply("a", "a", entry("a"), entry("b"), entry("away/a"))])).toEqual({
      names: ["a", "b", "away/a"],
      cluster: "",
    });
  });
});

describe("meshed clusters", () => {
  const facts = factsOf({
    nodes: [kubeNode("a"), kubeNode("b")],
    pods: [agentPod("a"), agentPod("b")],
    ciliumNodes: [ciliumNode("a", "192.0.2.1", "10.0.0.7")],
    config: { "cluster-name": "home" },
    captures: [
      reply("a", "home/a", entry("home/a"), entry("home/b"), entry("away/a", "198.51.100.1")),
      reply("b", "home/b", entry("home/a"), entry("home/b")),
      capture(
        "a",
        "cilium-node-list.json",
        printed([
          {
            name: "home/a",
            "primary-address": { ipv4: { ip: "192.0.2.1" } },
            "health-endpoint-address": { ipv4: { ip: "10.0.0.7" } },
          },
          {
            name: "away/a",
            "primary-address": { ipv4: { ip: "192.0.2.1" } },
            "health-endpoint-address": { ipv4: { ip: "10.0.0.7" } },
          },
        ]),
      ),
    ],
  });
  const report = reportOf(facts);

  it("keep nodes of the same name apart, and ask nobody abroad", () => {
    expect(facts.nodes.map(({ name, cluster, remote, kube }) => [name, cluster, remote, kube !== null])).toEqual([
      ["a", "home", false, true],
      ["b", "home", false, true],
      ["away/a", "away", true, false],
    ]);
    expect(statusOf(report, "away/a", "a", "host")).toBe("none");
    expect(report.coverage).toMatchObject({ nodes: 2, agents: 2, answered: 2, unasked: [] });
  });

  it("leave a path to a remote node unknown where an agent does not list it", () => {
    expect(statusOf(report, "a", "away/a", "host")).toBe("reachable");
    expect(statusOf(report, "b", "away/a", "host")).toBe("unknown");
  });

  it("keep every remote entry of a node list, and of the own ones those that differ", () => {
    const list = facts.nodes[0]?.agent?.nodeList;
    expect(list?.entries.map((one) => facts.nodes[one.node]?.name)).toEqual(["away/a"]);
    expect(list?.count).toBe(2);
  });
});

describe("the order in which agents answer", () => {
  it("leaves no trace in the report", () => {
    const names = ["c", "a", "d", "b"];
    const snapshot = meshSnapshot(names, {
      see: (from, to) => ((from === "b" && to === "d") || (from === "d" && to === "b") ? { hostIcmp: "lost" } : {}),
    });
    const forwards = reportOf(factsOf(snapshot));
    const backwards = reportOf(factsOf({ ...snapshot, captures: [...(snapshot.captures ?? [])].reverse() }));
    expect(backwards.findings).toEqual(forwards.findings);
    expect(backwards.nodes).toEqual(forwards.nodes);
    expect(backwards.cells.host).toEqual(forwards.cells.host);
  });
});
