import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isUnresolved, readNeighbours } from "../../../src/analyse/reads/ip-neigh.ts";
import { hostileTexts, shuffledWords } from "./hostile-texts.ts";

const text = [
  "172.31.0.12 dev eth0 lladdr 02:42:AC:1F:00:0C REACHABLE",
  "172.31.0.13 dev eth0  FAILED",
  "172.31.0.14 dev eth0 lladdr 02:42:ac:1f:00:0e extern_learn  REACHABLE",
  "172.31.0.15 dev eth0 lladdr 02:42:ac:1f:00:0f PERMANENT ",
  "fe80::1 dev eth0 lladdr 02:42:ac:1f:00:01 router STALE",
  "172.31.0.16 dev eth0 INCOMPLETE",
].join("\n");

describe("ip neigh", () => {
  it("is read entry by entry", () => {
    expect(readNeighbours(text).map(({ ip, mac, state }) => [ip, mac, state])).toEqual([
      ["172.31.0.12", "02:42:ac:1f:00:0c", "REACHABLE"],
      ["172.31.0.13", "", "FAILED"],
      ["172.31.0.14", "02:42:ac:1f:00:0e", "REACHABLE"],
      ["172.31.0.15", "02:42:ac:1f:00:0f", "PERMANENT"],
      ["fe80::1", "02:42:ac:1f:00:01", "STALE"],
      ["172.31.0.16", "", "INCOMPLETE"],
    ]);
  });

  it("tells the entries that nobody answered for", () => {
    expect(
      readNeighbours(text)
        .filter(isUnresolved)
        .map(({ ip }) => ip),
    ).toEqual(["172.31.0.13", "172.31.0.16"]);
  });

  it("takes no harm from any text", () => {
    for (const hostile of hostileTexts) expect(() => readNeighbours(hostile)).not.toThrow();
    fc.assert(fc.property(fc.oneof(fc.string(), shuffledWords), (any) => Array.isArray(readNeighbours(any))));
  });
});
