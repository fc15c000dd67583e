import { beforeAll, describe, expect, it } from "vitest";
import type { User } from "./control-plane.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario, withCrashingAgent } from "./scenario.ts";

const podLister = {
  apiVersion: "v1",
  kind: "List",
  items: [
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "Role",
      metadata: { name: "pod-lister", namespace: "kube-system" },
      rules: [{ apiGroups: [""], resources: ["pods"], verbs: ["get", "list"] }],
    },
    {
      apiVersion: "rbac.authorization.k8s.io/v1",
      kind: "RoleBinding",
      metadata: { name: "pod-lister", namespace: "kube-system" },
      roleRef: { apiGroup: "rbac.authorization.k8s.io", kind: "Role", name: "pod-lister" },
      subjects: [{ apiGroup: "rbac.authorization.k8s.io", kind: "User", name: "pod-lister" }],
    },
  ],
};

/** What users see who may not do what the plugin needs. */
export function describePluginRights(rig: () => Rig): void {
  const as = (user: User, ...args: readonly string[]) => rig().kubectl(["cilium-health", ...args, "--context", user]);

  describe("kubectl cilium-health, for a user with too few rights,", () => {
    beforeAll(async () => {
      await rig().show(recordedScenario("healthy"));
      const applied = await rig().kubectl(["apply", "-f", "-"], { stdin: JSON.stringify(podLister) });
      expect(applied).toMatchObject({ code: 0 });
    });

    it("stops after one refused exec, and prints the Role to apply", async () => {
      const { result, execs } = await rig().observed(() => as("pod-lister"));
      expect(result).toMatchObject({ code: 3, stdout: "" });
      expect(result.stderr).toContain("kind: Role");
      expect(result.stderr).toContain("pods/exec");
      expect(execs.length).toBeLessThanOrEqual(1);
    });

    it("still hears what the API alone shows, with the refusal and its Role on stderr", async () => {
      await rig().show(withCrashingAgent(recordedScenario("healthy"), "worker-5"));
      try {
        const { code, stdout, stderr } = await as("pod-lister", "-o", "json");
        const report = JSON.parse(stdout);
        expect(report.findings).toMatchObject([{ id: "agent-down", nodes: ["worker-5"] }]);
        expect([code, report.summary.verdict, report.coverage.answered]).toEqual([1, "unhealthy", 0]);
        expect(stderr).toContain("kind: Role");
      } finally {
        await rig().show(recordedScenario("healthy"));
      }
    });

    it("says that pods may not be listed, and where it looked", async () => {
      const { result, execs } = await rig().observed(() => as("nobody"));
      expect(result).toMatchObject({ code: 3, stdout: "" });
      expect(result.stderr).toContain("kind: Role");
      expect(result.stderr).toContain("kube-system");
      expect(execs).toEqual([]);
    });

    it("prints with access what makes it work once it is applied", async () => {
      const before = await as("applicant", "access");
      expect(before.code).toBe(3);
      const manifest = before.stdout.slice(before.stdout.search(/^apiVersion: /m));
      const applied = await rig().kubectl(["apply", "-f", "-"], { stdin: manifest });
      expect(applied, manifest).toMatchObject({ code: 0 });
      expect(await as("applicant", "access")).toMatchObject({ code: 0 });
      const healthy = await as("applicant");
      expect(healthy).toMatchObject({ code: 0 });
      expect(healthy.stdout).toContain("5 of 5 agents");
    });
  });
}
