import { readFileSync } from "node:fs";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { afterEach, describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import type { Io } from "../../src/commands/io.ts";
import { pair } from "../../src/commands/pair.ts";
import { generateMesh, parseFault, readScenario, type Scenario, startDemo } from "../../src/demo/index.ts";
import type { AgentReply } from "../../src/demo/scenario.ts";
import { goldenFile } from "../golden-file.ts";
import { silentIo } from "../recorded-report.ts";

const scenarios = new URL("../../src/demo/scenarios/", import.meta.url);
const cleanups: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup();
});

interface Run {
  readonly text: string;
  readonly code: number;
  readonly notices: readonly string[];
  /** What was run in agents beside the captures of every run. */
  readonly bursts: readonly (readonly string[])[];
}

async function run(scenario: Scenario | string, words: string, more: Partial<Io> = {}): Promise<Run> {
  const bursts: (readonly string[])[] = [];
  const recorded = typeof scenario === "string" ? await readScenario(scenarios, scenario) : scenario;
  const watched: Scenario = {
    ...recorded,
    reply: (node, argv) => {
      if (argv[0] === "bash") bursts.push([node, ...argv.slice(3)]);
      return recorded.reply(node, argv);
    },
  };
  const demo = await startDemo({ scenario: watched });
  const folder = await mkdtemp(join(tmpdir(), "locate-"));
  cleanups.push(
    () => demo.close(),
    () => rm(folder, { recursive: true, force: true }),
  );
  const kubeconfig = join(folder, "kubeconfig");
  await writeFile(kubeconfig, demo.kubeconfig);
  const request = parseRequest([...words.split(" "), "--no-confirm", "--kubeconfig", kubeconfig]);
  if (request.kind !== "pair") throw new Error(`not a pair request: ${JSON.stringify(request)}`);
  const [written, notices]: [string[], string[]] = [[], []];
  const io: Io = { ...silentIo(written), now: () => new Date(), notice: (line) => void notices.push(line), ...more };
  const code = await pair(request, io);
  return { text: written.join(""), code, notices, bursts };
}

/** An agent that spells IPv4 as IPv6 does: bash would connect to it, but it is no plain address. */
function retold(reply: AgentReply): AgentReply {
  if (reply.kind !== "output") return reply;
  const text = Buffer.concat([...reply.stdout].map((piece) => Buffer.from(piece))).toString();
  return { ...reply, stdout: [text.replaceAll(/(?<=[" ])10\.244\.2\.151(?=")/g, "::ffff:10.244.2.151")] };
}

/** The part that says where it is lost. */
function located({ text }: Run): string {
  return /^located:[\s\S]*?(?=^SETTING)/m.exec(text)?.[0] ?? "";
}

describe("pair --locate", () => {
  it.each([
    ["locate-vxlan.table", "vxlan-blocked-one-node", "pair worker-1 worker-2 --locate", 80],
    ["locate-vxlan-back.table", "vxlan-blocked-one-node", "pair worker-2 worker-1 --locate", 120],
    ["locate-policy.ascii", "policy-blocks-health", "pair worker-1 worker-2 --locate --ascii", 80],
  ])("shows %s", async (name, scenario, words, columns) => {
    const done = await run(scenario, words, { columns });
    const text = located(done);
    expect(text).toBe(await goldenFile(name, text));
    expect(done.code).toBe(1);
  });

  it("says first what it sends, sends just that, and to one address", async () => {
    const { notices, bursts } = await run("policy-blocks-health", "pair worker-1 worker-2 --locate");
    expect(notices).toEqual([
      "Other paths of this pair fail too (1); --target, or the pair the other way round, looks at them.",
      "Sending 23 TCP connections from the agent of worker-1 to 10.244.2.151 port 4240 (endpoint of worker-2), in bursts of 5, 8, 10; each is given up after 0.9s, and nothing is sent over it.",
    ]);
    expect(bursts).toEqual(
      ["5", "8", "10"].map((count) => ["worker-1", "cilium-health-locate", "10.244.2.151", "4240", count]),
    );
  });

  it("fits docs/pair.schema.json, with a location and without", async () => {
    const schema = JSON.parse(readFileSync(new URL("../../docs/pair.schema.json", import.meta.url), "utf8"));
    const fits = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
    const documents = [];
    for (const words of ["pair worker-1 worker-2 --locate -o json", "pair worker-1 worker-2 -o json"]) {
      const document = JSON.parse((await run("vxlan-blocked-one-node", words)).text);
      expect(fits(document), JSON.stringify(fits.errors)).toBe(true);
      documents.push(document);
    }
    expect(documents[0].location).toMatchObject({
      from: "worker-1",
      to: "worker-2",
      target: "endpoint",
      place: "target-input",
      confidence: "confirmed",
      bursts: [5, 8, 10],
      attempts: { opened: 0, refused: 0, silent: 23, failed: 0 },
    });
    expect(documents[1].location).toBeNull();
  });

  it("looks at a healthy pair too, and says that nothing is lost now", async () => {
    const done = await run("healthy", "pair worker-1 worker-2 --locate");
    expect(located(done)).toContain("all 23 connections from worker-1 to 10.244.2.151 port 4240 opened");
    expect(done.notices[0]).toBe("No path of this pair fails by TCP.");
    expect(done.code).toBe(0);
  });

  it.each([
    [
      "vxlan-blocked=node-2",
      "node-1 node-2",
      /reaches node-2's network card \(eth0 RX \+23\), never its tunnel device/,
    ],
    ["vxlan-blocked=node-2", "node-1 node-3", /all 23 connections from node-1 to \S+ port 4240 opened/],
    ["zone-partition=zone-c", "node-1 node-6", /leaves node-1 .* lost between the nodes/],
  ])("runs in a generated mesh with %s: pair %s", async (fault, nodes, place) => {
    const mesh = generateMesh({ nodes: 6, faults: [parseFault(fault)] });
    expect(located(await run(mesh, `pair ${nodes} --locate`)).replace(/\s+/g, " ")).toMatch(place);
  });

  it("sends nothing to an address that is not plain: it takes the way back, whose address is", async () => {
    const recorded = await readScenario(scenarios, "vxlan-blocked-one-node");
    const mapped: Scenario = { ...recorded, reply: (node, argv) => retold(recorded.reply(node, argv)) };
    const done = await run(mapped, "pair worker-1 worker-2 --locate --target endpoint");
    expect(done.bursts.map(([from, _name, address]) => `${from} ${address}`)).toEqual(
      Array(3).fill("worker-2 10.244.1.243"),
    );
  });

  it("tells what one side alone knows where the other agent cannot be asked", async () => {
    const done = await run("node-down", "pair worker-1 worker-4 --locate");
    expect(located(done).replace(/\s+/g, " ")).toMatch(
      /leaves worker-1 \(eth0 TX \+23\), no answer is heard; worker-4 could not be asked \(.*no route to host\): lost between the nodes or on worker-4/,
    );
    expect(done.bursts.every(([node]) => node === "worker-1")).toBe(true);
  });

  it("sends nothing where ICMP alone fails: a connection would show nothing of it", async () => {
    const done = await run("icmp-blocked-everywhere", "pair worker-1 worker-2 --locate");
    expect(done.bursts).toEqual([]);
    expect(done.notices).toEqual([
      "Only ICMP fails here: a TCP connection would show nothing of it, so none was sent.",
    ]);
  });

  it("says what is missing where the image has no bash", async () => {
    const scenario = await readScenario(scenarios, "vxlan-blocked-one-node");
    const bare: Scenario = {
      ...scenario,
      reply: (node, argv) => (argv[0] === "bash" ? { kind: "no-such-program" } : scenario.reply(node, argv)),
    };
    expect(located(await run(bare, "pair worker-1 worker-2 --locate"))).toContain("image has no bash");
  });

  it("shows the pair without a location where it is interrupted", async () => {
    const stop = new AbortController();
    const notice = () => stop.abort();
    const done = await run("healthy", "pair worker-1 worker-2 --locate", { notice, signal: stop.signal });
    expect(done.code).toBe(130);
    expect(done.text).toContain("worker-1 → worker-2");
    expect(located(done)).toBe("");
  });
});
