import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Demo, generateMesh, parseFault, startDemo } from "../../src/demo/index.ts";
import { Terminal } from "./pseudo-terminal.ts";

const sizes = [
  [80, 24],
  [200, 50],
] as const;

let demo: Demo | undefined;
let folder = "";
let kubeconfig = "";
/** Of a cluster with an agent that takes ten minutes for every command. */
let slowDemo: Demo | undefined;
let slow = "";

beforeAll(async () => {
  demo = await startDemo({ scenario: generateMesh({ nodes: 8, faults: [parseFault("vxlan-blocked=node-2")] }) });
  folder = mkdtempSync(join(tmpdir(), "terminal-"));
  kubeconfig = join(folder, "kubeconfig");
  writeFileSync(kubeconfig, demo.kubeconfig);
  slowDemo = await startDemo({ scenario: generateMesh({ nodes: 3, faults: [parseFault("slow=node-2")] }) });
  slow = join(folder, "slow");
  writeFileSync(slow, slowDemo.kubeconfig);
});

afterAll(async () => {
  await demo?.close();
  await slowDemo?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** Flags of ours go before a command of the user's. */
function open(columns: number, rows: number, args: readonly string[], config = kubeconfig): Terminal {
  const rest = args.includes("--") ? args.indexOf("--") : args.length;
  const words = [...args.slice(0, rest), "--kubeconfig", config, ...args.slice(rest)];
  return new Terminal({ columns, rows, folder }, words);
}

describe.each(sizes)("on a terminal of %i columns and %i rows", (columns, height) => {
  it("the first screen ends with what to do, in colour, and its exit code", async () => {
    const terminal = open(columns, height, []);
    expect(await terminal.ended).toBe(1);
    expect(terminal.output).toContain("\u001b[");
    expect(terminal.output).toContain("UNREACHABLE");
    expect(terminal.screen.text).toMatch(/fix {7}/);
    expect(terminal.screen.text).not.toContain("reading");
  });

  it("no row of the matrix is wider than the terminal", async () => {
    const terminal = open(columns, height, ["matrix"]);
    expect(await terminal.ended).toBe(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences are what is taken away
    const printed = terminal.output.replace(/\u001b\[[0-9;]*[A-Za-z]|\r/g, "").split("\n");
    const rows = printed.filter((line) => line.includes("│"));
    expect(rows.length).toBeGreaterThanOrEqual(8);
    expect(rows.filter((line) => line.length > columns)).toEqual([]);
  });

  it("exec at Ctrl-C names where its command may still run, and exits with 130", async () => {
    const terminal = open(columns, height, ["exec", "--", "date", "-u"], slow);
    await terminal.shows(/node-1\| \d{4}-/);
    await terminal.shows(/2 of 3 agents have ended/);
    terminal.type("\u0003");
    expect(await terminal.ended).toBe(130);
    expect(terminal.screen.text).not.toContain("agents have ended");
    expect(terminal.screen.text).toMatch(/^node-2: interrupted while it ran$/m);
    expect(terminal.output).toMatch(/may still run on node-2: a closed exec connection stops no command/);
  });

  it("--fresh says how long it still takes, and Ctrl-C shows what is known", async () => {
    const terminal = open(columns, height, ["ping", "--fresh"]);
    await terminal.shows(/^waiting for 8 agents: next cycles end within about \d+m\d*s?$/m);
    terminal.type("\u0003");
    expect(await terminal.ended).toBe(130);
    expect(terminal.screen.text).not.toContain("next cycles end");
    expect(terminal.output).toContain("8 of 8 health APIs up   INTERRUPTED, partial");
  });

  it("--watch counts down in place, and Ctrl-C prints the last state and exits with 130", async () => {
    const terminal = open(columns, height, ["--watch"]);
    await terminal.shows(/^kubectl cilium-health --watch {3}next round in \d+s/);
    const [first = "", second = ""] = terminal.screen.lines;
    expect(second).toMatch(/^round 1: suspected since \S+Z, 14 paths bad in under 2 cycles/);
    expect(terminal.screen.scrolled).toBe(0);
    const next = Number(/in (\d+)s/.exec(first)?.[1]) - 1;
    await terminal.shows(new RegExp(`next round in ${next}s`));
    expect(terminal.screen.scrolled).toBe(0);
    expect(terminal.screen.text).toMatch(/\nnode-2 .*UNREACHABLE/);
    terminal.type("\u0003");
    expect(await terminal.ended).toBe(130);
    expect(terminal.screen.text).not.toContain("next round in");
    expect(terminal.output).toMatch(/watch ended; [\s\S]*fix {7}[\s\S]*\n$/);
  });
});
