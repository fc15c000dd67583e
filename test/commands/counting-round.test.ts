import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { analyse } from "../../src/analyse/analyse.ts";
import { baseCaptures } from "../../src/collect/captures.ts";
import { shortCaptures } from "../../src/collect/short-captures.ts";
import { askInShort, type Round } from "../../src/commands/counting-round.ts";
import { closerRound } from "../../src/commands/short-round.ts";
import { speller } from "../../src/commands/spell.ts";
import { generateMesh, type MeshOptions } from "../../src/demo/index.ts";
import type { CaptureOutcome } from "../../src/model/capture.ts";
import type { Facts } from "../../src/model/facts.ts";
import type { Report } from "../../src/model/report.ts";
import { factsReducer } from "../../src/parse/facts.ts";
import { reportDocument } from "../../src/render/document.ts";
import { jsonChunks } from "../../src/render/json.ts";
import { everything, noFlags } from "../generated-look.ts";
import { goJsonpath } from "../go-jsonpath.ts";
import { silentIo } from "../recorded-report.ts";
import { bytes } from "../views.ts";
import {
  type Change,
  changes,
  fail,
  type HealthJson,
  type NodeJson,
  objectChange,
  probesOf,
  probeTexts,
  shift,
} from "./changed-mesh.ts";

const now = Date.parse("2031-05-02T09:20:00Z");
const source = { kind: "cluster", context: "lab", cluster: "lab", server: "", name: "" } as const;
const resources = ["pods", "nodes", "ciliumnodes"] as const;

/** What each agent of a mesh has to say, after something has happened to it. */
interface Mesh {
  readonly objects: ReturnType<typeof generateMesh>["objects"];
  /** The agent's answer to a command line. */
  readonly reply: (node: string, argv: readonly string[]) => CaptureOutcome;
}

function changedMesh(options: MeshOptions, happened: readonly Change[]): Mesh {
  const mesh = generateMesh({ now: () => now, ...options });
  const printed = (node: string, argv: readonly string[]) => {
    const reply = mesh.reply(node, argv);
    if (reply.kind !== "output") throw new Error(`${node} does not answer`);
    return Buffer.concat([...reply.stdout].map((piece) => Buffer.from(piece))).toString("utf8");
  };
  const healthOf = (node: string): HealthJson => {
    const report: HealthJson = JSON.parse(printed(node, baseCaptures["cilium-health-status.json"].argv));
    for (const change of happened) change.health?.(node, report);
    return report;
  };
  const shifted = (node: string, text: string) => {
    const ms = happened.reduce((sum, { skewMs }) => sum + (skewMs?.(node) ?? 0), 0);
    return text.replace(probeTexts.time, (time) => {
      const at = Date.parse(time);
      return at > 0 ? new Date(at + ms).toISOString().replace(/\.\d+Z$/, "Z") : time;
    });
  };
  const reply = (node: string, argv: readonly string[]): CaptureOutcome => {
    if (happened.some(({ isSilent }) => isSilent?.(node) === true)) {
      return { kind: "timeout", phase: "command", afterMs: 30_000 };
    }
    const [program = "", , , form = ""] = argv;
    if (program !== "cilium-health") return said(shifted(node, printed(node, argv)));
    const health = JSON.parse(shifted(node, JSON.stringify(healthOf(node))));
    const knowsTimes = (options.version ?? "1.19.3") > "1.18" && health.probeInterval !== undefined;
    if (form === "json") return said(`${JSON.stringify(health, null, 2)}\n\n`);
    return said(`${goJsonpath(form.replace(/^jsonpath=/, ""), health, knowsTimes)}\n`);
  };
  const objects: Mesh["objects"] = (resource) => {
    const list = structuredClone(mesh.objects(resource));
    for (const change of happened) change.objects?.(resource, list ?? []);
    return list;
  };
  return { objects, reply };
}

function said(text: string): CaptureOutcome {
  return { kind: "ok", stdout: bytes(text), stderr: "" };
}

interface Seen {
  readonly facts: Facts;
  readonly report: Report;
  /** Command lines by their kind, each as often as it was run. */
  readonly asked: readonly string[];
}

function reducerOf({ objects }: Mesh) {
  const reducer = factsReducer(source, "cilium-agent");
  for (const resource of resources) {
    const items = JSON.parse(JSON.stringify(objects(resource) ?? []));
    reducer.addList({ resource, outcome: { kind: "ok", items } });
  }
  const [config] = objects("configmaps") ?? [];
  reducer.addList({ resource: "cilium-config", outcome: { kind: "ok", items: config === undefined ? [] : [config] } });
  return reducer;
}

function seen(reducer: ReturnType<typeof factsReducer>, asked: readonly string[]): Seen {
  const facts = reducer.finish();
  const report = analyse(facts, {
    scope: everything,
    failOn: "warning",
    ignores: [],
    generatedAt: "2031-05-02T09:20:00.000Z",
    partial: false,
    spell: speller(facts, facts.source, noFlags()),
  });
  return { facts, report, asked };
}

function roundOf(mesh: Mesh, reducer: ReturnType<typeof factsReducer>, asked: string[]): Round {
  return async (orders, heard = () => undefined) => {
    for (const { pod, captures } of orders) {
      for (const { id, argv } of captures) {
        asked.push(`${pod.node} ${argv.join(" ").replace(/jsonpath=(\w+).*/s, "$1")}`);
        const capture = { node: pod.node, pod: pod.name, id, argv, outcome: mesh.reply(pod.node, argv) };
        heard(capture);
        reducer.add(capture);
      }
    }
  };
}

/** Every agent asked for its view as JSON. */
async function inFull(mesh: Mesh): Promise<Seen> {
  const reducer = reducerOf(mesh);
  const round = roundOf(mesh, reducer, []);
  const captures = [baseCaptures["cilium-health-status.json"], ...shortCaptures.slice(1)];
  await round(reducer.agents().map((pod) => ({ pod, captures })));
  return seen(reducer, []);
}

/** As a large cluster is asked, whatever the size of this one. */
async function inTally(mesh: Mesh): Promise<Seen> {
  const reducer = reducerOf(mesh);
  const asked: string[] = [];
  const round = roundOf(mesh, reducer, asked);
  const detail = { named: [], everyProbe: false, also: [] };
  await askInShort(reducer.agents(), reducer, detail, round, silentIo(), new AbortController().signal);
  const { facts, report } = seen(reducer, asked);
  // Node lists are of no interest here.
  const { orders } = closerRound(facts, report, []);
  await round(
    orders.map(({ pod, captures }) => ({ pod, captures: captures.filter(({ id }) => !id.includes("-list")) })),
  );
  return seen(reducer, asked);
}

/** What the two differ in, as few lines; "" for nothing. */
function difference(one: Seen, other: Seen): string {
  const [some, others] = [one, other].map((seen) => JSON.stringify(claims(seen), null, 1).split("\n"));
  const at = some?.findIndex((line, number) => line !== others?.[number]) ?? -1;
  return at < 0 ? "" : `${some?.slice(at, at + 3).join("\n")}\n<>\n${others?.slice(at, at + 3).join("\n")}`;
}

/** All that may not differ: everything but the latency and the age of what is good. */
function claims({ report }: Seen): unknown {
  const document = JSON.parse([...jsonChunks(reportDocument(report, true))].join(""));
  const { counted: _counted, notes: _notes, ...coverage } = document.coverage;
  return {
    ...document,
    coverage,
    nodes: document.nodes.map(
      ({ latency: _latency, oldestProbeNs: _oldest, ...node }: Record<string, unknown>) => node,
    ),
    paths: document.paths.map(({ addresses, ...path }: { status: string; addresses: readonly object[] }) =>
      JSON.stringify(path.status === "unreachable" ? { ...path, addresses } : path),
    ),
    // Which latency is usual is drawn from fewer of them.
    findings: document.findings.map(({ evidence, ...finding }: { id: string; evidence: unknown }) =>
      finding.id === "slow-path" ? finding : { ...finding, evidence },
    ),
  };
}

const meshes: readonly MeshOptions[] = [
  { nodes: 9 },
  { nodes: 9, cluster: "default" },
  { nodes: 9, version: "1.17.4" },
  { nodes: 9, version: "1.16.9" },
  { nodes: 9, dualStack: true },
  { nodes: 40 },
];

/** What `from` says of `to`. */
function ofPair(what: string, from: number | null, to: number, change: (node: NodeJson) => void): Change {
  return {
    what,
    health: (name, { nodes }) => {
      if (from !== null && name !== `node-${from}`) return;
      for (const node of nodes ?? []) if (node.name.endsWith(`node-${to}`)) change(node);
    },
  };
}

function slow(from: number, to: number): Change {
  return ofPair(`${from} to ${to} is slow`, from, to, (node) => {
    for (const place of ["host", "endpoint"] as const) {
      for (const probe of probesOf(node, place, ["icmp", "http"])) probe.latency = 250_000_000;
    }
  });
}

const hostFails = (node: NodeJson) => {
  for (const probe of probesOf(node, "host", ["icmp", "http"])) fail(probe, "Connection timed out");
};

/** Agents 1, 4 and 7 are the zones' witnesses. */
const openCases: readonly { readonly what: string; readonly happened: readonly Change[] }[] = [
  { what: "ping and HTTP failed with one text", happened: [ofPair("", 5, 8, hostFails)] },
  { what: "a path is slow both ways", happened: [slow(5, 8), slow(8, 5)] },
  {
    what: "results are old by a clock that is ahead",
    happened: [
      {
        what: "",
        skewMs: (name) => (name === "node-5" ? 7_200_000 : 0),
        health: (name, report) => {
          if (name !== "node-5") return;
          for (const node of report.nodes ?? []) {
            for (const probe of probesOf(node, "host", ["icmp", "http"])) shift(probe, -7200);
            for (const probe of new Set(probesOf(node, "endpoint", ["icmp", "http"]))) shift(probe, -7200);
          }
        },
      },
    ],
  },
  {
    what: "a node that some still reach is lately not ready",
    happened: [
      objectChange("", "nodes", 7, (node) => {
        for (const condition of node.status?.conditions ?? []) {
          if (condition.type !== "Ready") continue;
          Object.assign(condition, { status: "Unknown", lastTransitionTime: "2031-05-02T09:18:20Z" });
        }
      }),
      { what: "", isSilent: (name) => name === "node-8" },
      ofPair("", null, 8, (node) => {
        for (const probe of probesOf(node, "host", ["icmp", "http"])) probe.lastProbed = "2031-05-02T09:19:50Z";
      }),
      ...[2, 3, 5].map((from) => ofPair("", from, 8, hostFails)),
    ],
  },
  {
    what: "a witness lists a stranger in place of a node",
    happened: [
      ofPair("", 1, 9, (node) => {
        node.name = node.name.replace("node-9", "stranger");
      }),
    ],
  },
  {
    what: "a node is listed by one agent alone, in place of another",
    happened: [
      {
        what: "",
        health: (name, report) => {
          const missing = name === "node-5" ? "node-8" : "node-9";
          report.nodes = report.nodes?.filter((node) => !node.name.endsWith(missing)) ?? null;
        },
      },
    ],
  },
];

describe("agents that count", () => {
  it.each(meshes)("are all but the witnesses, where all is well: %o", async (options) => {
    const mesh = changedMesh(options, []);
    const tally = await inTally(mesh);
    expect(tally.report.coverage.counted?.agents ?? 0).toBe(options.dualStack === true ? 0 : (options.nodes ?? 0) - 3);
    expect(difference(tally, await inFull(mesh))).toBe("");
  });

  it("do not show a stranger who answers in place of a node, but whoever tells each probe does", async () => {
    const swapped: Change = {
      what: "node-5 lists a stranger in place of node-7",
      health: (name, { nodes }) => {
        if (!name.endsWith("node-5")) return;
        for (const node of nodes ?? []) node.name = node.name.replace(/node-7$/, "stranger");
      },
    };
    const mesh = changedMesh({ nodes: 9 }, [swapped]);
    expect((await inTally(mesh)).report.summary.pairs.host.unknown).toBe(0);
    expect((await inFull(mesh)).report.summary.pairs.host.unknown).toBe(1);
  });

  it.each(openCases)("are asked for every probe after all, so that nothing differs: $what", async ({ happened }) => {
    const mesh = changedMesh({ nodes: 9 }, happened);
    const full = await inFull(mesh);
    expect(difference(await inTally(mesh), full)).toBe("");
    // It is worth being seen.
    expect(full.report.summary.verdict === "healthy" && full.report.findings.length === 0).toBe(false);
  });

  it("are asked for every probe where a path is slow one way alone, which is no finding", async () => {
    const mesh = changedMesh({ nodes: 9 }, [slow(5, 8)]);
    const tally = await inTally(mesh);
    expect(tally.report.findings).toEqual([]);
    expect(tally.asked).toContain("node-8 cilium-health status -o rows");
    expect(difference(tally, await inFull(mesh))).toBe("");
  });

  it("lead to the same report as agents that tell every probe, whatever happens", async () => {
    let counting = 0;
    let asking = 0;
    await fc.assert(
      fc.asyncProperty(fc.constantFrom(...meshes), changes(9), async (options, happened) => {
        const mesh = changedMesh(options, happened);
        const tally = await inTally(mesh);
        counting += tally.report.coverage.counted?.agents ?? 0;
        asking++;
        const what = happened.map((change) => change.what).join(", ");
        expect(difference(tally, await inFull(mesh)), `${what}: ${tally.asked.length} commands`).toBe("");
      }),
      { numRuns: 150, seed: 20_310_502 },
    );
    // Otherwise nothing was shown.
    expect(counting).toBeGreaterThan(asking);
  }, 120_000);
});
