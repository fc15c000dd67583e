import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { killAfterSeconds, monitorArgv } from "../../src/collect/drop-monitor.ts";
import { projectRoot } from "./build.ts";
import { Terminal } from "./pseudo-terminal.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario } from "./scenario.ts";

/** `drops -o json`, as far as this tier reads it: a line for each packet, then the summary. */
interface Line {
  readonly kind: string;
  readonly packets: number;
  readonly agents: readonly { readonly node: string; readonly state: string; readonly message: string }[];
}

/** `kubectl cilium-health drops`, its monitor bounded by the `timeout` of this machine. */
export function describePluginDrops(rig: () => Rig): void {
  const schema = JSON.parse(readFileSync(join(projectRoot, "docs", "drops.schema.json"), "utf8"));
  const fits = new Ajv2020({ allErrors: true }).compile(schema);
  const linesOf = (stdout: string): Line[] => {
    const lines = stdout.trimEnd().split("\n");
    return lines.map((text) => {
      const line = JSON.parse(text);
      expect(fits(line), JSON.stringify(fits.errors)).toBe(true);
      return line as Line;
    });
  };
  const drops = (...args: readonly string[]) => rig().kubectl(["cilium-health", "drops", ...args]);
  /** Processes are seen to be gone a moment after they were killed. */
  const allGone = async (seconds: number) => {
    const deadline = performance.now() + seconds * 1000;
    while (rig().inAgents().length > 0 && performance.now() < deadline) await sleep(50);
    expect(rig().inAgents()).toEqual([]);
  };

  describe("kubectl cilium-health drops", () => {
    it("says in words which agent's monitor saw nothing, and why, where Cilium's own finds no socket", async () => {
      await rig().show(recordedScenario("healthy"));
      const { result, execs } = await rig().observed(() => drops("worker-1", "--for", "2s", "-o", "json"));
      const [summary] = linesOf(result.stdout);
      expect(execs.map(({ argv }) => argv)).toContainEqual(monitorArgv(2));
      expect(summary).toMatchObject({ kind: "Drops", packets: 0, agents: [{ node: "worker-1", state: "failed" }] });
      expect(summary?.agents[0]?.message).toMatch(/ended by itself before its time was over: .*monitor socket/);
      expect(result.code).toBe(3);
      const table = await drops("worker-1", "--for", "1s", "-o", "table");
      expect(table.stdout).toMatch(/worker-1: the monitor ended by itself/);
      expect(table.stdout).not.toContain("Nothing was dropped");
      expect(table.code).toBe(3);
    });

    it("joins what the monitors print until timeout kills them, and leaves none behind", async () => {
      await rig().show(recordedScenario("policy-blocks-health"));
      const { result, execs } = await rig().observed(() => drops("worker-1", "worker-2", "--for", "1s", "-o", "json"));
      await allGone(1);
      const lines = linesOf(result.stdout);
      const summary = lines.at(-1);
      expect(execs.filter(({ argv }) => argv.includes("monitor")).map(({ argv }) => argv)).toEqual([
        monitorArgv(1),
        monitorArgv(1),
      ]);
      expect(lines.slice(0, -1).map(({ kind }) => kind)).toEqual(Array.from({ length: 48 }, () => "Drop"));
      expect(summary).toMatchObject({ kind: "Drops", packets: 48, probePackets: 48, partial: false });
      expect(summary?.agents).toMatchObject(
        ["worker-1", "worker-2"].map((node) => ({ node, state: "watched", events: 24, growth: [] })),
      );
      expect(result.code).toBe(1);
    });

    it("says at Ctrl-C what still runs in the agent and for how long, and after that nothing does", async () => {
      const folder = mkdtempSync(join(tmpdir(), "e2e-drops-"));
      try {
        const words = ["drops", "worker-2", "--for", "4s", "--kubeconfig", rig().kubeconfig];
        const terminal = new Terminal({ columns: 120, rows: 40, folder }, words);
        await terminal.shows(/24 packets dropped/);
        expect(rig().inAgents().join("\n")).toContain("sleep 600");
        terminal.type("\u0003");
        expect(await terminal.ended).toBe(130);
        expect(rig().inAgents().join("\n")).toContain("sleep 600");
        const said = /A monitor may still run in cilium-2 for at most (\d)s; timeout ends it there/.exec(
          terminal.output,
        );
        expect(Number(said?.[1])).toBeGreaterThanOrEqual(killAfterSeconds);
        expect(terminal.screen.text).toMatch(/1 agent watched, interrupted before 4s were over: 24 packets dropped/);
        // The agent's clock started a moment after ours.
        await allGone(Number(said?.[1]) + 1);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    });
  });
}
