import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { headCapture } from "../../src/collect/pulse-captures.ts";
import { parseHealthHead } from "../../src/parse/health-head.ts";
import { recordedVariable } from "./kwok.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario } from "./scenario.ts";

const workers = [1, 2, 3, 4, 5].map((n) => `worker-${n}`);

/** `ping -o json`, as far as this tier reads it. */
interface Ping {
  readonly agents: readonly {
    readonly node: string;
    readonly state: string;
    readonly version: string;
    readonly message: string;
    readonly fresh: boolean | null;
  }[];
}

/** Verbs that ask agents and look at no paths: `ping` and `exec`, with Cilium's own programs answering. */
export function describePluginAgents(rig: () => Rig): void {
  const plugin = (...args: readonly string[]) => rig().kubectl(["cilium-health", ...args]);

  describe("kubectl cilium-health ping", () => {
    const ping = async (...args: readonly string[]) => {
      const outcome = await plugin("ping", "-o", "json", ...args);
      return { code: outcome.code, agents: (JSON.parse(outcome.stdout) as Ping).agents };
    };

    it("finds every health API of a healthy mesh up", async () => {
      await rig().show(recordedScenario("healthy"));
      const { code, agents } = await ping();
      expect(agents.map(({ node, state, version }) => [node, state, version])).toEqual(
        workers.map((node) => [node, "ok", "1.19.3"]),
      );
      expect(code).toBe(0);
    });

    it("says whose agent gives none, and why", async () => {
      await rig().show(recordedScenario("node-down"));
      const { code, agents } = await ping();
      expect(agents.filter(({ state }) => state !== "ok").map(({ node, state }) => [node, state])).toEqual([
        ["worker-4", "no-answer"],
      ]);
      expect(agents[3]?.message).toMatch(/connection refused|no route to host/);
      expect(code).toBe(3);
    });

    it("gets a head that can be read from Cilium's own program", async () => {
      await rig().show(recordedScenario("healthy"));
      const head = await rig().kubectl([
        "-n",
        "kube-system",
        "exec",
        "cilium-1",
        "-c",
        "cilium-agent",
        "--",
        ...headCapture.argv,
      ]);
      expect(head.stderr).toBe("");
      expect(parseHealthHead(head.stdout)).toMatchObject({
        ok: true,
        value: { localName: expect.stringContaining("worker-1"), hasNodes: true, hasProbeTimes: true },
      });
    });

    it("--fresh says what it could not wait for", async () => {
      const { code, agents } = await ping("--fresh", "--deadline", "4s", "-q");
      expect(agents.map(({ state, fresh }) => [state, fresh])).toEqual(workers.map(() => ["ok", false]));
      expect(code).toBe(3);
    });
  });

  describe("kubectl cilium-health exec", () => {
    beforeAll(() => rig().show(recordedScenario("healthy")));

    it("runs the words as they were typed, once in every agent", async () => {
      const words = ["cilium-dbg", "node", "list", "-o", "json"];
      const { result, execs } = await rig().observed(() => plugin("exec", "--show", "json", "--", ...words));
      expect(execs.map(({ argv }) => argv)).toEqual(workers.map(() => words));
      expect(new Set(execs.map(({ pod }) => pod)).size).toBe(5);
      const { agents } = JSON.parse(result.stdout) as { agents: { exitCode: number; stdout: { content: string } }[] };
      for (const { exitCode, stdout } of agents) {
        expect(exitCode).toBe(0);
        expect(JSON.parse(stdout.content)).toHaveLength(5);
      }
      expect(result).toMatchObject({ code: 0, stderr: "" });
    });

    it("in the agent's own environment, through a shell only where one is named", async () => {
      const { code, stdout } = await plugin("exec", "--", "sh", "-c", `echo "$${recordedVariable}"`);
      const lines = stdout.trimEnd().split("\n").sort();
      expect(lines.map((line) => /^(worker-\d)\| \/.*\/nodes\/(worker-\d)\/recorded$/.exec(line)?.slice(1))).toEqual(
        workers.map((node) => [node, node]),
      );
      const plain = await plugin("exec", "--node", "worker-1", "--", "echo", `$${recordedVariable}`, "a  b");
      expect(plain.stdout).toBe(`worker-1| $${recordedVariable} a  b\n`);
      expect(code).toBe(0);
    });

    it("folds what all say alike, and shows the odd one as a diff", async () => {
      await rig().show(recordedScenario("vxlan-blocked-one-node"));
      const { code, stdout } = await plugin("exec", "--show", "group", "--", "iptables", "-S");
      expect(stdout).toMatch(/^=== 4 agents: worker-1, worker-3\.\.worker-5 {2}\(exit code 0\)\n-P INPUT/);
      expect(stdout).toMatch(
        /\n=== 1 agent: worker-2 {2}\(exit code 0\)\n--- .*\n\+\+\+ worker-2\n@@ [\s\S]*\n\+-A INPUT .*8472/,
      );
      expect(code).toBe(0);
    });

    it("gives 1 where the command failed, with what it said on stderr", async () => {
      const { code, stdout, stderr } = await plugin("exec", "--node", "worker-2", "--", "ls", "/nowhere");
      expect([code, stdout]).toEqual([1, ""]);
      expect(stderr).toMatch(/^worker-2\| .*No such file or directory$/m);
      expect(stderr).toMatch(/^worker-2: exit code 2$/m);
    });

    it("gives 3 where an agent could not be asked, and runs it in the others", async () => {
      await rig().show(recordedScenario("node-down"));
      const { code, stdout, stderr } = await plugin("exec", "--", "echo", "here");
      expect(stdout.trimEnd().split("\n").sort()).toEqual([1, 2, 3, 5].map((n) => `worker-${n}| here`));
      expect(stderr).toMatch(/^worker-4: could not be asked: /m);
      expect(code).toBe(3);
    });

    it("keeps raw bytes in the folder of --to, and never writes over anything", async () => {
      await rig().show(recordedScenario("healthy"));
      const folder = mkdtempSync(join(tmpdir(), "e2e-exec-"));
      try {
        const to = join(folder, "out");
        expect(await plugin("exec", "--to", to, "--", "printf", "\\033[31m\\377\\n")).toMatchObject({ code: 0 });
        expect(readdirSync(to).sort()).toEqual(["index.json", ...workers.map((node) => `${node}.stdout`)]);
        expect([...readFileSync(join(to, "worker-3.stdout"))]).toEqual([0x1b, 0x5b, 0x33, 0x31, 0x6d, 0xff, 0x0a]);
        const again = await plugin("exec", "--to", to, "--", "echo");
        expect(again).toMatchObject({ code: 2, stdout: "" });
        expect(again.stderr).toContain("is not empty");
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });

    it.each([
      [["exec"], /no command given/],
      [["exec", "ls", "-l"], /stands behind "--"/],
    ])("refuses %j", async (args, says) => {
      const outcome = await plugin(...args);
      expect(outcome).toMatchObject({ code: 2, stdout: "" });
      expect(outcome.stderr).toMatch(says);
    });
  });
}
