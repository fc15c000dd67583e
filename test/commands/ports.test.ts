import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { ExecRefused } from "../../src/commands/exec-refused.ts";
import { run } from "../../src/commands/run.ts";
import { generateMesh, type MeshOptions, startDemo } from "../../src/demo/index.ts";
import { silentIo } from "../recorded-report.ts";

const now = Date.parse("2031-05-02T09:20:00Z");
let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "ports-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Ran {
  readonly stdout: string;
  readonly code: number | null;
  readonly error: unknown;
}

async function ran(argv: readonly string[]): Promise<Ran> {
  const request = parseRequest(["ports", ...argv]);
  if (request.kind !== "ports") throw new Error(JSON.stringify(request));
  const written: string[] = [];
  const [code, error] = await run(request, silentIo(written)).then(
    (value) => [value, null] as const,
    (thrown: unknown) => [null, thrown] as const,
  );
  return { stdout: written.join(""), code, error };
}

async function ranLive(options: MeshOptions, argv: readonly string[], deny: readonly string[] = []): Promise<Ran> {
  const demo = await startDemo({ scenario: generateMesh({ now: () => now, ...options }), deny: [...deny] });
  try {
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, demo.kubeconfig);
    return await ran(["--kubeconfig", kubeconfig, ...argv]);
  } finally {
    await demo.close();
  }
}

describe("ports of a cluster", () => {
  it("are those of its settings, and all that is probed works", async () => {
    const { stdout, code } = await ranLive({ nodes: 4, dualStack: true }, []);
    expect(stdout).toMatch(/^8472\/udp +nodes +nodes +pods, VXLAN +works on 12 of 12 paths$/m);
    expect(stdout).toMatch(/^ICMPv6 echo .* works on 12 of 12 paths$/m);
    expect(code).toBe(0);
  });

  it("are not known in full where cilium-config may not be read: code 3", async () => {
    const { stdout, code } = await ranLive({ nodes: 4 }, [], ["list configmaps"]);
    expect(stdout).toMatch(/^8472\?\/udp /m);
    expect(stdout).toContain("not known: tunnel-port: cilium-config could not be read");
    expect(code).toBe(3);
  });

  it("are blocked in spite of that: a finding outranks a gap", async () => {
    const faults = [{ name: "vxlan-blocked", at: null }] as const;
    expect((await ranLive({ nodes: 4, faults }, [], ["list configmaps"])).code).toBe(1);
  });

  it("have no probes where endpoint checks are off, and that is said", async () => {
    const faults = [{ name: "endpoint-health-off", at: null }] as const;
    const { stdout } = await ranLive({ nodes: 4, faults }, []);
    expect(stdout).toMatch(/^8472\/udp .* no probe tells$/m);
  });

  it("are shown by cilium-config alone where exec is refused", async () => {
    const { stdout, error } = await ranLive({ nodes: 4 }, [], ["get pods/exec"]);
    expect(error).toBeInstanceOf(ExecRefused);
    expect(stdout).toMatch(/^8472\/udp .* not known on 12 of 12 paths$/m);
  });

  it("of 210 nodes are counted path by path", async () => {
    const { stdout, code } = await ranLive({ nodes: 210 }, ["-o", "json"]);
    const document = JSON.parse(stdout);
    expect(document.ports[0].evidence).toMatchObject({ verdict: "works", works: 210 * 209, total: 210 * 209 });
    expect(code).toBe(0);
  });
});

describe("ports of cilium-health outputs alone", () => {
  it("say what no output tells", async () => {
    const state = join(folder, "outputs");
    mkdirSync(state);
    const mesh = generateMesh({ nodes: 2, now: () => now });
    for (const node of ["node-1", "node-2"]) {
      const reply = mesh.reply(node, ["cilium-health", "status", "-o", "json"]);
      if (reply.kind !== "output") throw new Error("no output");
      writeFileSync(join(state, `${node}.json`), Buffer.concat([...reply.stdout].map((part) => Buffer.from(part))));
    }
    const { stdout, code } = await ran(["--from", state]);
    expect(stdout).toMatch(/^4240\?\/tcp .* 2 of 2 paths$/m);
    expect(stdout).toContain("not known: routing mode: neither cilium-config nor an agent says it");
    expect(code).toBe(3);
  });
});
