import { describe, expect, it } from "vitest";
import { hostFilter, type Needed } from "../../../src/analyse/evidence/filter-evidence.ts";
import { correlate } from "../../../src/analyse/matrix/correlate.ts";
import { readPlanes } from "../../../src/analyse/matrix/planes.ts";
import { lens } from "../../../src/analyse/matrix/scope.ts";
import { firstScene, type Scene } from "../../../src/analyse/scene.ts";
import { ciliumSettings } from "../../../src/analyse/settings/settings.ts";
import { mesh } from "../mesh.ts";
import { accepting, filter, hardened } from "../rules/filter-mesh.ts";

const tunnel: Needed = { protocol: "udp", port: 8472 };
const health: Needed = { protocol: "tcp", port: 4240 };
const ping: Needed = { protocol: "icmp", port: 0 };
const esp: Needed = { protocol: "esp", port: 0 };
const closed = accepting.replace("-P INPUT ACCEPT", "-P INPUT DROP");

/** worker-1 sends to worker-2, 172.31.0.11 to 172.31.0.12, by eth0. */
function outcome(rules: string, needed: Needed): string | null {
  return hostFilter(sceneOf(rules), 1, 0, needed)?.outcome ?? null;
}

function sceneOf(rules: string): Scene {
  const facts = mesh({ size: 3, confirming: filter(rules) });
  const all = lens({ nodes: [], zones: [], target: null, protocol: null }, facts.nodes);
  const cells = correlate(facts, all);
  return firstScene(facts, cells, ciliumSettings(facts), readPlanes(facts, cells, all));
}

describe("what a host's INPUT chain does with a packet from another node", () => {
  it.each<[string, string, Needed, string | null]>([
    ["nothing against it", accepting, tunnel, "accept"],
    ["a policy, whatever Cilium accepts by a mark of its own", closed, ping, "drop"],
    ["a hardening script", hardened, health, "drop"],
    [
      "a port among several",
      `${closed}-A INPUT -p tcp -m multiport --dports 22,4240,10250 -j ACCEPT\n`,
      health,
      "accept",
    ],
    ["a range of ports", `${accepting}-A INPUT -p udp -m udp --dport 8000:9000 -j DROP\n`, tunnel, "drop"],
    ["another protocol's port", `${accepting}-A INPUT -p tcp -m tcp --dport 8472 -j DROP\n`, tunnel, "accept"],
    ["echo requests by number", `${accepting}-A INPUT -p icmp -m icmp --icmp-type 8 -j DROP\n`, ping, "drop"],
    ["echo replies alone", `${accepting}-A INPUT -p icmp -m icmp --icmp-type 0 -j DROP\n`, ping, "accept"],
    [
      "a protocol of its own",
      `${accepting}-A INPUT -p esp -j REJECT --reject-with icmp-port-unreachable\n`,
      esp,
      "reject",
    ],
    ["answers alone", `${closed}-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT\n`, tunnel, "drop"],
    ["answers of name servers alone", `${closed}-A INPUT -p udp -m udp --sport 53 -j ACCEPT\n`, tunnel, "drop"],
    ["the sender's address", `${accepting}-A INPUT -s 172.31.0.11/32 -i eth0 -j DROP\n`, health, "drop"],
    ["another sender's address", `${accepting}-A INPUT -s 172.31.9.0/24 -i eth0 -j DROP\n`, health, "accept"],
    ["another interface", `${accepting}-A INPUT -i eth1 -j DROP\n`, health, "accept"],
    [
      "a set whose members are not known, before it",
      `${closed}-A INPUT -m set --match-set nodes src -j ACCEPT\n`,
      health,
      null,
    ],
    ["no rules at all", "", health, null],
  ])("with %s", (_what, rules, needed, expected) => {
    expect(outcome(rules, needed)).toBe(expected);
  });
});
