import { describe, expect, it } from "vitest";
import { addressBook } from "../../../src/analyse/drops/address-book.ts";
import { chooseWatched, mostWatched } from "../../../src/analyse/drops/choice.ts";
import { dropsReport } from "../../../src/analyse/drops/drops-report.ts";
import { dropGrowth } from "../../../src/analyse/drops/growth.ts";
import { dropTally } from "../../../src/analyse/drops/tally.ts";
import type { DropEvent, WatchState } from "../../../src/model/drops.ts";
import { ciliumNode, factsOf, meshFacts, meshSnapshot, reportOf, silence } from "../../views.ts";

const facts = factsOf({
  ...meshSnapshot(["a", "b"]),
  ciliumNodes: [
    { ...ciliumNode("a", "192.0.2.1", "10.0.0.7"), spec: specOf("192.0.2.1", "10.0.0.2", "10.0.0.7", "10.0.0.0/24") },
    { ...ciliumNode("b", "192.0.2.2", "fd00::b7"), spec: specOf("192.0.2.2", "10.0.1.2", "fd00::b7", "10.0.1.0/24") },
  ],
});
const book = addressBook(facts, [{ ips: ["10.0.1.33"], name: "shop/cart-0", node: "b" }]);

function specOf(ip: string, router: string, health: string, range: string): object {
  return {
    addresses: [
      { type: "InternalIP", ip },
      { type: "CiliumInternalIP", ip: router },
    ],
    health: health.includes(":") ? { ipv6: health } : { ipv4: health },
    ipam: { podCIDRs: [range] },
  };
}

function drop(more: Partial<DropEvent> = {}): DropEvent {
  return {
    reason: "Policy denied",
    bytes: 66,
    sourceIP: "10.0.0.2",
    destinationIP: "fd00::b7",
    sourcePort: 40_000,
    destinationPort: 4240,
    protocol: "TCP",
    icmpType: "",
    sourceIdentity: 6,
    destinationIdentity: 4,
    endpoint: 7,
    ...more,
  };
}

describe("who has an address", () => {
  it.each([
    ["192.0.2.1", "node", "a", ""],
    ["10.0.0.2", "node", "a", ""],
    ["10.0.0.7", "health", "a", ""],
    ["fd00:0:0::00b7", "health", "b", ""],
    ["10.0.1.33", "pod", "b", "shop/cart-0"],
    ["10.0.1.34", "pod", "b", ""],
    ["203.0.113.9", "outside", "", ""],
    ["", "outside", "", ""],
    ["nonsense", "outside", "", ""],
  ])("%s: %s %s %s", (ip, kind, node, name) => {
    expect(book(ip)).toEqual({ ip, kind, node, name });
  });
});

describe("which packet belongs to a health probe", () => {
  it.each([
    ["a connection from a node to a health endpoint", {}, true],
    [
      "its answer",
      { sourceIP: "fd00::b7", destinationIP: "10.0.0.2", sourcePort: 4240, destinationPort: 40_000 },
      true,
    ],
    ["an echo between nodes", { protocol: "ICMP", icmpType: "EchoRequest", destinationIP: "192.0.2.2" }, true],
    ["its reply", { protocol: "ICMP", icmpType: "EchoReply", destinationIP: "192.0.2.2" }, true],
    ["another port", { destinationPort: 443 }, false],
    ["the same port over UDP", { protocol: "UDP" }, false],
    ["another ICMP type", { protocol: "ICMP", icmpType: "TimeExceeded" }, false],
    ["a pod that connects there", { sourceIP: "10.0.1.33" }, false],
    ["somebody outside", { sourceIP: "203.0.113.9" }, false],
  ])("%s: %j is %s", (_what, more, probe) => {
    const tally = dropTally(book, 4240);
    expect(tally.add("b", drop(more))?.probe).toBe(probe);
  });
});

describe("the tally", () => {
  it("joins packets that differ in their ephemeral port alone, whoever dropped them, and most come first", () => {
    const tally = dropTally(book, 4240);
    tally.add("a", drop({ reason: "CT: Map insertion failed" }));
    for (const node of ["b", "a", "b"]) tally.add(node, drop({ sourcePort: 30_000 + tally.packets }));
    expect(tally.rows().map(({ reason, count, bytes, droppedBy }) => [reason, count, bytes, droppedBy])).toEqual([
      [
        "Policy denied",
        3,
        198,
        [
          { node: "b", count: 2 },
          { node: "a", count: 1 },
        ],
      ],
      ["CT: Map insertion failed", 1, 66, [{ node: "a", count: 1 }]],
    ]);
    expect([tally.packets, tally.probePackets, tally.unlisted]).toEqual([4, 4, 0]);
  });

  it.each([
    ["to a service", 50_000, 443, { port: 443, portOf: "destination" }],
    ["from a service to an ephemeral port", 443, 50_000, { port: 443, portOf: "source" }],
    ["between two ephemeral ports", 50_000, 50_001, { port: 50_001, portOf: "destination" }],
    ["from the health port to a low port", 4240, 1000, { port: 4240, portOf: "source" }],
    ["without ports", 0, 0, { port: 0, portOf: "destination" }],
  ])("names the service's port of a packet %s", (_what, sourcePort, destinationPort, expected) => {
    expect(dropTally(book, 4240).add("a", drop({ sourcePort, destinationPort }))).toMatchObject(expected);
  });

  it("knows identities by name, and a number where none is reserved", () => {
    const identity = { source: "kube-apiserver", destination: "12345" };
    const row = dropTally(book, 4240).add("a", drop({ sourceIdentity: 7, destinationIdentity: 12_345 }));
    expect(row).toMatchObject({ identity });
    expect(dropTally(book, 4240).add("a", drop({ sourceIdentity: 0 }))?.identity.source).toBe("");
  });

  it("stays bounded whatever comes", () => {
    const tally = dropTally(book, 4240);
    for (let port = 1; port <= 3000; port++) tally.add("a", drop({ destinationPort: port }));
    expect([tally.rows().length, tally.packets, tally.unlisted]).toEqual([2000, 3000, 1000]);
  });
});

describe("what the drop counters did", () => {
  const rows = (...list: readonly (readonly [string, number, number?])[]) =>
    JSON.stringify(
      list.map(([reason, packets, line = 1]) => ({ reason, direction: "ingress", packets, line, file: "bpf_lxc.c" })),
    );

  it("sums a reason's places in the source, leaves out what is forwarded and what did not grow", () => {
    const before = rows(["Success", 10], ["Policy denied", 3], ["Policy denied", 4, 2], ["Invalid packet", 1]);
    const after = rows(
      ["Success", 99],
      ["Interface", 7],
      ["Policy denied", 5],
      ["Policy denied", 4, 2],
      ["Invalid packet", 1],
      ["Stale or unroutable IP", 9],
    );
    expect(dropGrowth(before, after)).toEqual([
      { reason: "Stale or unroutable IP", direction: "ingress", packets: 9 },
      { reason: "Policy denied", direction: "ingress", packets: 2 },
    ]);
  });

  it("takes a map that was made anew as counting from 0", () => {
    expect(dropGrowth(rows(["Policy denied", 100]), rows(["Policy denied", 2]))).toEqual([
      { reason: "Policy denied", direction: "ingress", packets: 2 },
    ]);
  });

  it.each([
    ["", "[]"],
    ["[]", rows(["Success", 1])],
    ["Error: no such file", rows(["Success", 1])],
    [rows(["Success", 1]), "{}"],
  ])("says nothing of texts that are no counters: %s, %s", (before, after) => {
    expect(dropGrowth(before, after)).toBeNull();
  });
});

describe("whose drops are watched", () => {
  const names = Array.from({ length: 20 }, (_, at) => `n${at}`);
  const broken = (to: string) => meshFacts(names, { see: (_from, one) => (one === to ? { hostHttp: silence } : {}) });

  it("both ends of unreachable paths, the node with most of them first, and not too many", () => {
    const facts = broken("n7");
    const choice = chooseWatched(facts, reportOf(facts), []);
    expect(choice.why).toBe("failing");
    expect(choice.nodes[0]).toBe("n7");
    expect([choice.nodes.length, choice.leftOut.length]).toEqual([mostWatched, 20 - mostWatched]);
  });

  it("the named ones, failing or not", () => {
    const facts = broken("n7");
    expect(chooseWatched(facts, reportOf(facts), ["n1", "n1?"])).toMatchObject({ why: "named", leftOut: [] });
    expect(chooseWatched(facts, reportOf(facts), ["n1"]).nodes).toEqual(["n1"]);
  });

  it("all of a healthy cluster, up to a bound", () => {
    const facts = meshFacts(names.slice(0, 3));
    expect(chooseWatched(facts, reportOf(facts), [])).toMatchObject({ why: "all", nodes: ["n0", "n1", "n2"] });
  });

  it("none whose agent does not run, and says so", () => {
    const facts = meshFacts(["a", "b"], {
      pod: (name) => (name === "b" ? { waiting: "CrashLoopBackOff" } : {}),
      outcome: (name) => (name === "b" ? { kind: "not-run", message: "x" } : null),
    });
    expect(chooseWatched(facts, reportOf(facts), ["*"])).toMatchObject({
      nodes: ["a"],
      unasked: [{ node: "b", reason: "its agent is not running (CrashLoopBackOff)" }],
    });
  });
});

describe("the exit code of drops", () => {
  const healthy = reportOf(meshFacts(["a", "b"]));
  const unhealthy = reportOf(meshFacts(["a", "b"], { see: () => ({ hostHttp: silence }) }));
  const code = (seen: typeof healthy, state: WatchState, dropped: readonly DropEvent[] = [], unread = 0) => {
    const tally = dropTally(book, 4240);
    for (const one of dropped) tally.add("a", one);
    const agent = { node: "a", pod: "p", state, message: "", events: 0, lost: 0, unread, growth: [] };
    const choice = { why: "all", nodes: ["a"], leftOut: [], unasked: [] } as const;
    return dropsReport(seen, {
      seconds: 1,
      choice,
      agents: [agent],
      tally,
      conntrack: null,
      partial: false,
      generatedAt: "",
    }).exitCode;
  };

  it.each([
    ["nothing was dropped in a healthy mesh", healthy, "watched", [], 0],
    ["something else was dropped there", healthy, "watched", [drop({ destinationPort: 443 })], 0],
    ["a health probe was dropped", healthy, "watched", [drop()], 1],
    ["a path is unreachable", unhealthy, "watched", [], 1],
    ["an agent could not be watched", healthy, "failed", [], 3],
    ["its counters alone were read", healthy, "counters-only", [], 3],
    ["a path is unreachable and an agent could not be watched", unhealthy, "failed", [], 1],
  ] as const)("%s", (_what, seen, state, dropped, expected) => {
    expect(code(seen, state, dropped)).toBe(expected);
  });

  it("events that could not be read may have been anything", () => {
    expect(code(healthy, "watched", [], 1)).toBe(3);
    expect(code(healthy, "watched", [drop()], 1)).toBe(1);
  });
});
