import { describe, expect, it } from "vitest";
import { oneZoneAfterTheOther, progressText } from "../../src/commands/fair-order.ts";
import { pod } from "../collect/fake-cluster.ts";
import { generatedLook } from "../generated-look.ts";

describe("the order in which agents are asked", () => {
  const { facts } = generatedLook({ nodes: 9, zones: 3 });
  const pods = facts.nodes.flatMap(({ agent }) => (agent === null ? [] : [agent.pod]));

  it("takes one of each zone before the second of any", () => {
    const order = oneZoneAfterTheOther(pods, facts.nodes).map(({ node }) => node);
    expect(order.slice(0, 6)).toEqual(["node-1", "node-4", "node-7", "node-2", "node-5", "node-8"]);
    expect(new Set(order).size).toBe(9);
  });

  it("keeps the order where nothing is known of zones", () => {
    const some = ["c", "a", "b"].map((node) => pod(node));
    expect(oneZoneAfterTheOther(some, [])).toEqual(some);
  });
});

describe("the progress line", () => {
  it.each([
    [0, 1000, 0, "reading 0 of 1000 agents"],
    [500, 1000, 2_000, "reading 500 of 1000 agents"],
    [10, 1000, 9_000, "reading 10 of 1000 agents"],
    [100, 1000, 5_000, "reading 100 of 1000 agents, about 45s left"],
    [100, 1000, 60_000, "reading 100 of 1000 agents, about 9m left"],
    [1000, 1000, 60_000, "reading 1000 of 1000 agents"],
  ])("after %i of %i in %i ms: %s", (done, total, elapsed, text) => {
    expect(progressText(done, total, elapsed)).toBe(text);
  });
});
