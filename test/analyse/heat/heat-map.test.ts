import { describe, expect, it } from "vitest";
import { heatMap } from "../../../src/analyse/heat/heat-map.ts";
import { heatPage } from "../../../src/analyse/heat/heat-page.ts";
import type { MeshOptions } from "../../../src/demo/index.ts";
import { parseFault } from "../../../src/demo/index.ts";
import type { HeatMap } from "../../../src/model/heat-map.ts";
import type { Target } from "../../../src/model/matrix.ts";
import type { Scope } from "../../../src/model/request.ts";
import { cellStatus } from "../../../src/model/status.ts";
import { everything, generatedLook } from "../../generated-look.ts";

const faults = (...names: readonly string[]) => names.map(parseFault);

function mapOf(mesh: MeshOptions, by: HeatMap["by"], capacity: number, scope: Partial<Scope> = {}): HeatMap {
  const wanted = { ...everything, ...scope };
  const { facts, report } = generatedLook(mesh, wanted);
  return heatMap(facts, report, { by, scope: wanted, capacity });
}

const labels = (map: HeatMap) => map.entries.map(({ label, members }) => `${label}:${members.length}`);

function cell(map: HeatMap, target: Target, from: string, to: string) {
  const at = (label: string) => map.entries.findIndex((entry) => entry.label === label);
  const index = at(from) * map.entries.length + at(to);
  const block = map.blocks[target];
  return { status: cellStatus(block.status[index] ?? 0), level: block.level[index], share: block.share[index] };
}

describe("the order of nodes", () => {
  it("is zone, then the worst first, then by name", () => {
    const map = mapOf({ nodes: 6, zones: 2, faults: faults("vxlan-blocked=node-5") }, "status", 10);
    expect(labels(map)).toEqual(["node-1:1", "node-2:1", "node-3:1", "node-5:1", "node-4:1", "node-6:1"]);
    expect(map.entries.map(({ heading }) => heading)).toEqual([...Array(3).fill("zone-a"), ...Array(3).fill("zone-b")]);
  });

  it("leaves out a row that nobody could be asked for, and keeps its column", () => {
    const map = mapOf({ nodes: 4, faults: faults("ghost-node") }, "status", 10);
    expect(map.entries.filter(({ isFrom }) => isFrom)).toHaveLength(4);
    expect(map.entries.filter(({ isTo }) => isTo)).toHaveLength(5);
  });
});

describe("what fits is not folded, what does not is", () => {
  const mesh: MeshOptions = { nodes: 12, zones: 3, faults: faults("vxlan-blocked=node-02") };

  it.each([
    ["everything fits", 12, {}, null, 12],
    ["zones fit", 11, {}, "zone", 3],
    ["not even zones fit: the worst node and the rest", 2, {}, "trouble", 2],
    ["two zones are opened and fit", 11, { zones: ["zone-a", "zone-b"] }, null, 8],
    ["one zone is opened, the others stay folded", 11, { zones: ["zone-a"] }, "zone", 6],
    ["a node is opened, the zones of the others stay folded", 8, { nodes: ["node-02"] }, "zone", 4],
    ["an opened zone that does not fit", 4, { zones: ["zone-a", "zone-b"] }, "trouble", 2],
  ] as const)("%s", (_what, capacity, scope, fold, count) => {
    const map = mapOf(mesh, "status", capacity, scope);
    expect([map.fold, map.entries.length]).toEqual([fold, count]);
  });

  it("by subnet, where there is but one zone", () => {
    const map = mapOf({ nodes: 600, zones: 1 }, "status", 20);
    expect(map.fold).toBe("subnet");
    expect(labels(map)).toEqual(["172.16.0.0/24:250", "172.16.1.0/24:250", "172.16.2.0/24:100"]);
  }, 300_000);

  it("names the zones of the worst block, to be opened next", () => {
    const map = mapOf({ nodes: 12, zones: 3, faults: faults("zone-partition=zone-c") }, "status", 5);
    expect(map.worstZones).toEqual(["zone-a", "zone-c"]);
    expect(mapOf(mesh, "status", 11, { zones: ["zone-a"] }).worstZones).toEqual([]);
  });

  it("every path is in exactly one cell, whatever the folding", () => {
    for (const capacity of [2, 5, 12]) {
      const map = mapOf(mesh, "status", capacity);
      expect(map.entries.flatMap(({ members }) => members).sort((a, b) => a - b)).toEqual([...Array(12).keys()]);
    }
  });
});

describe("a folded cell", () => {
  const mesh: MeshOptions = { nodes: 12, zones: 3, faults: faults("vxlan-blocked=node-02") };

  it("is its worst path, with the unreachable share", () => {
    const map = mapOf(mesh, "status", 5);
    expect(cell(map, "endpoint", "zone-a", "zone-b")).toEqual({ status: "unreachable", level: 0, share: 0.25 });
    expect(cell(map, "endpoint", "zone-a", "zone-a")).toEqual({ status: "unreachable", level: 0, share: 0.5 });
    expect(cell(map, "endpoint", "zone-b", "zone-c")).toEqual({ status: "reachable", level: 0, share: 0 });
    expect(cell(map, "host", "zone-a", "zone-b")).toEqual({ status: "reachable", level: 0, share: 0 });
  });

  it("has the median level of its answered paths", () => {
    const map = mapOf(mesh, "latency", 5);
    expect(cell(map, "host", "zone-a", "zone-a").level).toBe(1);
    expect(cell(map, "host", "zone-a", "zone-c").level).toBeGreaterThanOrEqual(2);
  });
});

describe("measures", () => {
  const mesh: MeshOptions = { nodes: 4, zones: 1, faults: faults("icmp-blocked=node-2") };

  it.each([
    ["status", "unreachable"],
    ["icmp", "unreachable"],
    ["http", "reachable"],
  ] as const)("by %s a path whose pings are lost is %s", (by, status) => {
    expect(cell(mapOf(mesh, by, 10), "host", "node-1", "node-2").status).toBe(status);
  });

  it("by latency an unreachable path has no level, an answered one has", () => {
    const map = mapOf(mesh, "latency", 10);
    expect(cell(map, "host", "node-1", "node-2").level).toBe(0);
    expect(cell(map, "host", "node-1", "node-3").level).toBe(1);
  });

  it("by age even an unreachable path has a level, and stale results the last ones", () => {
    expect(cell(mapOf(mesh, "age", 10), "host", "node-1", "node-2").level).toBeGreaterThan(0);
    const stale = mapOf({ nodes: 4, zones: 1, faults: faults("stale=node-2") }, "age", 10);
    expect(cell(stale, "host", "node-2", "node-1")).toMatchObject({ status: "stale", level: 7 });
  });

  it("an unasked agent has no level but its word", () => {
    const map = mapOf({ nodes: 4, zones: 1, faults: faults("agent-not-running=node-2") }, "latency", 10);
    expect(cell(map, "host", "node-2", "node-1")).toMatchObject({ status: "unasked", level: 0 });
  });

  it("--target and --protocol narrow what is read", () => {
    const map = mapOf(mesh, "status", 10, { target: "host", protocol: "http" });
    expect(map.targets).toEqual(["host"]);
    expect(cell(map, "host", "node-1", "node-2").status).toBe("reachable");
  });
});

describe("a page's rows", () => {
  it("hold both protocols' codes, the failure's number or the latency, and the claim", () => {
    const { facts, report } = generatedLook({ nodes: 4, zones: 1, faults: faults("icmp-blocked=node-2") });
    const page = heatPage(facts, report, "status", everything);
    const place = (name: string) => page.nodes.findIndex(({ node }) => node.name === name);
    const row = [...page.rows][place("node-1")];
    const to = place("node-2");
    expect(row?.host.status[to]).toBe(2 | (1 << 3));
    expect(page.messages[(row?.host.icmp[to] ?? 0) - 1]).toBe("Connection timed out");
    expect(row?.host.http[to]).toBeGreaterThan(10);
    expect(row?.endpoint.status[to]).toBe(1 | (1 << 3));
    expect(row?.host.claims[to]).toBeGreaterThan(0);
    expect([...page.claimed]).toContain((row?.host.claims[to] ?? 0) - 1);
  });

  it("a protocol that is not looked at is no path", () => {
    const scope = { ...everything, protocol: "http" } as const;
    const { facts, report } = generatedLook({ nodes: 3 }, scope);
    for (const row of heatPage(facts, report, "status", scope).rows) {
      for (const status of row.host.status) expect([0, 1 << 3]).toContain(status);
    }
  });
});
