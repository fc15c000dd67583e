import { describe, expect, it } from "vitest";
import { checkDocument } from "../../src/render/check-document.ts";
import { recordedCheck } from "../recorded-report.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario, type Scenario, withoutServices } from "./scenario.ts";

/** `-o json`, as far as this tier reads it. */
interface Checked {
  readonly kind: string;
  readonly lines: readonly Line[];
}

interface Line {
  readonly check: string;
  readonly id: string;
  readonly status: string;
  readonly nodes: readonly string[];
  readonly text: string;
}

/** What is not well; why something was not run depends on who was asked. */
function bad({ lines }: Checked): string[] {
  return lines
    .filter(({ status }) => status === "failed" || status === "warning")
    .map(({ check, id, status, nodes }) => `${status} ${check} ${id} ${nodes.join("+")}`);
}

/** What `kubectl cilium-health check` says of settings that a real API server and Cilium's own programs give. */
export function describePluginCheck(rig: () => Rig): void {
  const check = async (scenario: Scenario) => {
    await rig().show(scenario);
    const outcome = await rig().kubectl(["cilium-health", "check", "-o", "json"]);
    expect(outcome.stdout, outcome.stderr).not.toBe("");
    return { code: outcome.code, document: JSON.parse(outcome.stdout) as Checked };
  };

  describe("kubectl cilium-health check", () => {
    // A hundred commands a run, each by way of the API server: the other cases are held offline.
    it.each(["healthy", "forward-drop-harmless", "vxlan-blocked-one-node", "node-down"])(
      "finds in %s what is found in the recording",
      async (name) => {
        const { document } = await check(recordedScenario(name));
        const recorded = JSON.parse(JSON.stringify(checkDocument(await recordedCheck(name), true))) as Checked;
        expect(document.kind).toBe("Check");
        expect(bad(document)).toEqual(bad(recorded));
      },
    );

    it("compares lists that Cilium's own program prints: a Service missing on one node, seen twice", async () => {
      const { code, document } = await check(withoutServices(recordedScenario("healthy"), "worker-3"));
      expect(bad(document)).toEqual(["failed service-agreement service-agreement worker-3"]);
      expect(code).toBe(1);
    });

    it("is not run, and well, where neither metrics nor CiliumEndpoints can be asked for", async () => {
      const { code, document } = await check(recordedScenario("healthy"));
      const gaps = document.lines.filter(({ status }) => status === "not run").map((line) => line.check);
      expect([...new Set(gaps)].sort()).toEqual(["bridge-netfilter", "endpoints-announced", "map-pressure"]);
      expect(code).toBe(0);
    });
  });
}
