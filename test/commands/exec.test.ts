import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { exec } from "../../src/commands/exec.ts";
import type { Io } from "../../src/commands/io.ts";
import { type AgentReply, generateMesh, parseFault, startDemo } from "../../src/demo/index.ts";
import { silentIo } from "../recorded-report.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "exec-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Command lines as they reached the agents. */
  readonly asked: readonly (readonly string[])[];
}

type Output = Omit<Extract<AgentReply, { kind: "output" }>, "kind">;
type Reply = (node: string, argv: readonly string[]) => Partial<Output> | "no program";

interface Options {
  readonly fault?: string;
  readonly deny?: readonly string[];
  readonly terminal?: boolean;
  /** Called when an agent is asked; it may press Ctrl-C. */
  readonly interruptAfter?: number;
  /** stdout closes after so many writes. */
  readonly readerGone?: boolean;
}

/** `exec` on a mesh of five over the real protocols, each agent answering by `reply`. */
async function ran(args: readonly string[], reply: Reply, options: Options = {}): Promise<Ran> {
  const { fault = "", deny = [], terminal = false, interruptAfter = 0, readerGone = false } = options;
  const mesh = generateMesh({ nodes: 5, faults: fault === "" ? [] : [parseFault(fault)] });
  const asked: (readonly string[])[] = [];
  const interrupt = new AbortController();
  const scenario: typeof mesh = {
    ...mesh,
    reply: (node, argv) => {
      asked.push(argv);
      if (asked.length === interruptAfter) setTimeout(() => interrupt.abort(), 50);
      const usual = mesh.reply(node, argv);
      if (usual.kind === "unreachable") return usual;
      const said = reply(node, argv);
      if (said === "no program") return { kind: "no-such-program" };
      return { kind: "output", stdout: [], stderr: "", exitCode: 0, delayMs: 0, ...said };
    },
  };
  const demo = await startDemo({ scenario, deny });
  const [stdout, stderr]: [Buffer[], Buffer[]] = [[], []];
  const io: Io = {
    ...silentIo(),
    write: async (text) => stdout.push(Buffer.from(text)) > 0,
    output: async (stream, bytes) => {
      (stream === "stdout" ? stdout : stderr).push(Buffer.from(bytes));
      return !(readerGone && stream === "stdout");
    },
    stdoutIsTerminal: terminal,
    stderrIsTerminal: terminal,
    signal: interrupt.signal,
  };
  try {
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, demo.kubeconfig);
    const request = parseRequest(["exec", "--kubeconfig", kubeconfig, ...args]);
    if (request.kind !== "exec") throw new Error(`not an exec: ${JSON.stringify(request)}`);
    const code = await exec(request, io);
    return { code, stdout: String(Buffer.concat(stdout)), stderr: String(Buffer.concat(stderr)), asked };
  } finally {
    await demo.close();
  }
}

const same: Reply = () => ({ stdout: ["one\ntwo\n"] });
const sorted = (text: string) => text.split("\n").filter(Boolean).sort();

describe("kubectl cilium-health exec -- CMD", () => {
  it("runs the words as they were typed, in every agent, and shows whole lines", async () => {
    const words = ["sh", "-c", 'echo "a b" | $x', "--node", "", "--", "-o"];
    const { code, stdout, stderr, asked } = await ran(["--", ...words], () => ({ stdout: ["fir", "st\nlast"] }));
    expect(asked).toEqual(Array.from({ length: 5 }, () => words));
    const lines = [1, 2, 3, 4, 5].flatMap((n) => [`node-${n}| first`, `node-${n}| last`]);
    expect(sorted(stdout)).toEqual(lines);
    expect([code, stderr]).toEqual([0, ""]);
  });

  it("keeps stderr on stderr", async () => {
    const { stdout, stderr } = await ran(["--node", "node-1", "--", "x"], () => ({ stdout: ["a\n"], stderr: "b\n" }));
    expect([stdout, stderr]).toEqual(["node-1| a\n", "node-1| b\n"]);
  });

  it.each([
    ["--node=node-4", 1],
    ["--node=node-*", 5],
    ["--zone=zone-a", 2],
  ])("asks with %s the agents meant alone", async (flag, count) => {
    expect((await ran([flag, "--", "x"], same)).asked).toHaveLength(count);
  });

  it("refuses a node that is not there, and runs nothing", async () => {
    await expect(ran(["--node", "wroker", "--", "x"], same)).rejects.toMatchObject({ exitCode: 2 });
  });
});

describe("its exit code", () => {
  const oddly =
    (reply: ReturnType<Reply>): Reply =>
    (node) =>
      node === "node-3" ? reply : { stdout: ["fine\n"] };

  it.each([
    ["ended with 2", oddly({ exitCode: 2 }), {}, 1, "node-3: exit code 2"],
    ["has no such program", oddly("no program"), {}, 1, "node-3: not started: "],
    ["is not running", same, { fault: "agent-not-running=node-3" }, 3, "node-3: not asked: its agent is not running"],
    ["is missing", same, { fault: "no-agent=node-3" }, 3, "node-3: not asked: no agent pod"],
    ["is out of reach", same, { fault: "node-down=node-3" }, 3, "node-3: could not be asked: "],
  ] as const)("where one agent %s", async (_what, reply, options, expected, said) => {
    const { code, stderr } = await ran(["--", "x"], reply, options);
    expect(code).toBe(expected);
    expect(stderr).toContain(said);
    expect(stderr).not.toContain("may still run");
  });

  it("is 1 rather than 3 where both happened", async () => {
    const { code } = await ran(["--", "x"], oddly({ exitCode: 2 }), { fault: "node-down=node-1" });
    expect(code).toBe(1);
  });

  it("is 3 where a command did not end in time, and names where it may still run", async () => {
    const { code, stderr } = await ran(["--timeout", "300ms", "--", "x"], oddly({ delayMs: 60_000 }));
    expect(code).toBe(3);
    expect(stderr).toContain("node-3: the command did not end within 0.3s (--timeout)\n");
    expect(stderr).toContain("may still run on node-3: a closed exec connection stops no command in its container\n");
  });

  it("is 130 at Ctrl-C, with every node named that had begun and not ended", async () => {
    const run = await ran(["--parallel", "2", "--", "x"], () => ({ delayMs: 60_000 }), { interruptAfter: 2 });
    expect(run.code).toBe(130);
    expect(run.asked).toHaveLength(2);
    expect(run.stderr).toMatch(/may still run on node-\d, node-\d:/);
    expect(run.stderr).toContain("not asked: the run ended before it was asked");
  });

  it("is 3 where the deadline ended it", async () => {
    const { code, stderr } = await ran(["--deadline", "500ms", "--", "x"], oddly({ delayMs: 60_000 }));
    expect(code).toBe(3);
    expect(stderr).toContain("may still run on node-3:");
  });

  it("stops asking once nobody reads", async () => {
    const { asked, stderr } = await ran(["--parallel", "1", "--", "x"], same, { readerGone: true });
    expect(asked.length).toBeLessThan(5);
    expect(stderr).toContain("not asked");
  });
});

describe("output that is too long", () => {
  it("is cut, which is said, and the end is still heard", async () => {
    const { code, stdout, stderr } = await ran(["--node=node-1", "--max-bytes=6", "--", "x"], () => ({
      stdout: ["1\n2\n3\n4\n"],
      exitCode: 7,
    }));
    expect(stdout).toBe("node-1| 1\nnode-1| 2\nnode-1| 3\n");
    expect(sorted(stderr)).toEqual(["node-1: exit code 7", "node-1: output cut after 6 bytes (--max-bytes)"]);
    expect(code).toBe(1);
  });

  it("without an end is left", async () => {
    const flood = {
      *[Symbol.iterator]() {
        for (let at = 0; at < 1000; at++) yield Buffer.alloc(32 * 1024, "y\n");
      },
    };
    const { code, stderr } = await ran(["--node=node-1", "--max-bytes=6", "--", "x"], () => ({ stdout: flood }));
    expect(code).toBe(3);
    expect(stderr).toContain("may still run on node-1");
  });
});

describe("what agents say to a terminal", () => {
  const hostile: Reply = () => ({
    stdout: [Buffer.from("\u001b[2Jred\ttab\r\n\u202eevil\n\xff\n", "latin1"), "\u202e\n"],
    stderr: "\u009b31m\n",
  });

  it("is shown, not obeyed; tabs stay", async () => {
    const { stdout, stderr } = await ran(["--node=node-1", "--color=never", "--", "x"], hostile, { terminal: true });
    expect(stdout.split("\n").slice(0, 1)).toEqual(["node-1| \\x1b[2Jred\ttab"]);
    expect(stdout).toContain("\\xff");
    expect(stdout).toContain("\\u202e");
    expect(stderr).toBe("node-1| \\x9b31m\n");
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the purpose
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
  });

  it("goes through a pipe as it is", async () => {
    const { stdout } = await ran(["--node=node-1", "--", "x"], () => ({ stdout: ["\u001b[31mred\r\n"] }));
    expect(stdout).toBe("node-1| \u001b[31mred\r\n");
  });

  it("is neutral in groups too, node names included", async () => {
    const { stdout } = await ran(["--show=group", "--color=never", "--", "x"], hostile, {
      terminal: true,
      fault: "hostile-names",
    });
    // biome-ignore lint/suspicious/noControlCharactersInRegex: looking for them is the purpose
    expect(stdout).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u202e]/);
  });
});

describe("--show group", () => {
  it("folds equal outputs and shows the odd ones as a diff against them", async () => {
    const text = (odd: string) => `${[1, 2, 3, 4, 5, 6, 7, 8].join("\n")}\n${odd}9\n`;
    const reply: Reply = (node) => ({
      stdout: [text(node === "node-4" ? "odd\n" : "")],
      exitCode: node === "node-5" ? 3 : 0,
    });
    const { code, stdout, stderr } = await ran(["--show=group", "--", "x"], reply);
    expect(stdout).toBe(
      [
        "=== 3 agents: node-1..node-3  (exit code 0)",
        ...["1", "2", "3", "4", "5", "6", "7", "8", "9"],
        "",
        "=== 1 agent: node-4  (exit code 0)",
        "--- node-1..node-3",
        "+++ node-4",
        "@@ -6,4 +6,5 @@",
        " 6",
        " 7",
        " 8",
        "+odd",
        " 9",
        "",
        "=== 1 agent: node-5  (exit code 3)",
        "(the same output)",
        "",
      ].join("\n"),
    );
    expect([code, stderr]).toEqual([1, ""]);
  });

  it("shows whole what has little in common, and what is no text", async () => {
    const reply: Reply = (node) => ({ stdout: [node === "node-4" ? Buffer.from([0, 255, 10]) : `${node}\n`] });
    const { stdout } = await ran(["--show=group", "--", "x"], reply);
    expect(stdout).not.toContain("@@");
    expect(stdout).toContain("=== 1 agent: node-2  (exit code 0)\nnode-2\n");
  });
});

describe("--show json", () => {
  const schema: object = JSON.parse(readFileSync(new URL("../../docs/exec.schema.json", import.meta.url), "utf8"));
  const fits = new Ajv2020({ allErrors: true }).compile(schema);

  it("is one document that fits docs/exec.schema.json, binary output included", async () => {
    const reply: Reply = (node) => ({ stdout: [node === "node-2" ? Buffer.from([0, 255]) : "text\n"], exitCode: 1 });
    const { stdout, code } = await ran(["--show=json", "--", "a", "b"], reply, { fault: "no-agent=node-3" });
    const document = JSON.parse(stdout);
    expect(fits(document), JSON.stringify(fits.errors)).toBe(true);
    expect(document).toMatchObject({ kind: "Exec", command: ["a", "b"], partial: false });
    expect(document.agents.map((agent: { state: string }) => agent.state)).toEqual([
      "ended",
      "ended",
      "unasked",
      "ended",
      "ended",
    ]);
    expect(document.agents[1].stdout).toEqual({ bytes: 2, cut: false, encoding: "base64", content: "AP8=" });
    expect(code).toBe(1);
  });

  it("fits with files, and refuses an unknown state", async () => {
    const to = join(folder, "indexed");
    await ran(["--to", to, "--", "x"], same);
    const index = readFileSync(join(to, "index.json"), "utf8");
    expect(fits(JSON.parse(index)), JSON.stringify(fits.errors)).toBe(true);
    expect(fits(JSON.parse(index.replace('"ended"', '"done"')))).toBe(false);
  });
});

describe("--to DIR", () => {
  it("holds the raw output of each agent and an index, readable by nobody else", async () => {
    const to = join(folder, "out");
    const raw = Buffer.from("\u001b[31m\xff\r\n", "latin1");
    const { code, stdout } = await ran(["--to", to, "--", "x"], () => ({ stdout: [raw], stderr: "oops" }));
    const files = [1, 2, 3, 4, 5].flatMap((n) => [`node-${n}.stderr`, `node-${n}.stdout`]);
    expect(readdirSync(to).sort()).toEqual(["index.json", ...files]);
    expect(readFileSync(join(to, "node-2.stdout"))).toEqual(raw);
    expect(readFileSync(join(to, "node-2.stderr"), "utf8")).toBe("oops");
    expect(statSync(join(to, "node-2.stdout")).mode & 0o777).toBe(0o600);
    expect(stdout).toBe(`${to}\n`);
    expect(code).toBe(0);
  });

  it("shows it as well where --show says so", async () => {
    const { stdout } = await ran(["--to", join(folder, "both"), "--show", "group", "--", "x"], same);
    expect(stdout).toContain("=== 5 agents: node-1..node-5  (exit code 0)\none\ntwo\n");
  });

  it("that goes away meanwhile ends the run, says so, and where the command may still run", async () => {
    const to = join(folder, "gone");
    const reply: Reply = (node) => {
      rmSync(to, { recursive: true, force: true });
      return { delayMs: node === "node-1" ? 0 : 60_000 };
    };
    const ends = ran(["--to", to, "--", "x"], reply);
    await expect(ends).rejects.toMatchObject({
      exitCode: 3,
      message: expect.stringContaining("cannot be written into"),
    });
  });

  it("refuses a folder that holds anything, before anything is run", async () => {
    const to = join(folder, "full");
    mkdirSync(to);
    writeFileSync(join(to, "mine"), "");
    await expect(ran(["--to", to, "--", "x"], same)).rejects.toMatchObject({
      exitCode: 2,
      message: expect.stringContaining("is not empty"),
    });
    expect(readdirSync(to)).toEqual(["mine"]);
  });

  it("writes nothing beside it, whatever a node is called", async () => {
    const to = join(folder, "hostile");
    await ran(["--to", to, "--", "x"], same, { fault: "hostile-names" });
    for (const name of readdirSync(to))
      expect(name).toMatch(/^[A-Za-z0-9%][A-Za-z0-9%._~!'()-]*\.(?:stdout|stderr|json)$/);
    expect(readdirSync(to)).toHaveLength(6);
  });
});

describe("where exec is refused", () => {
  it("one agent is asked, and what is missing is said", async () => {
    await expect(ran(["--", "x"], same, { deny: ["get pods/exec"] })).rejects.toMatchObject({
      exitCode: 3,
      hint: expect.stringContaining("kind: Role"),
    });
  });
});
