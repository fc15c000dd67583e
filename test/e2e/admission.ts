import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLines } from "../../src/collect/command-lines.ts";
import { tallyCommand } from "../../src/collect/short-captures.ts";
import { projectRoot } from "./build.ts";
import type { Outcome } from "./processes.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario } from "./scenario.ts";

const user = "on-call";
/** What kubectl says of an exec that the policy refused. */
export const refusedByPolicy = /ValidatingAdmissionPolicy 'cilium-health-commands'.*denied request/;

interface Access {
  readonly commands: readonly string[];
  readonly manifest: string;
  readonly admissionPolicy: string;
}

/** That the policy `access` prints lets a user run our command lines and nothing else, judged by a real API server. */
export function describeAdmission(rig: () => Rig): void {
  const asUser = (...args: readonly string[]) => rig().kubectl([...args, "--context", user]);
  const exec = (words: readonly string[], ...flags: readonly string[]) =>
    rig().kubectl(["exec", "cilium-1", "-n", "kube-system", "--context", user, ...flags, "--", ...words]);
  const inAgent = (...words: readonly string[]) => exec(words, "-c", "cilium-agent");

  describe("admission of exec, for a user whom the printed policy names,", () => {
    let access: Access;
    const folder = mkdtempSync(join(tmpdir(), "admission-"));
    beforeAll(async () => {
      await rig().show(recordedScenario("vxlan-blocked-one-node"));
      access = JSON.parse((await asUser("cilium-health", "access", "-o", "json")).stdout) as Access;
      for (const stdin of [access.manifest, access.admissionPolicy]) {
        expect(await rig().kubectl(["apply", "--validate=strict", "-f", "-"], { stdin })).toMatchObject({ code: 0 });
      }
      await inForce(() => inAgent("sh", "-c", "true"));
    });
    afterAll(async () => {
      rmSync(folder, { recursive: true, force: true });
      for (const stdin of [access.manifest, access.admissionPolicy])
        await rig().kubectl(["delete", "-f", "-"], { stdin });
    });

    it("lets each of our command lines through", async () => {
      const window = { oldest: "2031-05-02T09:14:30Z", newest: "2031-05-02T09:24:30Z" };
      for (const argv of [...commandLines, tallyCommand(window)])
        expect((await inAgent(...argv)).stderr, argv.join(" ")).not.toMatch(/denied|forbidden/);
    });

    it("lets a whole run through, its confirming round and a bundle of everything included", async () => {
      const { result, execs } = await rig().observed(() => asUser("cilium-health", "-o", "json"));
      expect(result).toMatchObject({ code: 1, stderr: "" });
      expect(JSON.parse(result.stdout).coverage).toMatchObject({ agents: 5, answered: 5, failed: [] });
      expect(execs.filter(({ argv }) => !known(argv))).toEqual([]);
      const file = join(folder, "bundle.tar.gz");
      const bundle = await asUser("cilium-health", "bundle", "--all-nodes-deep", "--output-file", file);
      expect(bundle.code).toBe(0);
      expect(bundle.stdout + bundle.stderr).not.toMatch(/denied|forbidden/);
    });

    it.each([
      ["a shell", ["sh"]],
      ["a shell with a script", ["sh", "-c", "cilium-health status -o json"]],
      ["a word more", ["cilium-health", "status", "-o", "json", "--probe"]],
      ["a word less", ["cilium-health", "status"]],
      ["the same words as one", ["cilium-health status -o json"]],
      ["another file", ["cat", "/etc/shadow"]],
      ["more than a time in the place of a time", tallyCommand({ oldest: '"', newest: '{"' })],
    ])("refuses %s", async (_what, words) => {
      const outcome = await inAgent(...words);
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toMatch(refusedByPolicy);
    });

    it("refuses standard input, even for a command of ours", async () => {
      const words = ["cilium-health", "status", "-o", "json"];
      expect((await exec(words, "-c", "cilium-agent", "-i")).stderr).toMatch(/without standard input/);
    });

    // kubectl exec looks the container up and names it by itself: these are asked for without it.
    it.each(["container=mount-cgroup&", ""])("refuses another container, or none: %j", async (container) => {
      const path = "/api/v1/namespaces/kube-system/pods/cilium-1/exec";
      const words = "command=cilium-health&command=status&command=-o&command=json&stdout=true";
      const outcome = await rig().kubectl(["get", "--raw", `${path}?${container}${words}`, "--context", user]);
      expect(outcome.stderr).toMatch(/container cilium-agent alone/);
    });

    it("touches nobody else", async () => {
      const outcome = await rig().kubectl(["-n", "kube-system", "exec", "cilium-1", "-c", "cilium-agent", "--", "sh"]);
      expect(outcome.stderr).not.toMatch(/denied|forbidden/);
    });

    it("is named as what stands in the way where it refuses the run, with no Role that would not help", async () => {
      const elsewhere = JSON.parse(
        (await asUser("cilium-health", "access", "--container", "x", "-o", "json")).stdout,
      ) as Access;
      expect(await rig().kubectl(["apply", "-f", "-"], { stdin: elsewhere.admissionPolicy })).toMatchObject({
        code: 0,
      });
      await inForce(() => inAgent("cilium-health", "status", "-o", "json"));
      const { result, execs } = await rig().observed(() => asUser("cilium-health"));
      expect(result).toMatchObject({ code: 3, stdout: "" });
      expect(result.stderr).toContain("this user may run commands in the container x alone");
      expect(result.stderr).toContain("admission");
      expect(result.stderr).not.toContain("kind: Role");
      expect(execs.length).toBe(1);
    });
  });

  describe("admission by the policy of docs/examples", () => {
    it("is accepted by the API server, which knows every one of its fields", async () => {
      const stdin = readFileSync(join(projectRoot, "docs", "examples", "admission-policy.yaml"), "utf8");
      const applied = await rig().kubectl(["apply", "--dry-run=server", "--validate=strict", "-f", "-"], { stdin });
      expect(applied).toMatchObject({ code: 0, stderr: "" });
    });
  });
}

function known(argv: readonly string[]): boolean {
  return commandLines.some((one) => JSON.stringify(one) === JSON.stringify(argv));
}

/** The API server watches its policies: one applied counts a moment later. */
async function inForce(forbidden: () => Promise<Outcome>): Promise<void> {
  let said = "";
  for (let tries = 100; tries > 0; tries--) {
    said = (await forbidden()).stderr;
    if (refusedByPolicy.test(said)) return;
    await sleep(100);
  }
  throw new Error(`the policy was applied, but the API server does not follow it: ${said}`);
}
