import { describe, expect, it } from "vitest";
import { joinFacts } from "../../../src/analyse/mesh/join-facts.ts";
import type { Facts } from "../../../src/model/facts.ts";
import { failureText, notListed, presenceOf, success } from "../../../src/model/matrix.ts";
import {
  address,
  agentPod,
  bytes,
  capture,
  ciliumNode,
  factsOf,
  healthReply,
  kubeNode,
  now,
  printed,
  refusal,
  rowEntry,
  silence,
  timedOut,
} from "../../views.ts";

const ips: Readonly<Record<string, string>> = { "east/a": "192.0.2.1", "west/b": "192.0.2.2", "south/c": "192.0.2.3" };

/** A cluster of one node, whose agent sees some nodes with a failure text each; "" is a success. */
function clusterOf(cluster: string, node: string, seen: Readonly<Record<string, string>>): Facts {
  const entries = Object.entries(seen).map(([name, text]) =>
    rowEntry({ name, host: [address(ips[name] ?? "", text === timedOut ? text : "", text === timedOut ? "" : text)] }),
  );
  const list = Object.keys(seen).map((name) => ({ name, "primary-address": { ipv4: { ip: ips[name] } } }));
  return factsOf({
    nodes: [kubeNode(node, { ip: ips[`${cluster}/${node}`] ?? "" })],
    pods: [agentPod(node)],
    ciliumNodes: [ciliumNode(node, ips[`${cluster}/${node}`] ?? "")],
    config: { "cluster-name": cluster },
    captures: [
      capture(node, "cilium-health-status.json", printed(healthReply({ local: `${cluster}/${node}`, nodes: entries }))),
      capture(node, "date.txt", printed(now)),
      capture(node, "cilium-node-list.json", { kind: "ok", stdout: bytes(list), stderr: "" }),
    ],
  });
}

const east = clusterOf("east", "a", { "east/a": "", "west/b": silence, "south/c": timedOut });
const west = clusterOf("west", "b", { "south/c": refusal, "west/b": "", "east/a": silence });
const south = clusterOf("south", "c", { "south/c": "", "west/b": "" });

/** The HTTP or ICMP failure on the way, "ok", or "not listed". */
function wordOf({ matrix, nodes }: Facts, from: string, to: string): string {
  const [row, at] = [
    matrix.rows[nodes.findIndex(({ name }) => name === from)],
    nodes.findIndex(({ name }) => name === to),
  ];
  if (row == null || presenceOf(row, "host", at) === notListed) return "not listed";
  const position = row.host.positions[0];
  const ip = matrix.addresses[position?.ip[at] ?? 0] ?? "";
  const codes = [position?.icmp.outcome[at] ?? 0, position?.http.outcome[at] ?? 0];
  const failed = codes.find((code) => code > success);
  return failed === undefined ? `ok ${ip}` : failureText(matrix, failed, ip);
}

describe("two clusters joined", () => {
  const { facts, places } = joinFacts(east, [west]);

  it("have each node once, by this cluster's names, with what its own cluster knows of it", () => {
    expect(
      facts.nodes.map(({ name, cluster, remote, kube, agent }) => [name, cluster, remote, kube?.name, agent?.pod.node]),
    ).toEqual([
      ["a", "east", false, "a", "a"],
      ["west/b", "west", true, "b", "west/b"],
      ["south/c", "south", true, undefined, undefined],
    ]);
    expect(places).toEqual([[0, 1, 2], expect.arrayContaining([0, 1, 2])]);
  });

  it("keep every failure text and address, whatever their numbers were", () => {
    expect(wordOf(facts, "a", "west/b")).toBe(silence);
    expect(wordOf(facts, "a", "south/c")).toBe(timedOut);
    expect(wordOf(facts, "west/b", "a")).toBe(silence);
    expect(wordOf(facts, "west/b", "south/c")).toBe(refusal);
    expect(wordOf(facts, "west/b", "west/b")).toBe("ok 192.0.2.2");
  });

  it("leave the first cluster's rows as they were, and know no row that nobody gave", () => {
    expect(facts.matrix.rows[0]).toBe(east.matrix.rows[0]);
    expect(facts.matrix.rows[2]).toBe(null);
  });

  it("rename what an agent's node list holds", () => {
    const list = facts.nodes[1]?.agent?.nodeList;
    expect([...(list?.listed ?? [])]).toEqual([1, 1, 1]);
    expect(list?.entries.map(({ node, ips: held }) => [facts.nodes[node]?.name, held])).toEqual(
      expect.arrayContaining([
        ["a", ["192.0.2.1"]],
        ["south/c", ["192.0.2.3"]],
      ]),
    );
  });
});

describe("three clusters joined", () => {
  const { facts } = joinFacts(east, [west, south]);

  it("describe the third by its own facts, though the others were read first", () => {
    expect(facts.nodes.map(({ name, kube }) => [name, kube?.name])).toEqual([
      ["a", "a"],
      ["west/b", "b"],
      ["south/c", "c"],
    ]);
    expect(wordOf(facts, "south/c", "west/b")).toBe("ok 192.0.2.2");
    expect(wordOf(facts, "south/c", "a")).toBe("not listed");
  });
});
