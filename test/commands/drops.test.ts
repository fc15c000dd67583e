import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { drops } from "../../src/commands/drops.ts";
import type { Io } from "../../src/commands/io.ts";
import { type Demo, generateMesh, readScenario, type Scenario, startDemo } from "../../src/demo/index.ts";
import { goldenFile } from "../golden-file.ts";
import { silentIo } from "../recorded-report.ts";

const scenarios = new URL("../../src/demo/scenarios/", import.meta.url);
const folders: string[] = [];
const demos: Demo[] = [];
let denied = "";

beforeAll(async () => {
  denied = await serve(await readScenario(scenarios, "policy-blocks-health"));
});

afterAll(async () => {
  for (const demo of demos) await demo.close();
  for (const folder of folders) await rm(folder, { recursive: true, force: true });
});

/** A kubeconfig for a demo cluster. */
async function serve(scenario: Scenario): Promise<string> {
  const demo = await startDemo({ scenario });
  demos.push(demo);
  const folder = await mkdtemp(join(tmpdir(), "drops-"));
  folders.push(folder);
  const file = join(folder, "kubeconfig");
  await writeFile(file, demo.kubeconfig);
  return file;
}

interface Run {
  readonly text: string;
  readonly code: number;
  readonly notices: readonly string[];
}

async function run(kubeconfig: string, words: string, more: Partial<Io> = {}): Promise<Run> {
  const request = parseRequest([...words.split(" "), "--kubeconfig", kubeconfig]);
  if (request.kind !== "drops") throw new Error(`not a drops request: ${JSON.stringify(request)}`);
  const [written, notices]: [string[], string[]] = [[], []];
  const io: Io = { ...silentIo(written), now: () => new Date(), notice: (line) => void notices.push(line), ...more };
  const code = await drops(request, io);
  return { text: written.join(""), code, notices };
}

interface Line {
  readonly kind: string;
  readonly node: string;
  readonly packets: number;
  readonly probePackets: number;
  readonly partial: boolean;
  readonly agents: readonly { readonly events: number; readonly state: string; readonly growth: readonly object[] }[];
}

function linesOf({ text }: Run): Line[] {
  return text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));
}

describe("drops in a cluster whose policy denies probes", () => {
  it("writes a line for each packet as it comes, then the summary; each fits docs/drops.schema.json", async () => {
    const schema = JSON.parse(readFileSync(new URL("../../docs/drops.schema.json", import.meta.url), "utf8"));
    const fits = new Ajv2020({ allErrors: true }).compile(schema);
    const one = await run(denied, "drops --for 2s -o json");
    const lines = linesOf(one);
    for (const line of lines) expect(fits(line), JSON.stringify(fits.errors)).toBe(true);
    const summary = lines.at(-1);
    expect(lines.slice(0, -1).every(({ kind }) => kind === "Drop")).toBe(true);
    expect(summary).toMatchObject({ kind: "Drops", packets: lines.length - 1, probePackets: lines.length - 1 });
    expect(summary?.agents.map(({ events, state, growth }) => [events, state, growth])).toEqual(
      Array.from({ length: 5 }, () => [2, "watched", [{ reason: "Policy denied", direction: "ingress", packets: 2 }]]),
    );
    expect(one.code).toBe(1);
    expect(one.notices).toEqual([
      "Watching 5 agents for 2s with cilium-dbg monitor --type drop, bounded by timeout in the agent itself.",
    ]);
  });

  it.each([
    ["drops-policy.table", "drops worker-1 worker-4 --for 3s -o table", 80],
    ["drops-policy.wide", "drops worker-1 worker-4 --for 3s -o table --ascii --all", 200],
  ])("shows %s", async (name, words, columns) => {
    const { text } = await run(denied, words, { columns });
    expect(text).toBe(await goldenFile(name, text));
  });

  it("is redrawn on a terminal while it watches, and shows all at the end", async () => {
    const { text } = await run(denied, "drops worker-2 --for 2s", {
      stdoutIsTerminal: true,
      environment: plainTerminal,
    });
    const screens = text.split("\u001b[H\u001b[J");
    expect(screens.length).toBeGreaterThan(2);
    expect(screens[1]).toMatch(/^kubectl cilium-health drops {3}2s left/);
    expect(screens.at(-1)).toMatch(/^1 agent watched for 2s: 2 packets dropped, 2 of them health probes\n/);
  });

  it("ends at Ctrl-C with what is known, and says what may still run", async () => {
    const stop = new AbortController();
    const write = async () => {
      stop.abort();
      return true;
    };
    const { code, notices } = await run(denied, "drops worker-2 --for 60s -o json", { write, signal: stop.signal });
    expect(code).toBe(130);
    expect(notices.at(-1)).toMatch(
      /^Interrupted\. A monitor may still run in cilium-2 for at most \d\ds; timeout ends/,
    );
  });
});

const plainTerminal: Io["environment"] = { ...silentIo().environment, env: { NO_COLOR: "1" } };

describe("drops elsewhere", () => {
  it("says of a healthy cluster that nothing was dropped, and what this does not see", async () => {
    const healthy = await serve(await readScenario(scenarios, "healthy"));
    const { text, code } = await run(healthy, "drops --for 1s -o table");
    expect(code).toBe(0);
    expect(text).toContain("no path is unreachable: every agent is watched");
    expect(text).toContain("Nothing was dropped by these agents' own programs.");
  });

  it("rejects a node that nobody knows, and a cluster whose agents cannot be asked", async () => {
    await expect(run(denied, "drops worker-9 --for 1s")).rejects.toMatchObject({ exitCode: 2 });
    const down = await serve(generateMesh({ nodes: 2, now: () => Date.now() }));
    await expect(run(down, "drops nowhere --for 1s")).rejects.toMatchObject({ exitCode: 2 });
  });

  it("reads the counters alone where an image has no `timeout`, and says so", async () => {
    const scenario = await readScenario(scenarios, "healthy");
    const bare: Scenario = {
      ...scenario,
      reply: (node, argv) => (argv[0] === "timeout" ? { kind: "no-such-program" } : scenario.reply(node, argv)),
    };
    const { text, code } = await run(await serve(bare), "drops worker-1 --for 1s -o table");
    expect(code).toBe(3);
    expect(text).toContain("counters only worker-1: its image has no usable `timeout`");
  });
});
