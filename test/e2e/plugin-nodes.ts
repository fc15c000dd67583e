import { describe, expect, it } from "vitest";
import { caseNames } from "./recorded.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario, type Scenario, withOldAddressOf, withoutEntryOf } from "./scenario.ts";

/** `-o json`, as far as this tier reads it. */
interface Nodes {
  readonly kind: string;
  readonly lists: { readonly nodeLists: readonly string[]; readonly healthLists: readonly string[] };
  readonly nodes: readonly {
    readonly name: string;
    readonly nodeLists: { readonly listed: number; readonly read: number; readonly missingFrom: readonly string[] };
    readonly troubles: readonly { readonly kind: string; readonly text: string; readonly agents: readonly string[] }[];
  }[];
}

/** What `kubectl cilium-health nodes` says of lists that a real API server and Cilium's own programs give. */
export function describePluginNodes(rig: () => Rig): void {
  const nodes = async (scenario: Scenario) => {
    await rig().show(scenario);
    const outcome = await rig().kubectl(["cilium-health", "nodes", "-o", "json"]);
    expect(outcome.stdout, outcome.stderr).not.toBe("");
    return { code: outcome.code, document: JSON.parse(outcome.stdout) as Nodes };
  };
  const troubles = ({ nodes: all }: Nodes) =>
    all.flatMap(({ name, troubles: some }) => some.map(({ kind }) => `${name} ${kind}`)).sort();

  describe("kubectl cilium-health nodes", () => {
    it.each(caseNames())("finds in %s no list that disagrees, but for nodes whose agent is gone", async (name) => {
      const scenario = recordedScenario(name);
      const { code, document } = await nodes(scenario);
      const gone = [...scenario.agents].filter(([, state]) => state === null).map(([node]) => node);
      expect(document.kind).toBe("Nodes");
      expect(document.nodes).toHaveLength(scenario.agents.size);
      expect(document.lists.nodeLists).toHaveLength(scenario.agents.size - gone.length);
      expect(document.nodes.filter(({ troubles: some }) => some.length > 0).map((node) => node.name)).toEqual(gone);
      expect(code).toBe(gone.length > 0 ? 1 : 0);
    });

    it("says which node an agent does not know, and which agent that is", async () => {
      const { code, document } = await nodes(withoutEntryOf(recordedScenario("healthy"), "worker-3", "worker-1"));
      expect(troubles(document)).toEqual(["worker-1 missing"]);
      const worker = document.nodes.find(({ name }) => name === "worker-1");
      expect(worker?.nodeLists).toEqual({ listed: 4, read: 5, missingFrom: ["worker-3"] });
      expect(worker?.troubles[0]?.agents).toEqual(["worker-3"]);
      expect(code).toBe(1);
      const table = await rig().kubectl(["cilium-health", "nodes"]);
      expect(table.stdout).toMatch(/^worker-1 .*4\/5 +4\/5 +MISSING$/m);
    });

    it("says who still has an old address", async () => {
      const old = withOldAddressOf(recordedScenario("healthy"), "worker-2", "worker-5", "172.31.0.99");
      const { code, document } = await nodes(old);
      expect(troubles(document)).toEqual(["worker-5 old-address"]);
      expect(document.nodes.at(-1)?.troubles[0]?.text).toContain("worker-2 has 172.31.0.99 for it");
      expect(code).toBe(1);
    });
  });
}
