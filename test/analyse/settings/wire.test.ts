import { describe, expect, it } from "vitest";
import { healthPort } from "../../../src/analyse/settings/wire.ts";
import { mesh } from "../mesh.ts";

describe("the health port", () => {
  it.each([
    ["4241", 4241],
    ["0", 4240],
    ["70000", 4240],
    ["1.5", 4240],
    ["none", 4240],
  ])("set to %s is %i", (set, port) => {
    expect(healthPort({ facts: mesh({ size: 2, config: { "cluster-health-port": set } }) })).toBe(port);
  });
});
