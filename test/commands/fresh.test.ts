import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import type { Io } from "../../src/commands/io.ts";
import { look } from "../../src/commands/look.ts";
import { pair } from "../../src/commands/pair.ts";
import { pingAll } from "../../src/commands/ping.ts";
import { generateMesh, type MeshOptions, parseFault, type Scenario, startDemo } from "../../src/demo/index.ts";
import type { PingReport } from "../../src/model/ping.ts";
import type { Report } from "../../src/model/report.ts";
import { silentIo } from "../recorded-report.ts";

const start = Date.parse("2031-05-02T09:20:00Z");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "fresh-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Run<T> {
  readonly report: T;
  /** Milliseconds of the clock that all share, which waiting alone moves. */
  readonly waitedMs: number;
  /** Command lines by how often they were run in all. */
  readonly asked: Readonly<Record<string, number>>;
  readonly progress: readonly string[];
}

interface Options {
  /** Ctrl-C after so many milliseconds. */
  readonly interruptAfterMs?: number;
  readonly changed?: (scenario: Scenario) => Scenario;
}

async function run<T>(
  mesh: MeshOptions,
  args: readonly string[],
  command: (args: readonly string[], io: Io) => Promise<T>,
  { interruptAfterMs = Number.POSITIVE_INFINITY, changed = (scenario) => scenario }: Options = {},
): Promise<Run<T>> {
  let clock = start;
  const asked: Record<string, number> = {};
  const progress: string[] = [];
  const interrupt = new AbortController();
  const scenario = changed(generateMesh({ now: () => clock, ...mesh }));
  const reply: Scenario["reply"] = (node, argv) => {
    const line = argv.join(" ").replace(/jsonpath=(\w+).*/, "$1");
    asked[line] = (asked[line] ?? 0) + 1;
    return scenario.reply(node, argv);
  };
  const demo = await startDemo({ scenario: { ...scenario, reply } });
  try {
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, demo.kubeconfig);
    const io: Io = {
      ...silentIo(),
      now: () => new Date(clock),
      pause: async (ms) => {
        clock += ms;
        if (clock - start >= interruptAfterMs) interrupt.abort();
      },
      progress: (text) => void (text === null || progress.push(text)),
      signal: interrupt.signal,
    };
    return {
      report: await command([...args, "--kubeconfig", kubeconfig], io),
      waitedMs: clock - start,
      asked,
      progress,
    };
  } finally {
    await demo.close();
  }
}

function pinged(mesh: MeshOptions, args: readonly string[] = [], options: Options = {}): Promise<Run<PingReport>> {
  const command = (words: readonly string[], io: Io) => {
    const request = parseRequest(["ping", "--fresh", ...words]);
    if (request.kind !== "ping") throw new Error(`not a ping: ${JSON.stringify(request)}`);
    return pingAll(request, io);
  };
  return run(mesh, args, command, options);
}

function looked(mesh: MeshOptions, args: readonly string[], options: Options = {}): Promise<Run<Report>> {
  const command = async (words: readonly string[], io: Io) => {
    const request = parseRequest([...words, "--fresh", "--no-confirm"]);
    if (request.kind !== "status" && request.kind !== "pair") throw new Error(`no look: ${JSON.stringify(request)}`);
    const detail = request.kind === "pair" ? { named: [request.a, request.b] } : {};
    return (await look(request, io, "cluster", detail)).report;
  };
  return run(mesh, args, command, options);
}

const health = "cilium-health status -o json";
/** Seconds of an interval of five nodes with ten addresses. */
const interval = 60 * Math.log(11);

describe("--fresh", () => {
  it("waits for each agent's next cycle by its own interval, asking seldom", async () => {
    const { report, waitedMs, asked, progress } = await pinged({ nodes: 5 });
    expect(report.exitCode).toBe(0);
    expect(report.agents.map(({ fresh }) => fresh)).toEqual([true, true, true, true, true]);
    for (const { oldestProbeNs } of report.agents) expect(oldestProbeNs).toBeLessThanOrEqual(waitedMs * 1e6);
    expect(waitedMs / 1000).toBeGreaterThan(interval);
    expect(waitedMs / 1000).toBeLessThanOrEqual(2 * interval + 4);
    // Once for the first look, once when its cycle has ended.
    expect(asked[health]).toBe(10);
    expect(Object.keys(asked).filter((line) => line.includes("--probe"))).toEqual([]);
    expect(progress).toContainEqual(
      expect.stringMatching(/^waiting for 5 agents: next cycles end within about \d+m\d+s$/),
    );
    expect(report.notes).toEqual(["--fresh: every probe in the reports of 5 of 5 agents was made after the request"]);
  });

  it("lets agents up to 1.16 probe at once, and those alone", async () => {
    const { report, waitedMs, asked } = await pinged({ nodes: 3, version: "1.16.5" });
    expect(report.exitCode).toBe(0);
    expect(asked["cilium-health status --probe -o json"]).toBe(3);
    expect(waitedMs).toBeLessThan(60_000);
  });

  it("waits for the next cycle where that probe fails, and says so", async () => {
    const failing = (scenario: Scenario): Scenario => ({
      ...scenario,
      reply: (node, argv) => {
        if (!argv.includes("--probe")) return scenario.reply(node, argv);
        const stderr = "Error: Cannot get status/probe: context deadline exceeded\n";
        return { kind: "output", stdout: [], stderr, exitCode: 1, delayMs: 0 };
      },
    });
    const { report, waitedMs } = await pinged({ nodes: 3, version: "1.14.0" }, [], { changed: failing });
    expect(report.exitCode).toBe(0);
    expect(waitedMs).toBeGreaterThan(60_000);
    expect(waitedMs).toBeLessThanOrEqual(122_000 + 4_000);
    expect(report.notes.join()).toMatch(
      /--probe failed on node-1 and 2 more, whose next cycle was waited for instead: .*deadline/,
    );
  });

  it("does not pass --probe to 1.17, whose agents would probe nothing", async () => {
    const { report, asked } = await pinged({ nodes: 3, version: "1.17.3" });
    expect(report.exitCode).toBe(0);
    expect(Object.keys(asked).some((line) => line.includes("--probe"))).toBe(false);
  });

  it("polls heads alone in a large cluster", async () => {
    const { report, asked } = await pinged({ nodes: 210 });
    expect(report.exitCode).toBe(0);
    expect(asked[health]).toBe(undefined);
    expect(asked["cilium-health status -o head"]).toBeLessThanOrEqual(3 * 210);
  });

  it("says of whom it could not wait, and is no success then", async () => {
    const faults = [parseFault("health-socket-missing=node-2"), parseFault("agent-not-running=node-3")];
    const { report } = await pinged({ nodes: 5, faults });
    expect(report.agents.map(({ fresh }) => fresh)).toEqual([true, false, false, true, true]);
    expect(report.exitCode).toBe(3);
  });

  it("gives up on a clock that stands still", async () => {
    const frozen = (scenario: Scenario): Scenario => {
      const stopped = generateMesh({ nodes: 5, now: () => start });
      return { ...scenario, reply: (node, argv) => (node === "node-4" ? stopped : scenario).reply(node, argv) };
    };
    const { report } = await pinged({ nodes: 5 }, [], { changed: frozen });
    expect(report.agents[3]).toMatchObject({ state: "ok", fresh: false, message: "its clock stands still" });
    expect(report.exitCode).toBe(3);
  });

  it("gives up on an agent that probes no more", async () => {
    const stuck = (scenario: Scenario): Scenario => {
      const stopped = generateMesh({ nodes: 5, now: () => start });
      const isStuck = (node: string, argv: readonly string[]) => node === "node-4" && argv[0] === "cilium-health";
      return { ...scenario, reply: (node, argv) => (isStuck(node, argv) ? stopped : scenario).reply(node, argv) };
    };
    const { report, waitedMs, asked } = await pinged({ nodes: 5 }, [], { changed: stuck });
    expect(report.agents[3]?.fresh).toBe(false);
    expect(waitedMs / 1000).toBeLessThan(4 * interval);
    expect(asked[health]).toBeLessThan(25);
  });

  it("ends a little before --deadline with what is known", async () => {
    const { report, waitedMs } = await pinged({ nodes: 5 }, ["--deadline", "60s"]);
    expect(waitedMs).toBeGreaterThanOrEqual(50_000);
    expect(waitedMs).toBeLessThanOrEqual(60_000);
    expect(report.exitCode).toBe(3);
    expect(report.counts.ok).toBe(5);
    expect(report.partial).toBe(false);
    expect(report.agents[0]?.message).toBe("its next cycle ends after --deadline");
  });

  it("at Ctrl-C shows what is known, marked partial", async () => {
    const { report } = await pinged({ nodes: 5 }, [], { interruptAfterMs: 5_000 });
    expect(report.partial).toBe(true);
    expect(report.counts.ok).toBe(5);
    expect(report.agents[0]?.message).toBe("the run ended before its next cycle had");
  });
});

describe("--fresh of a look at the paths", () => {
  it("comes before it, and is in its notes", async () => {
    const { report, waitedMs } = await looked({ nodes: 5 }, []);
    expect(waitedMs / 1000).toBeGreaterThan(interval);
    expect(report.exitCode).toBe(0);
    expect(report.summary.oldestProbeNs).toBeLessThanOrEqual(waitedMs * 1e6);
    expect(report.coverage.notes).toContain(
      "--fresh: every probe in the reports of 5 of 5 agents was made after the request",
    );
  });

  it("makes what is not as fresh as asked for no success", async () => {
    const { report } = await looked({ nodes: 5 }, ["--deadline", "60s"]);
    expect(report.exitCode).toBe(3);
    expect(report.summary.verdict).toBe("incomplete");
    expect(report.coverage.notes).toContain("not fresh, its next cycle ends after --deadline: node-1..node-5");
  });

  it("is outranked by what is broken", async () => {
    const { report } = await looked({ nodes: 5, faults: [parseFault("vxlan-blocked=node-2")] }, ["--deadline", "60s"]);
    expect(report.exitCode).toBe(1);
  });

  it("of a pair waits for its two agents", async () => {
    const { report } = await looked({ nodes: 5 }, ["pair", "node-1", "node-2"]);
    expect(report.coverage.notes).toContain(
      "--fresh: every probe in the reports of 2 of 2 agents was made after the request",
    );
  });

  it.each([
    ["table", "note: not fresh, its next cycle ends after --deadline: node-1, node-2\n"],
    ["json", '"not fresh, its next cycle ends after --deadline: node-1, node-2"'],
  ])("of a pair that could not be waited for says so as %s, and exits with 3", async (format, said) => {
    const written: string[] = [];
    const command = async (words: readonly string[], io: Io) => {
      const request = parseRequest(["pair", "node-1", "node-2", "--fresh", "--no-confirm", "-o", format, ...words]);
      if (request.kind !== "pair") throw new Error("not a pair");
      return pair(request, { ...io, write: async (text) => written.push(text) > 0 });
    };
    const { report: code } = await run({ nodes: 5 }, ["--deadline", "60s"], command);
    expect(code).toBe(3);
    expect(written.join("")).toContain(said);
  });
});
