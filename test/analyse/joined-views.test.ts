import { describe, expect, it } from "vitest";
import { joinedViews } from "../../src/analyse/joined-views.ts";
import { emptyRow } from "../../src/model/matrix.ts";
import { everything, generatedLook } from "../generated-look.ts";

describe("joined views", () => {
  const { facts } = generatedLook({ nodes: 9, faults: [{ name: "vxlan-blocked", at: null }] });

  it("are shared while no view has changed, but for who claims the paths", () => {
    const first = joinedViews(facts, everything);
    first.cells.claims.endpoint.fill(7);
    const again = joinedViews({ ...facts, nodes: facts.nodes.map((node) => ({ ...node })) }, everything);
    expect(again.cells.host).toBe(first.cells.host);
    expect(again.planes).toBe(first.planes);
    expect(again.folded).toBe(first.folded);
    expect(again.cells.claims.endpoint.every((claim) => claim === 0)).toBe(true);
  });

  it("are joined anew for another scope, another clock, or another view", () => {
    const { cells } = joinedViews(facts, everything);
    const hostAlone = joinedViews(facts, { ...everything, target: "host" }).cells;
    expect(hostAlone.endpoint.every((code) => code === 0)).toBe(true);
    const later = facts.nodes.map((node) =>
      node.agent === null ? node : { ...node, agent: { ...node.agent, clock: node.agent.clock + 7_200_000 } },
    );
    expect(joinedViews({ ...facts, nodes: later }, everything).cells.host).not.toEqual(cells.host);
    expect(joinedViews(facts, everything).cells.host).toEqual(cells.host);
    facts.matrix.rows[3] = emptyRow(9, 0, 1, 1);
    expect(joinedViews(facts, everything).cells.host).not.toEqual(cells.host);
  });
});
