import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, describe, expect, it } from "vitest";
import { baseCaptures, type CaptureSpec } from "../../src/collect/captures.ts";
import { isWhole } from "../../src/collect/complete.ts";
import { shortCaptures, shortNodeList, tallyCaptures } from "../../src/collect/short-captures.ts";
import { generateMesh } from "../../src/demo/index.ts";
import type { CaptureId } from "../../src/model/capture.ts";
import { parseAgentStatus } from "../../src/parse/agent-status.ts";
import { parseHealthReply } from "../../src/parse/health-reply.ts";
import { parseHealthTally } from "../../src/parse/health-tally.ts";
import { parseNodeList } from "../../src/parse/node-list.ts";
import { goJsonpath } from "../go-jsonpath.ts";
import { tallyOf } from "../tally-of.ts";
import { AgentDouble, type AgentState, recordedState } from "./agent-double.ts";
import { built } from "./build.ts";
import { caseNames, loadCase } from "./recorded.ts";

/** Cilium's own programs, asked twice over the same state: the short form must say what the JSON says. */

const folder = mkdtempSync(join(tmpdir(), "short-forms-"));
const double = new AgentDouble(folder);
afterAll(async () => {
  await double.show(null);
  rmSync(folder, { recursive: true });
});

async function printed({ argv }: CaptureSpec): Promise<Uint8Array> {
  const [program = "", ...args] = argv;
  const { binaries } = built();
  const isHealth = program === "cilium-health";
  const socket = isHealth ? double.healthSocket : double.agentSocket;
  const command = isHealth ? binaries["cilium-health"] : binaries["cilium-dbg"];
  const options = { encoding: "buffer", maxBuffer: 1 << 28 } as const;
  return (await promisify(execFile)(command, ["-H", `unix://${socket}`, ...args], options)).stdout;
}

function short(id: CaptureId): CaptureSpec {
  const spec = shortCaptures.find((one) => one.id === id);
  if (spec === undefined) throw new Error(`no short form of ${id}`);
  return spec;
}

/** Times between which some of the probes shown lie, whatever is recorded. */
function windows(health: { readonly timestamp?: string }): { readonly oldest: string; readonly newest: string }[] {
  const around = (seconds: number) =>
    new Date(Date.parse(health.timestamp ?? "") + seconds * 1000).toISOString().replace(".000Z", "Z");
  return [
    { oldest: around(-300), newest: around(300) },
    { oldest: around(-20), newest: around(-10) },
  ];
}

/** The program counts what is to be counted in its JSON, and prints for each form what our reading of the form says. */
async function expectSameTally(): Promise<void> {
  const json = await printed(baseCaptures["cilium-health-status.json"]);
  const full = parseHealthReply(json);
  if (!full.ok) throw new Error(full.message);
  const state = JSON.parse(Buffer.from(json).toString("utf8"));
  for (const window of windows(state)) {
    const [spec = short("cilium-health-status.json")] = tallyCaptures(() => window);
    const reply = Buffer.from(await printed(spec));
    expect(isWhole(reply, spec)).toBe(true);
    expect(parseHealthTally(reply.toString("utf8"))).toEqual({ ok: true, value: tallyOf(full.value, window) });
    for (const { argv } of [spec, short("cilium-health-status.json")]) {
      const form = (argv.at(-1) ?? "").replace(/^jsonpath=/, "");
      const said = Buffer.from(await printed({ ...spec, argv })).toString("utf8");
      expect(said.trimEnd()).toBe(goJsonpath(form, state).trimEnd());
    }
  }
}

async function expectSameView(): Promise<void> {
  const rows = await printed(short("cilium-health-status.json"));
  const full = await printed(baseCaptures["cilium-health-status.json"]);
  expect(isWhole(rows, short("cilium-health-status.json"))).toBe(true);
  expect(Buffer.from(rows.subarray(0, 5)).toString()).toBe("rows\t");
  expect(parseHealthReply(full).ok).toBe(true);
  expect(parseHealthReply(rows)).toEqual(parseHealthReply(full));
}

async function expectSameStatus(): Promise<void> {
  const fields = await printed(short("cilium-status.json"));
  const full = await printed(baseCaptures["cilium-status.json"]);
  const read = parseAgentStatus(full);
  if (!read.ok) throw new Error(read.message);
  expect(Buffer.from(fields.subarray(0, 6)).toString()).toBe("fields");
  const inFields = parseAgentStatus(fields);
  expect(inFields).toEqual({ ok: true, value: { ...read.value, healthIPs: [], newestTimestamp: expect.any(Number) } });
  // The newest run of two controllers, where there are these, is hardly older than that of all.
  const times = /"name": "k8s-heartbeat"/.test(Buffer.from(full).toString("utf8")) ? read.value.newestTimestamp : 0;
  if (inFields.ok) expect(Math.abs(times - inFields.value.newestTimestamp)).toBeLessThan(60_000);
}

async function expectSameNodeList(): Promise<void> {
  const lines = await printed(shortNodeList);
  const full = parseNodeList(await printed(baseCaptures["cilium-node-list.json"]));
  if (!full.ok) throw new Error(full.message);
  expect(Buffer.from(lines.subarray(0, 6)).toString()).toBe("nodes\n");
  expect(isWhole(lines, shortNodeList)).toBe(true);
  expect(parseNodeList(lines)).toEqual({ ok: true, value: full.value.map((entry) => ({ ...entry, source: "" })) });
}

const states = caseNames().flatMap((name) =>
  [...loadCase(name).agents].flatMap(([node, at]) => (at === null ? [] : [[`${name}/${node}`, at] as const])),
);

describe.each(states)("the agent of %s", (_name, at) => {
  it("says the same in short", async () => {
    const state = recordedState(at);
    await double.show(state);
    if (state.health !== null) {
      await expectSameView();
      await expectSameTally();
    }
    await expectSameStatus();
    await expectSameNodeList();
  });
});

const [, someFolder = ""] = states[0] ?? [];

async function showHealth(health: unknown): Promise<void> {
  const state: AgentState = recordedState(someFolder);
  await double.show({ ...state, health: typeof health === "string" ? health : JSON.stringify(health) });
}

async function showStatus(status: object): Promise<void> {
  const state = recordedState(someFolder);
  await double.show({ ...state, status: JSON.stringify({ ...JSON.parse(state.status), ...status }) });
}

const at = "2031-05-02T09:14:12Z";
const good = { lastProbed: at, latency: 413_345 };
const lost = { lastProbed: at, status: "Connection timed out" };
const v4 = { ip: "192.0.2.11", icmp: good, http: good };
const v6 = { ip: "2001:db8::11", icmp: good, http: good };
const pod = { ip: "10.1.0.77", icmp: good, http: good };

function both(primary: object | null, ...secondary: readonly object[]): object {
  return { ...(primary === null ? {} : { "primary-address": primary }), "secondary-addresses": secondary };
}

function peer(name: string, host: object | null, endpoint: object | null, deprecated: object | null = pod): object {
  return {
    name,
    ...(host === null ? {} : { host }),
    ...(endpoint === null ? {} : { "health-endpoint": endpoint }),
    ...(deprecated === null ? {} : { endpoint: deprecated }),
  };
}

const fine = peer("orchard/fine", both(v4), both(pod));

const views: readonly (readonly [string, readonly object[] | null])[] = [
  ["a healthy peer", [fine]],
  ["a dual-stack peer", [peer("orchard/plum", both(v4, v6), both(pod, { ...v6, http: lost }))]],
  ["IPv6 before IPv4", [peer("orchard/plum", both(v6, v4), both(v6, pod), v6)]],
  ["a secondary address without results", [peer("orchard/plum", both(v4, { ip: "2001:db8::1" }), both(pod))]],
  ["a missing HTTP result", [peer("orchard/plum", both({ ip: v4.ip, icmp: good }), both(pod)), fine]],
  [
    "a missing ICMP result of the endpoint",
    [peer("p", both(v4), both({ ...pod, icmp: undefined }), { ...pod, icmp: undefined }), fine],
  ],
  ["no results at all", [peer("p", both({ ip: v4.ip }), both({ ip: pod.ip }), { ip: pod.ip })]],
  ["results that took no time", [peer("p", both({ ...v4, icmp: {} }), both(pod))]],
  ["an endpoint that is not checked", [peer("p", both(v4), null, null), fine]],
  ["endpoint checks off everywhere", [peer("p", both(v4), null, null), peer("q", both(v4), null, null)]],
  ["a health address without an entry", [peer("p", both(v4), both(null), null), fine]],
  ["a host that was never resolved", [peer("p", null, both(pod)), peer("q", both(null), both(pod)), fine]],
  [
    "probes without a time",
    [peer("p", both({ ...v4, icmp: { status: "sendto: operation not permitted" } }), both(pod))],
  ],
  [
    "texts that HTML escapes",
    [
      peer("p", both(v4), both({ ...pod, http: { status: 'dial tcp: lookup <nil>: "x" & y' } }), {
        ...pod,
        http: { status: 'dial tcp: lookup <nil>: "x" & y' },
      }),
    ],
  ],
  ["ping and HTTP failing with one text", [peer("p", both({ ...v4, icmp: lost, http: lost }), both(pod)), fine]],
  [
    "slow paths, by ping alone and by both",
    [
      peer("p", both({ ...v4, icmp: { ...good, latency: 9e6 } }), both(pod)),
      peer("q", both({ ...v4, icmp: { ...good, latency: 9e6 }, http: { ...good, latency: 8e6 } }), both(pod)),
    ],
  ],
  ["more nodes than are named in a sample", Array.from({ length: 70 }, (_, k) => peer(`n-${k}`, both(v4), both(pod)))],
  ["no cycle finished yet", null],
];

describe.each(views)("a view with %s", (_name, nodes) => {
  it("is the same in rows, and counted as it is", async () => {
    await showHealth({ local: { name: "orchard/pear-1" }, nodes, probeInterval: "1m56.7546089s", timestamp: at });
    await expectSameView();
    await expectSameTally();
  });
});

describe.each(["a\tb", "a\nb", "a\nforged\t192.0.2.9"])("a failure text like %j", (status) => {
  it("makes the rows no view, so that it is asked for in full", async () => {
    const broken = { ...pod, http: { status } };
    await showHealth({ local: {}, nodes: [peer("p", both(v4), both(broken), broken), fine], timestamp: at });
    const rows = await printed(short("cilium-health-status.json"));
    expect(parseHealthReply(rows)).toMatchObject({ ok: false, reason: "wrong-shape" });
    const [spec = short("cilium-health-status.json")] = tallyCaptures(() => ({ oldest: at, newest: at }));
    const tally = Buffer.from(await printed(spec)).toString("utf8");
    expect(parseHealthTally(tally)).toMatchObject({ ok: false, reason: "wrong-shape" });
  });
});

describe.each([{ dualStack: false }, { dualStack: true }])("a generated mesh, %o", (mesh) => {
  const scenario = generateMesh({ nodes: 40, ...mesh, faults: [{ name: "vxlan-blocked", at: null }] });
  const text = (argv: readonly string[]) => {
    const reply = scenario.reply("node-03", argv);
    return reply.kind === "output" ? Buffer.concat([...reply.stdout].map((piece) => Buffer.from(piece))) : null;
  };

  it("prints in rows what the program prints of the same state", async () => {
    await showHealth(text(baseCaptures["cilium-health-status.json"].argv)?.toString() ?? "");
    const spec = short("cilium-health-status.json");
    expect(text(spec.argv)?.toString().trimEnd()).toBe(
      Buffer.from(await printed(spec))
        .toString()
        .trimEnd(),
    );
    await expectSameView();
    await expectSameTally();
    const [tally = spec] = tallyCaptures(() => ({ oldest: "2020-01-01T00:00:00Z", newest: "2099-01-01T00:00:00Z" }));
    expect(text(tally.argv)?.toString().trimEnd()).toBe(
      Buffer.from(await printed(tally))
        .toString()
        .trimEnd(),
    );
  });
});

it("says WireGuard, failing controllers and other clusters in fields as in JSON", async () => {
  const run = {
    "consecutive-failure-count": 3,
    "last-failure-msg": "a\tb\nc",
    "last-failure-timestamp": "2031-05-02T09:14:30.000Z",
  };
  await showStatus({
    encryption: {
      mode: "Wireguard",
      wireguard: {
        "node-encryption": "Disabled",
        interfaces: [{ name: "cilium_wg0", "peer-count": 2, "public-key": "cHVibGlj" }],
      },
    },
    controllers: [
      { name: "cilium-health-ep", status: run },
      { name: "endpoint-gc", status: { "success-count": 1 } },
    ],
    "cluster-mesh": {
      clusters: [
        { name: "west", ready: false, "num-nodes": 3, status: "1 failed", "last-failure": "2031-05-02T09:14:30.000Z" },
      ],
    },
    "host-firewall": { mode: "Enabled" },
    ipam: { status: "IPv4: 2/254 allocated from 10.244.1.0/24, " },
  });
  await expectSameStatus();
});

async function showNodes(nodes: string): Promise<void> {
  await double.show({ ...recordedState(someFolder), nodes });
}

describe("node lists", () => {
  const both = { ipv4: { enabled: true, ip: "192.0.2.11", "alloc-range": "10.1.0.0/24" } };
  const six = { ipv6: { enabled: true, ip: "2001:db8::11", "alloc-range": "2001:db8:1::/64" } };

  it.each([
    ["nobody", []],
    ["a dual-stack node", [{ name: "orchard/pear", "primary-address": { ...both, ...six } }]],
    ["an IPv6 node", [{ name: "pear", "primary-address": { ipv4: {}, ...six }, "health-endpoint-address": six }]],
    ["a node without any address", [{ name: "pear" }, { name: "plum", "primary-address": {} }]],
    ["an address that is none", [{ name: "pear", "primary-address": { ipv4: { ip: "<nil>" } } }]],
  ])("of %s are the same in lines", async (_what, nodes) => {
    await showNodes(JSON.stringify(nodes));
    await expectSameNodeList();
  });

  it("that were never made print nothing in either form", async () => {
    await showNodes("null");
    expect((await printed(shortNodeList)).length).toBe(0);
    expect((await printed(baseCaptures["cilium-node-list.json"])).length).toBe(0);
  });

  it("of a generated mesh are what the program prints", async () => {
    const scenario = generateMesh({ nodes: 40, dualStack: true });
    const reply = (argv: readonly string[]) => {
      const made = scenario.reply("node-03", argv);
      return made.kind === "output" ? Buffer.concat([...made.stdout].map((piece) => Buffer.from(piece))) : null;
    };
    await showNodes(reply(baseCaptures["cilium-node-list.json"].argv)?.toString() ?? "");
    expect(reply(shortNodeList.argv)?.toString()).toBe(Buffer.from(await printed(shortNodeList)).toString());
  });
});
