import { describe, expect, it } from "vitest";
import { type Followed, follow, type WatchMemory } from "../../../src/analyse/changes/changes.ts";
import { parseFault } from "../../../src/demo/index.ts";
import type { Change, PathGroup } from "../../../src/model/watch.ts";
import { generatedLook } from "../../generated-look.ts";

const start = Date.parse("2031-05-02T09:20:00Z");

interface Round {
  /** Seconds after the first round: probes made since then are new ones. */
  readonly at: number;
  readonly faults?: readonly string[];
  readonly nodes?: number;
}

/** What a watch follows in a made-up mesh of five nodes, round by round. */
function watched(rounds: readonly Round[], confirmCycles = 2): Followed[] {
  let memory: WatchMemory | null = null;
  return rounds.map(({ at, faults = [], nodes = 5 }) => {
    const now = () => start + at * 1000;
    const { report } = generatedLook({ nodes, faults: faults.map(parseFault), now });
    const followed = follow(memory, report, confirmCycles);
    memory = followed.memory;
    return followed;
  });
}

function words(change: Change): string {
  switch (change.kind) {
    case "path":
      return `${change.change} ${change.from} ${change.to} ${change.target}`;
    case "node":
      return `${change.change} ${change.node}`;
    case "agent":
      return `${change.change} agent of ${change.node}: ${change.was} to ${change.is}`;
    case "finding":
      return `${change.change} ${change.id}`;
    default: {
      const never: never = change;
      return never;
    }
  }
}

const said = (followed: readonly Followed[]) => followed.map(({ changes }) => [...changes.all].map(words));
const standings = (followed: readonly Followed[]) => followed.map(({ memory }) => memory.standing.is);
const oneWay = ["one-way=node-1:node-2"];
const broke = ["broke node-1 node-2 host", "broke node-1 node-2 endpoint"];

describe("a path", () => {
  it("breaks with its second bad cycle, and heals with the first good one", () => {
    const followed = watched([{ at: 0 }, { at: 150, faults: oneWay }, { at: 300, faults: oneWay }, { at: 450 }]);
    const [first, second, third, fourth] = said(followed);
    expect(first).toEqual([]);
    expect(second).toEqual([]);
    expect(third).toEqual(expect.arrayContaining(broke));
    expect(fourth).toEqual(expect.arrayContaining(broke.map((one) => one.replace("broke", "healed"))));
    expect(standings(followed)).toEqual(["healthy", "suspected", "unhealthy", "healthy"]);
  });

  it("says since when it is so: the first bad probe, not the one that confirmed it", () => {
    const [, , third] = watched([{ at: 0 }, { at: 150, faults: oneWay }, { at: 300, faults: oneWay }]);
    const [change] = third?.changes.all ?? [];
    const since = change?.kind === "path" ? Date.parse(change.since) : 0;
    expect(since).toBeGreaterThan(start);
    expect(since).toBeLessThanOrEqual(start + 150_000);
  });

  it("has failed once when the same probe is read twice", () => {
    const followed = watched([
      { at: 0, faults: oneWay },
      { at: 0, faults: oneWay },
      { at: 0, faults: oneWay },
    ]);
    expect(standings(followed)).toEqual(["suspected", "suspected", "suspected"]);
    expect(followed.at(-1)).toMatchObject({ brokenPaths: 0, suspectedPaths: 2 });
  });

  it("that was good in between begins anew", () => {
    const bad = (at: number) => ({ at, faults: oneWay });
    const followed = watched([bad(0), { at: 150 }, bad(300), { at: 450 }, bad(600)]);
    expect(said(followed).flat()).toEqual([]);
  });

  it.each([
    [1, ["unhealthy"]],
    [2, ["suspected", "unhealthy"]],
    [3, ["suspected", "suspected", "unhealthy"]],
  ])("is red after --confirm-cycles %i", (cycles, expected) => {
    const rounds = expected.map((_, round) => ({ at: round * 150, faults: oneWay }));
    expect(standings(watched(rounds, cycles))).toEqual(expected);
  });

  it("that cannot be seen meanwhile has neither healed nor broken again", () => {
    const gone = ["agent-not-running=node-1"];
    const rounds = [
      { at: 0, faults: oneWay },
      { at: 150, faults: oneWay },
      { at: 300, faults: gone },
      { at: 450, faults: oneWay },
      { at: 600 },
    ];
    const paths = said(watched(rounds)).map((round) => round.filter((one) => /^(broke|healed) node/.test(one)));
    expect(paths).toEqual([[], broke, [], [], broke.map((one) => one.replace("broke", "healed"))]);
  });
});

describe("nodes, agents and findings", () => {
  it("a node comes and goes, and the others' memory stays theirs", () => {
    const rounds = [
      { at: 0, nodes: 5 },
      { at: 150, nodes: 6 },
      { at: 300, nodes: 5 },
    ];
    expect(said(watched(rounds))).toEqual([[], ["new node-6"], ["gone node-6"]]);
  });

  it("a path keeps its bad cycle although the mesh grew", () => {
    const rounds = [
      { at: 0, nodes: 5, faults: oneWay },
      { at: 150, nodes: 7, faults: oneWay },
    ];
    expect(said(watched(rounds))[1]).toEqual(expect.arrayContaining(["new node-6", "new node-7", ...broke]));
  });

  it("an agent that stops answering, and answers again", () => {
    const rounds = [{ at: 0 }, { at: 150, faults: ["agent-not-running=node-3"] }, { at: 300 }];
    const agents = said(watched(rounds)).map((round) => round.filter((one) => one.includes("agent of")));
    expect(agents).toEqual([[], ["broke agent of node-3: ok to down"], ["healed agent of node-3: down to ok"]]);
  });

  it("a finding is told when it lasts, and when it is gone", () => {
    const faults = ["vxlan-blocked=node-2"];
    const followed = watched([{ at: 0, faults }, { at: 150, faults }, { at: 300 }]);
    const findings = said(followed).map((round) => round.filter((one) => !/ node-/.test(one)));
    expect(findings[0]).toEqual([]);
    expect(findings[1]?.length).toBeGreaterThan(0);
    expect(findings[2]).toEqual(findings[1]?.map((one) => one.replace("new", "gone")));
  });
});

describe("many paths", () => {
  const groups = (faults: readonly string[], nodes: number): readonly PathGroup[] =>
    watched([{ at: 0, faults, nodes }], 1)[0]?.changes.pathGroups ?? [];

  it("around one node are one line", () => {
    expect(groups(["vxlan-blocked=node-2"], 5)).toEqual([
      { change: "broke", kind: "node", node: "node-2", to: 4, from: 4, targets: ["endpoint"] },
    ]);
  });

  it("are named where they are few", () => {
    expect(groups(oneWay, 5)).toEqual([
      { change: "broke", kind: "path", from: "node-1", to: "node-2", target: "host" },
      { change: "broke", kind: "path", from: "node-1", to: "node-2", target: "endpoint" },
    ]);
  });

  it("of a torn mesh are a few lines and a count, and every path is in the list", () => {
    const [round] = watched([{ at: 0, faults: ["zone-partition"], nodes: 60 }], 1);
    const lines = round?.changes.pathGroups ?? [];
    expect(lines.length).toBeLessThanOrEqual(9);
    const counted = lines.map((one) => (one.kind === "node" ? one.to + one.from : one.kind === "more" ? one.count : 1));
    const listed = [...(round?.changes.all ?? [])].filter(({ kind }) => kind === "path");
    expect(counted.reduce((sum, count) => sum + count, 0)).toBe(listed.length);
    expect(listed.length).toBeGreaterThan(1000);
  });
});
