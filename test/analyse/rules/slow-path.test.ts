import { describe, expect, it } from "vitest";
import { agentView, seen } from "../agent-view.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh } from "../mesh.ts";
import { recorded } from "../recorded.ts";

type Latency = (from: number, to: number, probe: number) => number;

const ms = 1_000_000;

/** A small generator (mulberry32): the same noise in every run. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Heavy-tailed noise about 0.3 ms: every twentieth probe is up to fifty times as slow. */
function noise(seed: number): Latency {
  const next = dice(seed);
  return () => 0.3 * ms * (0.5 + next()) * (next() < 0.05 ? 1 + 49 * next() : 1);
}

function timed(size: number, latency: Latency, more: Omit<MeshOptions, "size"> = {}): MeshOptions {
  const all = Array.from({ length: size }, (_, at) => at + 1);
  const view = (from: number) =>
    agentView(
      all.map((to) => {
        const at = (probe: number) => (from === to ? 50_000 : Math.round(latency(from, to, probe)));
        return seen(to, { host: [at(0), at(1)], endpoint: [at(2), at(3)] });
      }),
    );
  return { size, ...more, patch: { ...more.patch, health: view } };
}

const isPair = (from: number, to: number) => (from === 2 && to === 7) || (from === 7 && to === 2);

describe("a slow path", () => {
  it("is a pair far above the others, by every probe and from both ends", () => {
    const usual = noise(1);
    const [finding, ...others] = findingsOf(
      mesh(timed(10, (from, to, probe) => usual(from, to, probe) + (isPair(from, to) ? 60 * ms : 0))),
    );
    expect(finding).toMatchObject({
      id: "slow-path",
      severity: "warning",
      nodes: ["worker-2", "worker-7"],
      pathCount: 0,
    });
    expect(finding?.evidence[0]?.text).toMatch(
      /^worker-[27] to worker-[27]: (?:host|endpoint)-icmp 6\d ms, usual between their zones 0\.[23] ms$/,
    );
    expect(others).toEqual([]);
  });

  it("may be the pod path alone", () => {
    const latency: Latency = (from, to, probe) => (isPair(from, to) && probe > 1 ? 40 * ms : 0.4 * ms);
    expect(idsOf(mesh(timed(8, latency)))).toEqual(["slow-path"]);
  });

  it("is put down to the node where all its paths are slow", () => {
    const usual = noise(2);
    const facts = mesh(timed(8, (from, to, probe) => usual(from, to, probe) + (from === 4 || to === 4 ? 90 * ms : 0)));
    expect(findingsOf(facts)).toMatchObject([{ id: "slow-path", nodes: ["worker-4"] }]);
  });

  it("is measured against paths between the same two zones", () => {
    const zone = (node: number) => (node > 5 ? "zone-b" : "zone-a");
    const latency: Latency = (from, to) => (isPair(from, to) ? 300 * ms : zone(from) === zone(to) ? 0.3 * ms : 25 * ms);
    expect(findingsOf(mesh(timed(10, latency, { zone })))).toMatchObject([
      { id: "slow-path", nodes: ["worker-2", "worker-7"] },
    ]);
  });
});

describe("latencies are usual where", () => {
  const zone = (node: number) => (node > 5 ? "zone-b" : "zone-a");
  const jitter = noise(5);

  it.each<[string, MeshOptions]>([
    ["another zone is far away", timed(10, (from, to) => (zone(from) === zone(to) ? 0.3 * ms : 80 * ms), { zone })],
    ["far zones bear no labels", timed(10, (from, to) => (zone(from) === zone(to) ? 0.3 * ms : 80 * ms))],
    [
      "each zone has one node, and one is far",
      timed(3, (from, to) => (from === 3 || to === 3 ? 80 * ms : 0.3 * ms), { zone: (node) => `zone-${node}` }),
    ],
    [
      "one probe of a pair came late",
      timed(10, (from, to, probe) => (isPair(from, to) && probe === 1 ? 900 * ms : jitter(from, to, probe))),
    ],
    ["one agent is a slow prober, and nobody finds it slow", timed(10, (from) => (from === 3 ? 70 * ms : 0.4 * ms))],
    [
      "ten times a tenth of a millisecond is still nothing",
      timed(10, (from, to) => (isPair(from, to) ? 1.5 * ms : 0.1 * ms)),
    ],
    ["there are two nodes", timed(2, () => 500 * ms)],
  ])("%s", (_when, options) => {
    expect(idsOf(mesh(options))).toEqual([]);
  });

  it("they are merely noisy, over many meshes", () => {
    for (let seed = 10; seed < 40; seed++) expect(idsOf(mesh(timed(12, noise(seed))))).toEqual([]);
  });

  it.each(["healthy", "native-routing-healthy", "forward-drop-harmless", "zone-partition", "node-down"])(
    "the capture %s has them",
    async (name) => {
      expect(idsOf(await recorded(name))).not.toContain("slow-path");
    },
  );
});
