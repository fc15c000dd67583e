import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { run } from "../../src/commands/run.ts";
import { silentIo } from "../recorded-report.ts";
import { type MeshOfTwo, startTwoClusters } from "../two-clusters.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "remote-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const schema: object = JSON.parse(readFileSync(new URL("../../docs/report.schema.json", import.meta.url), "utf8"));
const validate = new Ajv2020({ allErrors: true }).compile(schema);

interface Ran {
  readonly stdout: string;
  readonly code: number | null;
  readonly error: unknown;
}

/** Runs a command against east, with west's context named unless `argv` names others. */
async function runOver(mesh: MeshOfTwo, argv: readonly string[]): Promise<Ran> {
  const kubeconfig = join(folder, "kubeconfig");
  const clusters = await startTwoClusters(mesh, kubeconfig);
  try {
    const remote = argv.includes("--remote-context") ? [] : ["--remote-context", "west"];
    const request = parseRequest([...argv, "--kubeconfig", kubeconfig, ...remote]);
    if (request.kind === "wrong" || request.kind === "help") throw new Error(JSON.stringify(request));
    const written: string[] = [];
    const [code, error] = await run(request, silentIo(written)).then(
      (value) => [value, null] as const,
      (thrown: unknown) => [null, thrown] as const,
    );
    return { stdout: written.join(""), code, error };
  } finally {
    await clusters.close();
  }
}

interface Document {
  readonly coverage: { readonly clusters?: readonly object[]; readonly notes: readonly string[] };
  readonly summary: {
    readonly verdict: string;
    readonly pairs: Readonly<Record<"host" | "endpoint", { total: number; reachable: number; unreachable: number }>>;
  };
  readonly nodes: readonly { readonly name: string; readonly agent: { readonly state: string } | null }[];
  readonly paths: readonly {
    readonly from: string;
    readonly to: string;
    readonly target: string;
    readonly status: string;
    readonly finding: number | null;
  }[];
  readonly findings: readonly {
    readonly id: string;
    readonly title: string;
    readonly nodes: readonly string[];
    readonly severity: string;
    readonly evidence: readonly { readonly text: string }[];
    readonly confirm: readonly { readonly command: string }[];
  }[];
}

async function report(
  mesh: MeshOfTwo,
  argv: readonly string[] = [],
): Promise<Document & { readonly code: number | null }> {
  const { stdout, code, error } = await runOver(mesh, ["status", "-o", "json", ...argv]);
  if (error !== null) throw error;
  const document: unknown = JSON.parse(stdout);
  expect(validate(document), JSON.stringify(validate.errors, null, 1)).toBe(true);
  return { ...(document as Document), code };
}

describe("two clusters that reach each other", () => {
  it("are one matrix, both directions from both sides", async () => {
    const { coverage, summary, nodes, code } = await report({});
    expect(nodes.map(({ name }) => name)).toEqual([
      "node-1",
      "node-2",
      "node-3",
      "west/node-1",
      "west/node-2",
      "west/node-3",
    ]);
    expect(nodes.map(({ agent }) => agent?.state)).toEqual(Array(6).fill("ok"));
    for (const counts of Object.values(summary.pairs)) expect(counts).toMatchObject({ total: 30, reachable: 30 });
    expect(coverage.clusters).toEqual([{ context: "west", cluster: "west", agents: 3, answered: 3, problem: "" }]);
    expect(summary.verdict).toBe("healthy");
    expect(code).toBe(0);
  });

  it("are as one cluster sees them without the flag: its own directions alone", async () => {
    const kubeconfig = join(folder, "alone");
    const clusters = await startTwoClusters({}, kubeconfig);
    try {
      const request = parseRequest(["-o", "json", "--kubeconfig", kubeconfig]);
      if (request.kind !== "status") throw new Error("no status");
      const written: string[] = [];
      expect(await run(request, silentIo(written))).toBe(0);
      const document: Document = JSON.parse(written.join(""));
      expect(document.summary.pairs.host.total).toBe(15);
      expect(document.coverage).not.toHaveProperty("clusters");
    } finally {
      await clusters.close();
    }
  });

  it("say in the table whose agents answered", async () => {
    const { stdout } = await runOver({}, ["status"]);
    expect(stdout).toMatch(/^west\/node-2 .* ok +5\/5 +5\/5 /m);
    expect(stdout).toContain("note: cluster west (context west): 3 of 3 agents answered");
    expect(stdout).toContain("all 30 node pairs reachable");
  });
});

describe("what fails in the other cluster", () => {
  const inside: MeshOfTwo = { west: { faults: [{ name: "agent-not-running", at: "node-2" }] } };

  it("is found there, named for the whole, with a command for that cluster's context", async () => {
    const { coverage, findings, paths, code } = await report(inside);
    const blocked = findings.findIndex(({ id }) => id === "agent-down");
    expect(findings[blocked]?.title).toMatch(/^in cluster west: /);
    expect(findings[blocked]?.nodes).toEqual(["west/node-2"]);
    expect(findings[blocked]?.confirm[0]?.command).toContain("--context west");
    const claimed = paths.filter(({ finding }) => finding === blocked);
    expect(claimed).toHaveLength(4);
    expect(claimed.every(({ from, to }) => from.startsWith("west/") && to.startsWith("west/"))).toBe(true);
    expect(coverage.clusters).toMatchObject([{ agents: 3, answered: 2 }]);
    expect(code).toBe(1);
  });

  it("is what a run in that cluster's own context finds, path by path", async () => {
    const kubeconfig = join(folder, "west-alone");
    const clusters = await startTwoClusters(inside, kubeconfig);
    try {
      const request = parseRequest(["-o", "json", "--kubeconfig", kubeconfig, "--context", "west"]);
      if (request.kind !== "status") throw new Error("no status");
      const written: string[] = [];
      await run(request, silentIo(written));
      const alone: Document = JSON.parse(written.join(""));
      const joined = await report(inside);
      const named = ({ paths, findings }: Document, prefix: string) =>
        paths
          .filter(({ from }) => from.startsWith(prefix))
          .map(({ from, to, target, status, finding }) => [
            from.slice(prefix.length),
            to.slice(prefix.length),
            target,
            status,
            finding === null ? null : findings[finding]?.id,
          ]);
      expect(named(joined, "west/")).toEqual(named(alone, ""));
      expect(named(joined, "west/")).toHaveLength(4);
    } finally {
      await clusters.close();
    }
  });

  it.each([
    ["agent-down=west/node-2", true],
    ["agent-down=node-2", false],
  ])("is ignored by its name in the whole: %s", async (ignore, isIgnored) => {
    const { findings } = await report(inside, ["--ignore", ignore]);
    expect(findings.find(({ id }) => id === "agent-down")).toMatchObject({ ignored: isIgnored });
  });

  it("is left out where --node names other nodes", async () => {
    const oneWay: MeshOfTwo = { west: { faults: [{ name: "one-way", at: "node-2:node-3" }] } };
    expect((await report(oneWay)).code).toBe(1);
    const { code, findings, summary } = await report(oneWay, ["--node", "node-1"]);
    expect(summary.pairs.host).toMatchObject({ total: 10, unreachable: 0 });
    expect(findings).toEqual([]);
    expect(code).toBe(0);
  });

  it("is to be compared by a command for that cluster alone, in its own names", async () => {
    const oneWay: MeshOfTwo = { west: { faults: [{ name: "one-way", at: "node-2:node-3" }] } };
    const { findings } = await report(oneWay);
    const command = findings
      .flatMap(({ confirm }) => confirm)
      .find(({ command: line }) => line.includes(" pair "))?.command;
    const [, words = ""] = command?.split("kubectl cilium-health ") ?? [];
    expect(parseRequest(words.split(" "))).toMatchObject({
      kind: "pair",
      a: "node-2",
      b: "node-3",
      connection: { context: "west" },
      remoteContexts: [],
    });
  });

  it("is one direction of a pair", async () => {
    const oneWay: MeshOfTwo = { west: { faults: [{ name: "one-way", at: "node-1:east/node-1" }] } };
    const { stdout, code } = await runOver(oneWay, ["pair", "node-1", "west/node-1"]);
    const [there = "", back = ""] = stdout.split("west/node-1 → node-1");
    expect(there).not.toContain("unreachable");
    expect(back).toContain("unreachable");
    expect(code).toBe(1);
  });
});

describe("a node that is down", () => {
  it.each<[string, MeshOfTwo, string, string]>([
    ["there", { west: { faults: [{ name: "node-down", at: "node-2" }] } }, "west/node-2", "east"],
    ["here", { east: { faults: [{ name: "node-down", at: "node-2" }] } }, "node-2", "west"],
  ])(
    "%s is one finding, of its own cluster, with what the other saw and all its paths",
    async (_w, mesh, node, far) => {
      const { findings, paths } = await report(mesh);
      expect(findings.map(({ id, nodes }) => [id, nodes])).toEqual([["node-down", [node]]]);
      expect(findings[0]).toMatchObject({ confidence: "confirmed", pathCount: 10 });
      const texts = findings[0]?.evidence.map(({ text }) => text);
      expect(texts).toContain(`from cluster ${far}: 3 of 3 agents that probe it do not reach its node address`);
      const failing = paths.filter(({ to, status }) => to === node && status === "unreachable");
      expect(failing).toHaveLength(10);
      expect(failing.every(({ finding }) => finding === 0)).toBe(true);
    },
  );
});

describe("a cut between the clusters", () => {
  it("is told from both sides", async () => {
    const { findings, summary } = await report({ west: { faults: [{ name: "clusters-cut", at: null }] } });
    expect(summary.pairs.host).toMatchObject({ total: 30, unreachable: 18, reachable: 12 });
    const cut = findings.filter(({ id }) => id === "clustermesh-underlay");
    expect(cut).toHaveLength(2);
    expect(cut.map(({ title }) => title.startsWith("in cluster west: ")).sort()).toEqual([false, true]);
  });
});

describe("settings that do not fit", () => {
  const texts = ({ findings }: Document) =>
    findings
      .filter(({ id }) => id === "clustermesh-config-mismatch")
      .flatMap(({ evidence }) => evidence.map(({ text }) => text));

  it("are the same id, another tunnel, health port and number of clusters", async () => {
    const document = await report({
      config: {
        west: {
          "cluster-id": "1",
          "tunnel-protocol": "geneve",
          "cluster-health-port": "4340",
          "max-connected-clusters": "511",
        },
      },
    });
    expect(texts(document)).toEqual([
      "cluster-id is 1 in east and in west: each cluster needs its own",
      "tunnel protocol is vxlan in east and geneve in west",
      "tunnel-port is 8472 in east and 6081 in west",
      "cluster-health-port is 4240 in east and 4340 in west",
      "max-connected-clusters is 255 in east and 511 in west",
    ]);
    expect(document.code).toBe(1);
  });

  it("are encryption on one side", async () => {
    const document = await report({ config: { west: { "enable-wireguard": "true" } } });
    expect(texts(document)).toContain("encryption is disabled in east and wireguard in west");
  });

  it("are pod ranges and node addresses that both use", async () => {
    const document = await report({ overlapping: true });
    expect(texts(document).join("\n")).toMatch(/the pod range 10\.64\.\d+\.0\/24 of west\/node-\d overlaps/);
    expect(texts(document).join("\n")).toMatch(
      /west\/node-1 has the address 172\.16\.0\.1, as node-1 has, and 2 more nodes/,
    );
  });

  it("can be ignored", async () => {
    const mesh: MeshOfTwo = { config: { west: { "max-connected-clusters": "511" } } };
    expect((await report(mesh)).code).toBe(1);
    expect((await report(mesh, ["--ignore", "clustermesh-config-mismatch"])).code).toBe(0);
  });
});

describe("a cluster that cannot be looked at", () => {
  it.each([
    ["exec is refused there", { deny: { west: ["get pods/exec"] } }, /may not run commands/],
    ["its pods may not be listed", { deny: { west: ["list pods"] } }, /pods/],
    ["it has the name of this one", { west: { cluster: "east" } }, /cluster name is east, as is this cluster's/],
    ["it is in no mesh", { west: { cluster: "default" } }, /a cluster of that name is no member of a mesh/],
  ] satisfies readonly (readonly [string, MeshOfTwo, RegExp])[])(
    "is said where %s, with code 3",
    async (_why, mesh, problem) => {
      const { coverage, code, nodes } = await report(mesh, ["--ignore", "clustermesh-config-mismatch"]);
      expect(coverage.clusters).toMatchObject([{ context: "west", problem: expect.stringMatching(problem) }]);
      expect(coverage.notes.join()).toContain("context west could not be looked at");
      expect(nodes.filter(({ agent }) => agent !== null)).toHaveLength(3);
      expect(code).toBe(3);
    },
  );

  it("is said where there is no such context", async () => {
    const { coverage, code } = await report({}, ["--remote-context", "north"]);
    expect(coverage.clusters).toMatchObject([
      { context: "north", cluster: "", problem: expect.stringContaining("north") },
    ]);
    expect(code).toBe(3);
  });
});

describe("matrix and nodes over two clusters", () => {
  it("draws one map, with rows of the other cluster", async () => {
    const { stdout, code } = await runOver({}, ["matrix", "--by", "icmp"]);
    expect(stdout).toContain("west/node-3");
    expect(code).toBe(0);
  });

  it("gives the same page and document", async () => {
    const { stdout } = await runOver({}, ["matrix", "-o", "json"]);
    expect(JSON.parse(stdout).paths).toHaveLength(60);
    const page = await runOver({}, ["matrix", "-o", "html"]);
    expect(page.stdout).toContain("west/node-1");
  });

  it("compares the lists of all agents", async () => {
    const { stdout, code } = await runOver({}, ["nodes"]);
    expect(stdout).toMatch(/^west\/node-1 .* 6\/6 +6\/6 +ok$/m);
    expect(stdout).toContain("node lists of 6 and health lists of 6 of 6 agents");
    expect(code).toBe(0);
  });
});

describe("the flag", () => {
  it.each([
    [["--from", "x", "--remote-context", "west"], "--from"],
    [["--watch", "--remote-context", "west"], "--watch"],
    [["--context", "west", "--remote-context", "west"], "is the context of this cluster"],
  ])("contradicts %j", (argv, says) => {
    expect(parseRequest(argv)).toMatchObject({ kind: "wrong", message: expect.stringContaining(says) });
  });

  it.each(["bundle", "access", "ping"])("is unknown to %s", (verb) => {
    expect(parseRequest([verb, "--remote-context", "west"])).toMatchObject({ kind: "wrong" });
  });
});
