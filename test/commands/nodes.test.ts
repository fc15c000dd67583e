import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { ExecRefused } from "../../src/commands/exec-refused.ts";
import type { Io } from "../../src/commands/io.ts";
import { run } from "../../src/commands/run.ts";
import { generateMesh, type MeshOptions, startDemo } from "../../src/demo/index.ts";
import { silentIo } from "../recorded-report.ts";

const now = Date.parse("2031-05-02T09:20:00Z");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "nodes-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly stdout: string;
  readonly code: number | null;
  readonly error: unknown;
  /** Command lines by how many agents were asked them. */
  readonly asked: ReadonlyMap<string, number>;
}

/** `nodes` against a generated cluster that is served over the wire. */
async function runNodes(options: MeshOptions, argv: readonly string[], deny: readonly string[] = []): Promise<Ran> {
  const mesh = generateMesh({ now: () => now, ...options });
  const asked = new Map<string, number>();
  const reply: typeof mesh.reply = (node, words) => {
    const line = words.join(" ").replace(/jsonpath=(\w+).*/s, "$1");
    asked.set(line, (asked.get(line) ?? 0) + 1);
    return mesh.reply(node, words);
  };
  const demo = await startDemo({ scenario: { ...mesh, reply }, deny: [...deny] });
  try {
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, demo.kubeconfig);
    const request = parseRequest(["nodes", "--kubeconfig", kubeconfig, ...argv]);
    if (request.kind !== "nodes") throw new Error(JSON.stringify(request));
    const written: string[] = [];
    const io: Io = silentIo(written);
    const [code, error] = await run(request, io).then(
      (value) => [value, null] as const,
      (thrown: unknown) => [null, thrown] as const,
    );
    return { stdout: written.join(""), code, error, asked };
  } finally {
    await demo.close();
  }
}

describe("nodes of a small cluster", () => {
  it("asks what every run asks, and finds that all lists agree", async () => {
    const { stdout, code, asked } = await runNodes({ nodes: 4 }, []);
    expect(stdout).toContain("all lists agree on 4 nodes");
    expect(asked.get("cilium-dbg node list -o json")).toBe(4);
    expect(code).toBe(0);
  });

  it("shows the nodes of --node alone, and judges these", async () => {
    const faults = [{ name: "ghost-node", at: null }] as const;
    const whole = await runNodes({ nodes: 4, faults }, []);
    const part = await runNodes({ nodes: 4, faults }, ["--node", "node-1"]);
    expect([whole.code, part.code]).toEqual([1, 0]);
    expect(part.stdout).not.toContain("ghost-1");
  });

  it.each(["--target", "--protocol"])("has no %s: it judges no path", (flag) => {
    expect(parseRequest(["nodes", flag, "host"])).toMatchObject({ kind: "wrong" });
  });
});

describe("nodes of 210 nodes", () => {
  it("asks every agent for its node list, with names and addresses alone", async () => {
    const { stdout, code, asked } = await runNodes({ nodes: 210 }, ["-o", "json"]);
    expect(asked.get("cilium-dbg node list -o nodes")).toBe(210);
    expect(asked.get("cilium-dbg node list -o json")).toBe(undefined);
    const document = JSON.parse(stdout);
    expect(document.lists).toMatchObject({ agents: 210, nodeLists: { length: 210 }, healthLists: { length: 210 } });
    expect(document.nodes).toHaveLength(210);
    expect(code).toBe(0);
  });

  it("folds the nodes on which all lists agree, and names the one on which they do not", async () => {
    const { stdout, code } = await runNodes({ nodes: 210, faults: [{ name: "ghost-node", at: null }] }, []);
    expect(stdout).toMatch(/^ghost-1 .* 210\/210 +210\/210 +GHOST$/m);
    expect(stdout).toContain("… 210 nodes on which all lists agree (--all shows them)");
    expect(stdout).toContain("listed by 210 of 210 agents");
    expect(code).toBe(1);
  });
});

describe("where exec is refused", () => {
  it("what the API alone says is shown, and that no agent's list was read", async () => {
    const faults = [{ name: "no-agent", at: null }] as const;
    const { stdout, error } = await runNodes({ nodes: 4, faults }, [], ["get pods/exec"]);
    expect(error).toBeInstanceOf(ExecRefused);
    expect(stdout).toContain("NO AGENT");
    expect(stdout).toContain("node lists of 0 and health lists of 0 of 4 agents");
  });
});

describe("what may not be listed", () => {
  it("is said, and the code is 3", async () => {
    const { stdout, code } = await runNodes({ nodes: 4 }, [], ["list ciliumnodes.cilium.io"]);
    expect(stdout).toContain("no CiliumNodes (not readable)");
    expect(code).toBe(3);
  });
});
