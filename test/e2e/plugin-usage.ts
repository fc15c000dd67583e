import { beforeAll, describe, expect, it } from "vitest";
import { freePorts } from "./processes.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario } from "./scenario.ts";

interface Refusal {
  readonly when: string;
  readonly args: readonly string[];
  readonly code: 2 | 3;
  readonly says: RegExp;
}

const refusals: readonly Refusal[] = [
  { when: "a flag is unknown", args: ["--no-such-flag"], code: 2, says: /no-such-flag/ },
  {
    when: "an output format is unknown",
    args: ["-o", "fax"],
    code: 2,
    says: /unable to match a printer suitable for the output format "fax"/,
  },
  { when: "a node is unknown", args: ["--node", "worker-99"], code: 2, says: /worker-99/ },
  { when: "a context is unknown", args: ["--context", "elsewhere"], code: 3, says: /"elsewhere"/ },
  { when: "there are no Cilium pods", args: ["-l", "k8s-app=absent"], code: 3, says: /k8s-app=absent/ },
];

/** That kubectl finds the plugin, hands its arguments over and its exit code back. */
export function describePluginUsage(rig: () => Rig): void {
  describe("kubectl runs the plugin", () => {
    beforeAll(() => rig().show(recordedScenario("healthy")));

    it("under the name cilium-health, and lists it", async () => {
      const outcome = await rig().kubectl(["plugin", "list"]);
      expect(outcome.stdout).toMatch(/\/kubectl-cilium_health$/m);
    });

    it("with --help and version, which need no cluster", async () => {
      const help = await rig().kubectl(["cilium-health", "--help"]);
      expect(help).toMatchObject({ code: 0, stderr: "" });
      expect(help.stdout).toContain("kubectl cilium-health");
      expect(await rig().kubectl(["cilium-health", "version"])).toMatchObject({ code: 0, stderr: "" });
    });

    it.each(refusals)(
      "and passes on code $code, one sentence and no stack when $when",
      async ({ args, code, says }) => {
        const outcome = await rig().kubectl(["cilium-health", ...args]);
        expect(outcome).toMatchObject({ code, stdout: "" });
        expect(outcome.stderr).toMatch(says);
        expect(outcome.stderr).not.toMatch(/^\s+at /m);
      },
    );

    it("and passes on code 3 and names host and port when no API server answers", async () => {
      const [port] = await freePorts(1);
      const outcome = await rig().kubectl(["cilium-health", "--server", `https://127.0.0.1:${port}`]);
      expect(outcome).toMatchObject({ code: 3, stdout: "" });
      expect(outcome.stderr).toContain(`127.0.0.1:${port}`);
    });
  });
}
