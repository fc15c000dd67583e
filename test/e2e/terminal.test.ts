import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Demo, generateMesh, parseFault, startDemo } from "../../src/demo/index.ts";
import { projectRoot } from "./build.ts";
import { Screen } from "./screen.ts";

const program = join(projectRoot, "dist", "kubectl-cilium_health.js");
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

/** The built program on a pseudo-terminal of this size, made by `script` of util-linux; what it prints is on `screen`. */
class Terminal {
  readonly screen: Screen;
  readonly ended: Promise<number | null>;
  output = "";
  readonly #child: ChildProcess;
  #heard: () => void = () => undefined;

  constructor(columns: number, rows: number, args: readonly string[]) {
    this.screen = new Screen(columns, rows);
    const command = [process.execPath, program, ...args, "--kubeconfig", kubeconfig].join(" ");
    const line = `stty cols ${columns} rows ${rows} -echo; exec ${command}`;
    const env = { PATH: process.env["PATH"], HOME: folder, TERM: "xterm-256color", LANG: "C.UTF-8" };
    this.#child = spawn("script", ["--quiet", "--return", "--command", line, "/dev/null"], { env });
    this.#child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      this.output += text;
      this.screen.write(text);
      this.#heard();
    });
    this.ended = new Promise((resolve, reject) => {
      this.#child.on("error", reject).on("close", resolve);
    });
  }

  type(keys: string): void {
    this.#child.stdin?.write(keys);
  }

  /** Resolves once the screen shows this. */
  shows(wanted: RegExp): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#heard = () => {
        if (wanted.test(this.screen.text)) resolve();
      };
      void this.ended.then((code) => reject(new Error(`it ended with ${code} before ${wanted}:\n${this.output}`)));
      this.#heard();
    });
  }
}

describe.each(sizes)("on a terminal of %i columns and %i rows", (columns, height) => {
  it("the first screen ends with what to do, in colour, and its exit code", async () => {
    const terminal = new Terminal(columns, height, []);
    expect(await terminal.ended).toBe(1);
    expect(terminal.output).toContain("\u001b[");
    expect(terminal.screen.text).toContain("UNREACHABLE");
    expect(terminal.screen.text).toMatch(/fix {7}/);
    expect(terminal.screen.text).not.toContain("reading");
  });

  it("no row of the matrix is wider than the terminal", async () => {
    const terminal = new Terminal(columns, height, ["matrix"]);
    expect(await terminal.ended).toBe(1);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences are what is taken away
    const printed = terminal.output.replace(/\u001b\[[0-9;]*[A-Za-z]|\r/g, "").split("\n");
    const rows = printed.filter((line) => line.includes("│"));
    expect(rows.length).toBeGreaterThanOrEqual(8);
    expect(rows.filter((line) => line.length > columns)).toEqual([]);
  });

  it("--watch counts down in place, and Ctrl-C prints the last state and exits with 130", async () => {
    const terminal = new Terminal(columns, height, ["--watch"]);
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
