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

beforeAll(async () => {
  demo = await startDemo({ scenario: generateMesh({ nodes: 8, faults: [parseFault("vxlan-blocked=node-2")] }) });
  folder = mkdtempSync(join(tmpdir(), "terminal-"));
  kubeconfig = join(folder, "kubeconfig");
  writeFileSync(kubeconfig, demo.kubeconfig);
});

afterAll(async () => {
  await demo?.close();
  rmSync(folder, { recursive: true, force: true });
});

function open(columns: number, rows: number, args: readonly string[]): Terminal {
  return new Terminal({ columns, rows, folder }, [...args, "--kubeconfig", kubeconfig]);
}

describe.each(sizes)("on a terminal of %i columns and %i rows", (columns, height) => {
  it("the first screen ends with what to do, in colour, and its exit code", async () => {
    const terminal = open(columns, height, []);
    expect(await terminal.ended).toBe(1);
    expect(terminal.output).toContain("\u001b[");
    expect(terminal.screen.text).toContain("UNREACHABLE");
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
