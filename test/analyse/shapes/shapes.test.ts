import { describe, expect, it } from "vitest";
import { blank, fine, type Planes, type ProbeKind, probeKinds, silent } from "../../../src/analyse/matrix/planes.ts";
import { foldShapes, type Shape } from "../../../src/analyse/shapes/shapes.ts";

/** Planes of `size` nodes that are fine but for what `fails` says; null is not judged. */
function planes(size: number, fails: (from: number, to: number, kind: ProbeKind) => boolean | null): Planes {
  const plane = (kind: ProbeKind) =>
    Uint8Array.from({ length: size * size }, (_, cell) => {
      const failing = fails(Math.floor(cell / size), cell % size, kind);
      return failing === null ? blank : failing ? silent : fine;
    });
  const [a, b, c, d] = probeKinds;
  return {
    size,
    secondary: null,
    primary: { [a]: plane(a), [b]: plane(b), [c]: plane(c), [d]: plane(d) } as Planes["primary"],
  };
}

type Fails = (from: number, to: number, kind: ProbeKind) => boolean | null;

function fold(size: number, fails: Fails, groups: readonly (readonly number[])[] = []) {
  return foldShapes(
    planes(size, (from, to, kind) => (from === to ? false : fails(from, to, kind))),
    groups.length === 0 ? [] : [{ by: "zone", groups }],
  );
}

function told({ kind, nodes, groups, probes, cells }: Shape): string {
  const where = nodes.length > 0 ? nodes.join("→") : groups.map((group) => group.join(",")).join("|");
  return `${kind} ${where} ${probes.length}p ${cells.length}c`.replace("  ", " ");
}

describe("cells that fail together", () => {
  const zones = [
    [0, 1, 2],
    [3, 4],
  ];
  const zoneOf = (node: number) => (node < 3 ? 0 : 1);
  const table: readonly (readonly [string, number, Fails, readonly (readonly number[])[], readonly string[]])[] = [
    ["nothing", 5, () => false, [], []],
    ["every path", 5, () => true, zones, ["all 4p 20c"]],
    ["two zones", 5, (from, to) => zoneOf(from) !== zoneOf(to), zones, ["block 0,1,2|3,4 4p 12c"]],
    [
      "three zones, all apart",
      6,
      (from, to) => from >> 1 !== to >> 1,
      [
        [0, 1],
        [2, 3],
        [4, 5],
      ],
      ["block 0,1|2,3|4,5 4p 24c"],
    ],
    [
      "one zone from two others that reach each other",
      8,
      (from, to) => from < 3 !== to < 3,
      [
        [0, 1, 2],
        [3, 4],
        [5, 6, 7],
      ],
      ["block 0,1,2|3,4,5,6,7 4p 30c"],
    ],
    [
      "two zones, and a third that reaches both",
      7,
      (from, to) => (from < 3 && to >= 3 && to < 5) || (to < 3 && from >= 3 && from < 5),
      [
        [0, 1, 2],
        [3, 4],
        [5, 6],
      ],
      ["block 0,1,2|3,4 4p 12c"],
    ],
    [
      "a lone node that is a zone of its own",
      5,
      (from, to) => from === 4 || to === 4,
      [[0, 1, 2, 3], [4]],
      ["cross 4 4p 8c"],
    ],
    ["one node, both ways", 5, (from, to) => from === 2 || to === 2, zones, ["cross 2 4p 8c"]],
    ["one node, inbound", 5, (_from, to) => to === 2, zones, ["column 2 4p 4c"]],
    ["one node, outbound", 5, (from) => from === 2, zones, ["row 2 4p 4c"]],
    [
      "a pair, both ways",
      5,
      (from, to) => (from === 0 && to === 4) || (from === 4 && to === 0),
      zones,
      ["pair 0→4 4p 2c"],
    ],
    ["a pair, one way", 5, (from, to) => from === 0 && to === 4, zones, ["one-way 0→4 4p 1c"]],
    ["one plane of a column", 5, (_from, to, kind) => to === 2 && kind === "host-icmp", [], ["column 2 1p 4c"]],
    ["one target of a column", 5, (_from, to, kind) => to === 2 && kind.startsWith("endpoint"), [], ["column 2 2p 4c"]],
    ["two dead nodes", 6, (_from, to) => to === 1 || to === 4, [], ["column 1 4p 5c", "column 4 4p 5c"]],
    [
      "a dead node and a pair elsewhere",
      6,
      (from, to) => to === 1 || (from === 3 && to === 4) || (from === 4 && to === 3),
      [],
      ["column 1 4p 5c", "pair 3→4 4p 2c"],
    ],
    [
      "a partition and a dead node inside one of its parts",
      8,
      (from, to) => to === 0 || from === 0 || from < 4 !== to < 4,
      [
        [0, 1, 2, 3],
        [4, 5, 6, 7],
      ],
      ["cross 0 4p 14c", "block 0,1,2,3|4,5,6,7 4p 24c"],
    ],
    [
      "different faults by plane",
      6,
      (_from, to, kind) => (kind === "host-http" ? to === 1 : kind === "endpoint-http" ? to === 2 : false),
      [],
      ["column 1 1p 5c", "column 2 1p 5c"],
    ],
    ["a column of which one probe was missed", 10, (from, to) => to === 3 && from !== 7, [], ["column 3 4p 8c"]],
    [
      "a column of which one answer is not in",
      5,
      (from, to) => (to === 3 ? (from === 1 ? null : true) : false),
      [],
      ["column 3 4p 3c"],
    ],
    ["a column asked of two agents", 4, (from, to) => (from > 1 ? null : to === 3), [], ["column 3 4p 2c"]],
    ["a column asked of one agent", 4, (from, to) => (from > 0 ? null : to === 3), [], ["one-way 0→3 4p 1c"]],
    [
      "a remote cluster nobody here can ask",
      5,
      (from, to) => (from >= 3 ? null : to >= 3),
      [
        [3, 4],
        [0, 1, 2],
      ],
      ["block 3,4|0,1,2 4p 6c"],
    ],
    ["two nodes are all there are", 2, () => true, [], ["pair 0→1 4p 2c"]],
  ];

  it.each(table)("%s", (_what, size, fails, groups, expected) => {
    expect(fold(size, fails, groups).map(told)).toEqual(expected);
  });

  it("an agent's own node is a shape of its own", () => {
    const shapes = foldShapes(
      planes(4, (from, to, kind) => from === 1 && to === 1 && kind.startsWith("endpoint")),
      [],
    );
    expect(shapes.map(told)).toEqual(["self 1 2p 1c"]);
  });

  it("the other family of dual-stack nodes counts as much as the first", () => {
    const { primary, size } = planes(5, () => false);
    const secondary = planes(5, (from, to) => to === 2 && from !== to).primary;
    expect(foldShapes({ size, primary, secondary }, []).map(told)).toEqual(["column 2 4p 4c"]);
  });

  it("every failing cell is in exactly one shape of its plane", () => {
    let state = 7;
    const random = () => {
      state = (state * 1103515245 + 12345) % 2147483648;
      return state / 2147483648;
    };
    const failing = Uint8Array.from({ length: 400 }, () => (random() < 0.3 ? 1 : 0));
    const shapes = fold(20, (from, to, kind) => kind === "host-icmp" && failing[from * 20 + to] === 1);
    const cells = shapes.flatMap((shape) => shape.cells);
    const expected = [...failing.keys()].filter((cell) => failing[cell] === 1 && Math.floor(cell / 20) !== cell % 20);
    expect(cells.toSorted((a, b) => a - b)).toEqual(expected);
  });
});

describe("the work of folding", () => {
  /** Counts the reads of a plane's cells, whichever way they are read. */
  function countedReads(size: number, badColumns: number): number {
    let reads = 0;
    const values = planes(size, (from, to, kind) => kind === "host-icmp" && from !== to && to < badColumns);
    const counted = new Proxy(values.primary["host-icmp"], {
      get: (plane, key) => {
        if (typeof key === "string" && /^\d+$/.test(key)) reads++;
        const value: unknown = Reflect.get(plane, key);
        if (key === "slice") return () => counted;
        return value;
      },
    });
    foldShapes({ ...values, primary: { ...values.primary, "host-icmp": counted } }, []);
    return reads;
  }

  it("does not grow with the number of lines it takes: the plane is not recounted for each", () => {
    const [few, many] = [countedReads(60, 2), countedReads(60, 24)];
    expect(few).toBeGreaterThan(60 * 60);
    expect(many).toBeLessThan(2 * few);
  });

  it("handles 1,000 nodes of which 200 are not reached", () => {
    const shapes = fold(1000, (_from, to, kind) => kind === "host-http" && to % 5 === 0);
    expect(shapes).toHaveLength(200);
    expect(shapes.every((shape) => shape.kind === "column" && shape.cells.length === 999)).toBe(true);
  });
});
