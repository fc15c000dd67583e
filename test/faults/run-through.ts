import { getEventListeners } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, vi } from "vitest";
import { type Demo, type DemoOptions, startDemo } from "../../src/demo/index.ts";
import { runCommand } from "../bundle/run-command.ts";
import { type Fate, FaultyWay } from "./faulty-way.ts";
import { OpenTimers } from "./open-timers.ts";
import { type UpgradeFate, UpgradeWay } from "./upgrade-way.ts";

/** `-o json`, as far as these tests read it. */
export interface Seen {
  readonly coverage: {
    readonly agents: number;
    readonly answered: number;
    readonly failed: readonly { readonly node: string; readonly pod: string; readonly message: string }[];
    readonly unasked: readonly { readonly node: string }[];
  };
  readonly summary: {
    readonly verdict: string;
    readonly pairs: Readonly<Record<"host" | "endpoint", Readonly<Record<string, number>>>>;
  };
  readonly findings: readonly { readonly id: string }[];
}

export interface Through {
  readonly code: number;
  readonly report: Seen;
  readonly resets: number;
}

/**
 * A whole run of the program against a simulated cluster, over TLS and WebSocket, by a way that treats connections so.
 * Fails when anything of the run is left behind: a connection, a timer, a listener.
 */
export async function runThrough(
  demoOptions: DemoOptions,
  fateOf: (nth: number, way: FaultyWay) => Fate,
  flags: readonly string[] = [],
): Promise<Through> {
  const demo = await startDemo(demoOptions);
  const way = await FaultyWay.to(Number(new URL(demo.server).port), fateOf);
  const kubeconfig = demo.kubeconfig.replace(demo.server, `https://127.0.0.1:${way.port}`);
  const ran = await runOver(demo, way, kubeconfig, flags);
  return { ...ran, resets: way.resets };
}

/** The same, where commands meet a fate by their pod: at the upgrade, or after it. */
export async function runUpgrading(
  demoOptions: DemoOptions,
  fateOf: (pod: string, nth: number) => UpgradeFate,
  flags: readonly string[] = [],
): Promise<Through & { readonly way: UpgradeWay }> {
  const demo = await startDemo(demoOptions);
  const way = await UpgradeWay.to(demo, fateOf);
  const ran = await runOver(demo, way, way.kubeconfig, flags);
  return { ...ran, resets: 0, way };
}

async function runOver(
  demo: Demo,
  way: { close(): Promise<void>; resetAll(): void },
  kubeconfig: string,
  flags: readonly string[],
): Promise<Omit<Through, "resets">> {
  const folder = mkdtempSync(join(tmpdir(), "faults-"));
  const interrupt = new AbortController();
  const timers = vi.isFakeTimers() ? null : new OpenTimers();
  try {
    const file = join(folder, "kubeconfig");
    writeFileSync(file, kubeconfig);
    const argv = ["--kubeconfig", file, "-o", "json", ...flags];
    const { code, stdout } = await runCommand(argv, { signal: interrupt.signal });
    // Ends only when the program holds no connection any more.
    await way.close();
    expect(getEventListeners(interrupt.signal, "abort")).toEqual([]);
    await demo.close();
    if (timers === null) await expectNoFakeTimers();
    else expect(await timers.left()).toBe(0);
    return { code, report: JSON.parse(stdout) as Seen };
  } finally {
    timers?.restore();
    way.resetAll();
    await demo.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The doubles' own timers end with their connections, some turns of the event loop later. */
async function expectNoFakeTimers(): Promise<void> {
  for (let turn = 0; turn < 200 && vi.getTimerCount() > 0; turn++) await new Promise((next) => setImmediate(next));
  expect(vi.getTimerCount()).toBe(0);
}

/** The paths of who did not answer are open, those of the others judged; what is missing is named; nothing is invented. */
export function expectNothingInvented({ code, report }: Through, agents: number): void {
  const { coverage, summary, findings } = report;
  const silent = agents - coverage.answered;
  expect(coverage.agents).toBe(agents);
  const named = new Set(coverage.failed.map(({ node }) => node));
  expect(named.size).toBeGreaterThanOrEqual(silent);
  for (const failure of coverage.failed) expect(failure.message).not.toBe("");
  for (const counts of Object.values(summary.pairs)) {
    expect(counts).toMatchObject({
      total: agents * (agents - 1),
      reachable: coverage.answered * (agents - 1),
      unasked: silent * (agents - 1),
      unreachable: 0,
    });
  }
  expect(findings).toEqual([]);
  expect(code).toBe(silent === 0 ? 0 : 3);
  expect(summary.verdict).toBe(silent === 0 ? "healthy" : "incomplete");
}
