import { describe, expect, it } from "vitest";
import { foldDown, type Part } from "../../../src/analyse/mesh/fold-down.ts";
import type { Finding } from "../../../src/model/report.ts";
import { meshFacts } from "../../views.ts";

const clusters = [
  { ...meshFacts(["n1"], {}), clusterName: "east" },
  { ...meshFacts(["n1"], {}), clusterName: "west" },
];

function part(id: string, node: string, at: number): Part {
  const finding: Finding = {
    id,
    severity: "error",
    confidence: "confirmed",
    ignored: false,
    title: id,
    nodes: [node],
    pathCount: 1,
    evidence: [{ text: `seen by ${at}`, node: null, capture: null }],
    alternatives: [],
    confirm: [],
    fix: "mend it",
    docs: "",
  };
  return { finding, at, claims: { host: [at], endpoint: [] } };
}

const spoken = (parts: readonly Part[]) =>
  foldDown(parts, clusters).map(({ finding, at }) => `${at}: ${finding.id} ${finding.nodes[0]} ${finding.pathCount}`);

describe("findings of a node that is down", () => {
  it("become one where that of its own cluster stood, behind earlier rules' of as many paths", () => {
    const parts = [part("earlier", "n2", 0), part("node-down", "n1", 0), part("later", "n3", 0)];
    expect(spoken([...parts, part("node-down", "n1", 1)])).toEqual([
      "0: earlier n2 1",
      "0: node-down n1 2",
      "0: later n3 1",
    ]);
  });

  it("of another cluster take in what was seen from here, which came before", () => {
    const own = [part("node-down", "west/n1", 0), part("later", "n3", 0)];
    const parts = [...own, part("earlier", "west/n2", 1), part("node-down", "west/n1", 1)];
    expect(spoken(parts)).toEqual(["0: later n3 1", "1: earlier west/n2 1", "1: node-down west/n1 2"]);
    expect(foldDown(parts, clusters)[2]?.finding.evidence.map(({ text }) => text)).toEqual([
      "seen by 1",
      "from cluster east: seen by 0",
    ]);
  });

  it("stay as they are where its own cluster found nothing", () => {
    const parts = [part("earlier", "n2", 0), part("node-down", "west/n1", 0)];
    expect(foldDown(parts, clusters)).toEqual(parts);
  });
});
