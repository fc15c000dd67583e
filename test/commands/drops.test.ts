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
import { printed } from "../../src/demo/scenario.ts";
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

const schema = JSON.parse(readFileSync(new URL("../../docs/drops.schema.json", import.meta.url), "utf8"));
const fits = new Ajv2020({ allErrors: true }).compile(schema);

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
    ["drops-policy.table", "drops worker-1 worker-4 --for 3s -o table", 200],
    ["drops-policy.wide", "drops worker-1 worker-4 --for 3s -o wide --ascii --all", 80],
  ])("shows %s", async (name, words, columns) => {
    const { text } = await run(denied, words, { columns });
    expect(text).toBe(await goldenFile(name, text));
  });

  it("shows every column on a terminal too, live and at the end, where they are asked for", async () => {
    const { text } = await run(denied, "drops worker-2 --for 2s -o wide", {
      stdoutIsTerminal: true,
      columns: 160,
      environment: plainTerminal,
    });
    const drawn = text.split("\u001b[H\u001b[J").filter((screen) => screen.includes("REASON   "));
    expect(drawn.length).toBeGreaterThan(0);
    for (const screen of drawn) expect(screen).toMatch(/PORT .*IDENTITY .*DROPPED BY/);
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

describe("drops --ct", () => {
  /** The agent of worker-1 as if worker-2 never heard it; worker-2's has a list that it cannot read, and no NAT map. */
  async function tracking(): Promise<string> {
    const scenario = await readScenario(scenarios, "policy-blocks-health");
    const [one, other] = ["worker-1", "worker-2"].map((name) => addressesOf(scenario, name));
    const entry = (port: number, more: string) =>
      `TCP IN ${other?.router}:${port} -> ${one?.health}:4240 expires=90 Packets=0 Bytes=0 LastRxReport=50 LastTxReport=50 ${more} SourceSecurityID=6 BackendID=0 NatPort=0 \n`;
    const list = `${entry(1, "Flags=0x0400 [ FromTunnel ]")}${entry(2, "Flags=0x0400 [ ]")}${entry(3, "Flags=0x0410 [ SeenNonSyn ]")}TCP IN 192.0.2.1:7 -> 192.0.2.2:443 expires=1 \nwhat\n\n`;
    const nat = `TCP OUT ${one?.host}:9 -> ${other?.host}:4240 XLATE_SRC ${one?.host}:1024 Created=3sec ago NeedsCT=1\n\n`;
    return serve({
      ...scenario,
      reply: (node, argv) => {
        const line = argv.join(" ");
        if (line === "cilium-dbg bpf ct list global") {
          return node === "worker-1" ? printed(list) : printed("", "Error: no memory\n", 1);
        }
        return line === "cilium-dbg bpf nat list" && node === "worker-1" ? printed(nat) : scenario.reply(node, argv);
      },
    });
  }

  it("adds the probes' conntrack and NAT entries, joined; what could not be read is named", async () => {
    const one = await run(await tracking(), "drops worker-1 worker-2 --ct --for 1s -o json");
    const { conntrack } = JSON.parse(one.text.trimEnd().split("\n").at(-1) ?? "");
    expect(fits(JSON.parse(one.text.trimEnd().split("\n").at(-1) ?? "")), JSON.stringify(fits.errors)).toBe(true);
    expect(conntrack.agents).toEqual([
      {
        node: "worker-1",
        conntrack: { state: "read", message: "", probes: 3, others: 1, unread: 1 },
        nat: { state: "read", message: "", probes: 1, others: 0, unread: 0 },
      },
      {
        node: "worker-2",
        conntrack: {
          state: "failed",
          message: "exited with code 1: Error: no memory",
          probes: 0,
          others: 0,
          unread: 0,
        },
        nat: { state: "none", message: "no NAT map there", probes: 0, others: 0, unread: 0 },
      },
    ]);
    expect(conntrack.entries).toMatchObject([
      {
        node: "worker-1",
        from: { node: "worker-2", kind: "node" },
        to: { kind: "health" },
        state: "half-open",
        entries: 2,
      },
      { state: "answered", failing: true, entries: 1, age: 0, expiresIn: 40, packets: null, identity: "remote-node" },
    ]);
    expect(conntrack.nat).toMatchObject([{ from: { node: "worker-1" }, translated: "source", createdSecondsAgo: 3 }]);
    expect(one.notices).toContain("Reading the conntrack and NAT lists of 2 agents.");
  });

  it("shows drops-conntrack.table", async () => {
    const { text } = await run(await tracking(), "drops worker-1 worker-2 --ct --for 1s -o table", { columns: 100 });
    expect(text).toBe(await goldenFile("drops-conntrack.table", text));
  });

  it("says where no list has anything of probes, and without --ct asks for none", async () => {
    const { text } = await run(denied, "drops worker-1 --ct --for 1s -o table");
    expect(text).toContain(
      "Of health probes these agents' conntrack lists have no entry.\nno NAT map there: worker-1\n",
    );
    const without = await run(denied, "drops worker-1 --for 1s -o json");
    expect(JSON.parse(without.text.trimEnd().split("\n").at(-1) ?? "").conntrack).toBeNull();
  });
});

function addressesOf(scenario: Scenario, name: string): { host: string; router: string; health: string } {
  const found = (scenario.objects("ciliumnodes") ?? []).find(({ metadata }) => metadata.name === name);
  const spec = JSON.parse(JSON.stringify(found?.["spec"] ?? {}));
  const ip = (type: string) => spec.addresses.find((one: { readonly type: string }) => one.type === type).ip;
  return { host: ip("InternalIP"), router: ip("CiliumInternalIP"), health: spec.health.ipv4 };
}

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
