import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { metricSamples } from "../metrics.ts";
import { projectRoot } from "./build.ts";
import type { KubeObject } from "./recorded.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario } from "./scenario.ts";

const manifest = readFileSync(join(projectRoot, "docs", "examples", "cronjob.yaml"), "utf8");
const account = "system:serviceaccount:kube-system:cilium-health";

/** The manifests below docs/examples, as a real API server takes them. */
export function describeExamples(rig: () => Rig): void {
  describe("the examples of the docs", () => {
    beforeAll(() => rig().show(recordedScenario("healthy")));

    it("are accepted by the API server, which knows every one of their fields", async () => {
      const applied = await rig().kubectl(["apply", "--dry-run=server", "--validate=strict", "-f", "-"], {
        stdin: manifest,
      });
      expect(applied).toMatchObject({ code: 0, stderr: "" });
      expect(applied.stdout).toContain("cronjob.batch/cilium-health created (server dry run)");
      expect(applied.stdout.trimEnd().split("\n").length).toBe(6);
    });

    it("grant the job's account what its command needs, and no more than access asks for", async () => {
      const roles = parseAllDocuments(manifest)
        .map((document) => document.toJS() as KubeObject)
        .filter(({ kind }) => kind !== "CronJob");
      const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items: roles });
      try {
        expect(await rig().kubectl(["apply", "-f", "-"], { stdin })).toMatchObject({ code: 0 });
        const run = await rig().kubectl([
          "cilium-health",
          "--as",
          account,
          "--output",
          "prometheus",
          "--deadline",
          "4m",
        ]);
        expect(run).toMatchObject({ code: 0, stderr: "" });
        const value = (name: string) => metricSamples(run.stdout).find((sample) => sample.name === name)?.value;
        expect(value("cilium_health_agents_answered")).toBe(5);
        expect(value("cilium_health_exit_code")).toBe(0);
        expect(await rig().kubectl(["cilium-health", "access", "--as", account])).toMatchObject({ code: 0 });
        const secrets = await rig().kubectl(["auth", "can-i", "list", "secrets", "-A", "--as", account]);
        expect(secrets.stdout.trim()).toBe("no");
      } finally {
        await rig().kubectl(["delete", "-f", "-"], { stdin });
      }
    });
  });
}
