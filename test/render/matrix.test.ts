import { describe, expect, it } from "vitest";
import { heatMap } from "../../src/analyse/heat/heat-map.ts";
import { type MeshOptions, parseFault } from "../../src/demo/index.ts";
import type { HeatMeasure } from "../../src/model/heat-map.ts";
import { matrixText } from "../../src/render/matrix.ts";
import { matrixCapacity } from "../../src/render/matrix-grid.ts";
import type { RenderOptions } from "../../src/render/options.ts";
import { everything, generatedLook } from "../generated-look.ts";

const plain: RenderOptions = { columns: 80, colorLevel: 0, ascii: false, noHeaders: false, all: false };

function drawn(mesh: MeshOptions, options: Partial<RenderOptions> = {}, by: HeatMeasure = "status"): string {
  const { facts, report } = generatedLook(mesh);
  const all = { ...plain, ...options };
  const capacity = matrixCapacity(report, all);
  return [...matrixText(heatMap(facts, report, { by, scope: everything, capacity }), all)].join("");
}

const mesh = (nodes: number, ...faults: readonly string[]): MeshOptions => ({ nodes, faults: faults.map(parseFault) });

/** The lines that hold cells, without names. */
const grid = (text: string) =>
  text.split("\n").flatMap((line) => {
    const match = /^(?:zone-\w)? +\d+ (?:node-\d+|zone-\w \(\d+\)) +(.*)$/.exec(line);
    return match === null ? [] : [match[1] ?? ""];
  });

describe("a small mesh", () => {
  it("is both targets side by side, from to the right of to, itself struck out", () => {
    expect(grid(drawn(mesh(4, "one-way=node-1:node-3"), { ascii: true }))).toEqual([
      "\\ . | X | .    \\ . | X | .",
      ". \\ | . | .    . \\ | . | .",
      ". . | \\ | .    . . | \\ | .",
      ". . | . | \\    . . | . | \\",
    ]);
  });

  it("numbers rows and columns alike", () => {
    const lines = drawn(mesh(4)).split("\n");
    expect(lines.find((line) => line.includes("1 2"))).toMatch(/ 1 2 │ 3 │ 4 {4}1 2 │ 3 │ 4$/);
    expect(lines.filter((line) => /^(zone-\w| {6}) +[1-4] node-[1-4] /.test(line))).toHaveLength(4);
  });

  it("explains the glyphs it drew, and no others", () => {
    const text = drawn(mesh(4, "agent-not-running=node-2"));
    expect(text).toContain("! unasked");
    expect(text).not.toContain("~ stale");
  });

  it("--no-headers leaves the rows alone", () => {
    expect(drawn(mesh(3), { noHeaders: true }).trimEnd().split("\n")).toHaveLength(5);
  });
});

describe("a glyph means the same without colour", () => {
  const faults = ["vxlan-blocked", "stale", "agent-not-running", "not-probed", "endpoint-health-off"];

  it.each(faults)("%s", (fault) => {
    const strip = (text: string) => text.replaceAll(new RegExp(`${String.fromCharCode(27)}\\[\\d+m`, "g"), "");
    expect(strip(drawn(mesh(5, fault), { colorLevel: 1 }))).toBe(drawn(mesh(5, fault)));
  });

  it("and with --ascii has nothing outside ASCII", () => {
    for (const by of ["status", "latency", "age"] as const) {
      expect(drawn(mesh(9, "vxlan-blocked"), { ascii: true }, by)).toMatch(/^[\n -~]*$/);
    }
  });

  it.each([
    ["vxlan-blocked", "X unreachable"],
    ["stale", "~ stale"],
    ["agent-not-running", "! unasked"],
    ["not-probed", "? unknown"],
    ["endpoint-health-off", "- off"],
  ])("after %s the legend has %s", (fault, words) => {
    expect(drawn(mesh(5, fault))).toContain(words);
  });
});

describe("width", () => {
  it.each([40, 80, 120, 200])("no line of cells is wider than %i columns", (columns) => {
    for (const nodes of [1, 5, 30, 90]) {
      const text = drawn(mesh(nodes, "vxlan-blocked"), { columns });
      const wide = text.split("\n").filter((line) => /[·╲X┼]{2}|[·╲X] [·╲X]/.test(line) && line.length > columns);
      expect(wide).toEqual([]);
    }
  });

  it("what fits is drawn node by node, what does not is folded and says how to open it", () => {
    expect(drawn(mesh(30, "zone-partition"))).not.toContain("folded");
    const folded = drawn(mesh(90, "zone-partition"));
    expect(folded).toMatch(/folded by zone/);
    expect(folded).toMatch(/--zone zone-\w --zone zone-\w/);
    expect(folded).toMatch(/^1 zone-a \(30\) +· +· +X/m);
    expect(drawn(mesh(90, "zone-partition"), { all: true })).not.toContain("folded");
  });

  it("long names are cut in the middle, where they are alike", () => {
    const { facts, report } = generatedLook(mesh(2));
    const long = {
      ...report,
      nodes: report.nodes.map((node) => ({ ...node, name: `ip-10-0-0-0.compute.internal.eu-${node.name}` })),
    };
    const text = [...matrixText(heatMap(facts, long, { by: "status", scope: everything, capacity: 9 }), plain)].join(
      "",
    );
    expect(text).toMatch(/ip-10-0-0.*….*node-1 /);
  });
});

describe("hostile names", () => {
  it("cannot reach the terminal", () => {
    const text = drawn(mesh(4, "hostile-names"));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the purpose
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202a-\u202e]/);
  });
});
