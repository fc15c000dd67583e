import { readFileSync } from "node:fs";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import type { Io } from "../../src/commands/io.ts";
import { type WatchSource, watch } from "../../src/commands/watch.ts";
import { parseFault } from "../../src/demo/index.ts";
import { HealthError } from "../../src/model/errors.ts";
import { generatedLook } from "../generated-look.ts";
import { silentIo } from "../recorded-report.ts";

const start = Date.parse("2031-05-02T09:20:00Z");

/** A round: the mesh's fault, "" for none, or why it fails. */
type Round = string | Error;

interface Watched {
  readonly code: number;
  readonly written: readonly string[];
  /** Milliseconds waited after each round. */
  readonly waits: readonly number[];
  readonly closed: boolean;
}

interface Terminal {
  readonly columns: number;
  readonly rows: number;
}

/** Runs a watch over these rounds without any wall time; after the last one somebody presses Ctrl-C. */
async function watched(line: string, rounds: readonly Round[], terminal: Terminal | null = null): Promise<Watched> {
  const interrupt = new AbortController();
  const written: string[] = [];
  const io: Io = {
    ...silentIo(written),
    signal: interrupt.signal,
    stdoutIsTerminal: terminal !== null,
    columns: terminal?.columns ?? 80,
    rows: terminal?.rows ?? 24,
  };
  const waits: number[] = [];
  let [clock, made, closed] = [start, 0, false];
  const source: WatchSource = {
    look: async () => {
      const round = rounds[made++] ?? "";
      waits.push(0);
      if (round instanceof Error) throw round;
      return generatedLook({ nodes: 5, now: () => clock, faults: round === "" ? [] : [parseFault(round)] });
    },
    pause: async (ms) => {
      clock += ms;
      waits[waits.length - 1] = (waits.at(-1) ?? 0) + ms;
      if (made >= rounds.length) interrupt.abort();
    },
    close: () => {
      closed = true;
    },
  };
  const request = parseRequest(line.split(" "));
  if (request.kind !== "status" || request.watch === null) throw new Error(`not a watch: ${JSON.stringify(request)}`);
  const code = await watch(request, request.watch, io, source);
  return { code, written, waits: waits.slice(0, -1), closed };
}

interface Line {
  readonly round: number;
  readonly last: boolean;
  readonly standing?: string;
  readonly error: string | null;
  readonly changes: readonly { readonly change: string; readonly kind: string }[];
  readonly report: { readonly kind: string; readonly summary: { readonly verdict: string } } | null;
}

const linesOf = ({ written }: Watched): Line[] =>
  written
    .join("")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);

const vxlan = "vxlan-blocked=node-2";
const restarting = new HealthError("the API server does not answer", { exitCode: 3 });

describe("kubectl cilium-health -w where there is no terminal", () => {
  it("writes one document a line, with what changed, and the last state when it ends", async () => {
    const run = await watched("-w", ["", vxlan, vxlan, ""]);
    const lines = linesOf(run);
    expect(lines.map(({ round, last, standing }) => [round, last, standing])).toEqual([
      [1, false, "healthy"],
      [2, false, "suspected"],
      [3, false, "unhealthy"],
      [4, false, "healthy"],
      [4, true, "healthy"],
    ]);
    const broke = lines.map(({ changes }) => changes.filter(({ change }) => change === "broke").length);
    expect(broke).toEqual([0, 0, 8, 0, 0]);
    expect(lines[3]?.changes.filter(({ change, kind }) => change === "healed" && kind === "path").length).toBe(8);
    expect(lines.every(({ report }) => report?.kind === "Report")).toBe(true);
  });

  it("each line fits docs/watch.schema.json, and its report docs/report.schema.json", async () => {
    const schema = (name: string): object =>
      JSON.parse(readFileSync(new URL(`../../docs/${name}`, import.meta.url), "utf8"));
    const ajv = new Ajv2020({ allErrors: true });
    const [fits, reports] = [ajv.compile(schema("watch.schema.json")), ajv.compile(schema("report.schema.json"))];
    const run = await watched("-w", ["", vxlan, vxlan, restarting, "agent-not-running=node-3", "no-agent=node-3", ""]);
    for (const line of linesOf(run)) {
      expect(fits(line), JSON.stringify(fits.errors)).toBe(true);
      if (line.report !== null) expect(reports(line.report), JSON.stringify(reports.errors)).toBe(true);
    }
    const kinds = new Set(linesOf(run).flatMap(({ changes }) => changes.map(({ kind }) => kind)));
    expect([...kinds].sort()).toEqual(["agent", "finding", "path"]);
  });

  it("ends with 130 at Ctrl-C, and closes what it opened", async () => {
    expect(await watched("-w", [vxlan])).toMatchObject({ code: 130, closed: true });
  });

  it("follows the agents' probe interval", async () => {
    const { waits } = await watched("-w", ["", "", ""]);
    expect(waits.length).toBe(2);
    for (const wait of waits) expect(wait).toBeGreaterThan(60_000);
    for (const wait of waits) expect(wait).toBeLessThanOrEqual(480_000);
  });

  it("shows a round that failed, waits longer each time, and goes on", async () => {
    const run = await watched("-w", ["", restarting, restarting, restarting, restarting, "", restarting, ""]);
    const lines = linesOf(run);
    expect(lines.map(({ error }) => error !== null)).toEqual([
      false,
      true,
      true,
      true,
      true,
      false,
      true,
      false,
      false,
    ]);
    expect(lines[1]).toMatchObject({ error: restarting.message, report: null, changes: [] });
    expect(run.waits.slice(1, 5)).toEqual([10_000, 20_000, 40_000, 60_000]);
    expect(run.waits[6]).toBe(10_000);
  });

  it("fails as a single look would when the first round fails", async () => {
    await expect(watched("-w", [restarting])).rejects.toBe(restarting);
  });

  it("does not hide an error of the program itself", async () => {
    const bug = new TypeError("not a function");
    await expect(watched("-w", ["", bug])).rejects.toBe(bug);
  });

  it("appends tables where one is asked for", async () => {
    const text = (await watched("-w -o table", ["", vxlan, vxlan])).written.join("");
    expect(text).not.toContain("\u001b");
    expect(text).toMatch(/^round 1: healthy since 2031-05-02T09:20:0\dZ\n/);
    expect(text).toMatch(/\nround 2: suspected since \S+, 8 paths bad in under 2 cycles\n/);
    expect(text).toMatch(/\n\S+Z {2}broke {3}8 paths from and to node-2 \(endpoint\)\n/);
    expect(text).toMatch(/\nwatch ended; round 3: unhealthy since /);
  });
});

describe("on a terminal", () => {
  it.each([
    [80, 24],
    [200, 50],
  ])("%i columns and %i rows: redraws in place and never fills more than the screen", async (columns, rows) => {
    const { written, code } = await watched("-w --color always", ["", vxlan, vxlan], { columns, rows });
    expect(code).toBe(130);
    const frames = written.filter((chunk) => chunk.startsWith("\u001b[H\u001b[J"));
    expect(frames.length).toBe(4);
    for (const frame of frames.slice(0, -1)) expect(heightOf(frame, columns)).toBeLessThanOrEqual(rows);
    expect(frames.at(-1)).toContain("watch ended;");
    expect(written.some((chunk) => chunk.includes("next round in 60s"))).toBe(true);
  });

  it("is not red before the second bad cycle, and says so in words as well", async () => {
    const { written } = await watched("-w --color always", [vxlan, vxlan], { columns: 100, rows: 50 });
    const [first = "", second = ""] = written.filter((chunk) => chunk.startsWith("\u001b[H\u001b[J"));
    expect(first).toContain("suspected");
    expect(first).toContain("UNREACHABLE");
    expect(first).not.toContain("\u001b[31m");
    expect(second).toContain("\u001b[31m");
  });

  it("-o json writes lines there, too", async () => {
    const run = await watched("-w -o json", [""], { columns: 80, rows: 24 });
    expect(linesOf(run).length).toBe(2);
  });
});

/** Rows that a frame takes, wrapped lines included, with the empty line that the cursor is left on. */
function heightOf(frame: string, columns: number): number {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences are what is taken away
  const lines = frame.replace(/\u001b\[[0-9;]*[A-Za-z]/g, "").split("\n");
  return lines.reduce((sum, line) => sum + Math.max(1, Math.ceil(line.length / columns)), 0);
}
