import { cpSync, readdirSync, readFileSync, statSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { usualLimits } from "../../src/bundle/members.ts";
import { pseudonymiser } from "../../src/bundle/pseudonymise.ts";
import { standInAddresses } from "../../src/bundle/stand-in-addresses.ts";
import { generateMesh, listScenarios, startDemo } from "../../src/demo/index.ts";
import { runCommand } from "./run-command.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { seeded } from "./seeded.ts";
import { listed, unpacked } from "./unpacked.ts";

const scratch = scratchFolder();
const base = new URL("../../src/demo/scenarios/", import.meta.url);
const scenarios = (await listScenarios(base)).map(({ name }) => name);
const key = Buffer.alloc(32, 7);

interface Finding {
  readonly id: string;
  readonly severity: string;
  readonly confidence: string;
  readonly nodes: readonly string[];
  readonly pathCount: number;
  readonly evidence: readonly unknown[];
}

interface Judged {
  readonly findings: readonly Finding[];
  readonly summary: unknown;
  readonly unexplained: unknown;
}

/** All that names nothing: what was found, how sure, at how many nodes and paths. */
function judgement(json: string): unknown {
  const { findings, summary, unexplained } = JSON.parse(json) as Judged;
  const told = findings.map(({ id, severity, confidence, nodes, pathCount, evidence }) =>
    [id, severity, confidence, nodes.length, pathCount, evidence.length].join(" "),
  );
  return { told: told.sort(), summary, unexplained };
}

/** Addresses of the two ranges the scenarios live in. A stand-in may lie there as well: the key is another every time. */
function addressesIn(text: string): string[] {
  return text.match(/\b(?:172\.31|10\.244)\.\d+\.\d+\b/g) ?? [];
}

/** What the addresses of the original became, by the key beside the bundle. */
function standInsOf(folder: string, file: string): ReadonlySet<string> {
  const { key: hex } = JSON.parse(readFileSync(file.replace(/\.tar\.gz$/, ".key.json"), "utf8"));
  const { of } = standInAddresses(Buffer.from(hex, "hex"));
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const originals = files.flatMap(({ parentPath, name }) => addressesOf(readFileSync(join(parentPath, name), "utf8")));
  return new Set(
    [...new Set(originals)].flatMap((address) => [
      of(address),
      ...[8, 12, 16, 20, 24].map((length) => of(`${address}/${length}`).split("/")[0] ?? ""),
    ]),
  );
}

function addressesOf(text: string): string[] {
  return text.match(/\b\d+\.\d+\.\d+\.\d+\b/g) ?? [];
}

describe.each(scenarios)("%s with stand-ins", (name) => {
  it("is judged the same, and holds no name and no address of the original", async () => {
    const folder = fileURLToPath(new URL(name, base));
    const file = scratch.path(`${name}.tar.gz`);
    await runCommand(["bundle", "--from", folder, "--output-file", file, "--pseudonymise"]);
    const real = await runCommand(["--from", folder, "-o", "json", "--all"]);
    const standIn = await runCommand(["--from", file, "-o", "json", "--all"]);
    expect(judgement(standIn.stdout)).toEqual(judgement(real.stdout));
    expect(standIn.code).toBe(real.code);
    const { paths } = await listed(file);
    const standIns = standInsOf(folder, file);
    for (const path of paths) {
      const text = (await unpacked(file, path)).toString();
      expect(`${path}\n${text}`).not.toMatch(/worker-\d|\bcilium-\d\b|\brig\b/);
      expect(addressesIn(text).filter((address) => !standIns.has(address))).toEqual([]);
    }
  });
});

describe("notes about the saved state", () => {
  it("are withheld: they name files, which name nodes", async () => {
    const large = "nodes/worker-1/cilium-endpoint-list.json";
    cpSync(fileURLToPath(new URL("healthy", base)), scratch.path("large"), { recursive: true });
    truncateSync(scratch.path(`large/${large}`), usualLimits.memberBytes + 1);
    const take = (file: string, ...flags: string[]) =>
      runCommand(["bundle", "--from", scratch.path("large"), "--output-file", scratch.path(file), ...flags]);
    await take("noted.tar.gz");
    expect((await unpacked(scratch.path("noted.tar.gz"), "report.json")).toString()).toContain(`${large} could not be`);
    await take("withheld.tar.gz", "--pseudonymise");
    const { paths } = await listed(scratch.path("withheld.tar.gz"));
    for (const path of paths) {
      expect((await unpacked(scratch.path("withheld.tar.gz"), path)).toString()).not.toContain("worker-1");
    }
    const report = (await unpacked(scratch.path("withheld.tar.gz"), "report.json")).toString();
    expect(report).toContain("a note about the saved state is withheld");
  });
});

describe("the flags of the run", () => {
  it("are in none of its files: they name people and places", async () => {
    const now = Date.parse("2031-05-02T09:20:00Z");
    const faults = [{ name: "one-way" as const, at: null }];
    const demo = await startDemo({ scenario: generateMesh({ nodes: 3, faults, now: () => now }) });
    try {
      const kubeconfig = scratch.write("of-acme.kubeconfig", demo.kubeconfig);
      const file = scratch.path("flags.tar.gz");
      const flags = ["--as", "ann-of-acme", "--as-group", "ops-of-acme", "-l", "k8s-app in (cilium,of-acme)"];
      await runCommand(["bundle", "--kubeconfig", kubeconfig, ...flags, "--output-file", file, "--pseudonymise"]);
      const { paths } = await listed(file);
      const texts = await Promise.all(paths.map(async (path) => (await unpacked(file, path)).toString()));
      expect(texts.join("\n")).toContain("kubectl cilium-health pair ");
      expect(texts.filter((text) => text.includes("of-acme"))).toEqual([]);
    } finally {
      await demo.close();
    }
  });
});

describe("the key", () => {
  it("stays in a file of its own, for its owner alone, and turns stand-ins back", async () => {
    const folder = fileURLToPath(new URL("healthy", base));
    await runCommand(["bundle", "--from", folder, "--output-file", scratch.path("k.tar.gz"), "--pseudonymise"]);
    const file = scratch.path("k.key.json");
    if (process.platform !== "win32") expect(statSync(file).mode & 0o077).toBe(0);
    const { names } = JSON.parse(readFileSync(file, "utf8"));
    expect(Object.values(names)).toEqual(expect.arrayContaining(["worker-1", "cilium-1", "rig"]));
    expect((await listed(scratch.path("k.tar.gz"))).paths.filter((path) => path.includes("key"))).toEqual([]);
  });
});

describe("logs", () => {
  it("are left out, since free text may name anything, and the bundle says so", async () => {
    const demo = await startDemo({ scenario: generateMesh({ nodes: 3 }) });
    try {
      const config = scratch.write("config", demo.kubeconfig);
      const file = scratch.path("logs.tar.gz");
      const saved = await runCommand(["bundle", "--kubeconfig", config, "--output-file", file, "--pseudonymise"]);
      expect(saved.stdout).toContain("a pseudonymised bundle holds no logs");
      expect((await listed(file)).paths.some((path) => path.startsWith("logs/"))).toBe(false);
    } finally {
      await demo.close();
    }
  });
});

const bits4 = (ip: string) =>
  ip
    .split(".")
    .map((part) => Number(part).toString(2).padStart(8, "0"))
    .join("");

function common(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a[at] === b[at]) at++;
  return at;
}

describe("addresses", () => {
  const { of } = standInAddresses(key);
  const random = seeded(11);
  const part = () => Math.floor(random() * 256);
  const some = Array.from(
    { length: 300 },
    () => `${[10, 172, 192, 100, 8, 52, 203][part() % 7]}.${part() % 32}.${part() % 4}.${part()}`,
  );

  it("share as many leading bits as the originals did", () => {
    for (const a of some.slice(0, 60)) {
      for (const b of some) expect(common(bits4(of(a)), bits4(of(b))), `${a} ${b}`).toBe(common(bits4(a), bits4(b)));
    }
  });

  it.each([
    ["10.1.2.3", /^10\./],
    ["172.16.5.9", /^172\.(?:1[6-9]|2\d|3[01])\./],
    ["192.168.7.7", /^192\.168\./],
    ["100.100.1.1", /^100\.(?:6[4-9]|[7-9]\d|1[01]\d|12[0-7])\./],
    ["169.254.1.9", /^169\.254\./],
    ["fe80::42:1", /^fe[89ab]/],
    ["fd00:10:244::77", /^fd/],
    ["127.0.0.1", /^127\.0\.0\.1$/],
    ["169.254.169.254", /^169\.254\.169\.254$/],
    ["0.0.0.0/0", /^0\.0\.0\.0\/0$/],
    ["::/0", /^::\/0$/],
    ["::1", /^::1$/],
    ["10.244.1.0/24", /^10\.\d+\.\d+\.0\/24$/],
    ["10.244.1.93/24", /^10\.\d+\.\d+\.\d+\/24$/],
    ["2001:db8:1::/48", /^[0-9a-f]+:[0-9a-f]+:[0-9a-f]+::\/48$/],
    ["not an address", /^not an address$/],
  ])("%s becomes one of its kind", (address, kind) => {
    expect(of(address)).toMatch(kind);
  });

  it("of a subnet lie in the stand-in of the subnet", () => {
    const [network = ""] = of("10.244.1.0/24").split("/");
    expect(common(bits4(of("10.244.1.93")), bits4(network))).toBeGreaterThanOrEqual(24);
  });

  it("spelled in any way are the same one", () => {
    expect(of("fd00:0:0::5")).toBe(of("fd00::5"));
    expect(of("::ffff:10.1.2.3")).toMatch(/^::ffff:/);
  });

  it("are other ones under another key", () => {
    const other = standInAddresses(Buffer.alloc(32, 8));
    expect(some.filter((ip) => other.of(ip) === of(ip)).length).toBeLessThan(10);
  });
});

describe("names", () => {
  it("get the same stand-in wherever and in whatever order they are met", () => {
    const [one, two] = [pseudonymiser(key), pseudonymiser(key)];
    const node = (name: string) => ({ metadata: { name }, spec: {} });
    one.list({ resource: "nodes", outcome: { kind: "ok", items: [node("worker-1"), node("worker-12")] } });
    two.list({ resource: "nodes", outcome: { kind: "ok", items: [node("worker-12"), node("worker-1")] } });
    const text = "prod/worker-12 cannot reach worker-1: 10.0.0.1";
    expect(one.text(text)).toBe(two.text(text));
    expect(one.text(text)).not.toMatch(/worker/);
  });

  it("are words of their own: a part of a longer word stays", () => {
    const step = pseudonymiser(key);
    step.list({ resource: "nodes", outcome: { kind: "ok", items: [{ metadata: { name: "web" } }] } });
    expect(step.text("webhook web web-2 web.")).toMatch(/^webhook node-\w{10} web-2 node-\w{10}\.$/);
  });
});
