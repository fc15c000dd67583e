import { describe, expect, it } from "vitest";
import { baseCaptures, type CaptureSpec } from "../../src/collect/captures.ts";
import { isWhole } from "../../src/collect/complete.ts";
import { shortCaptures, shortNodeList } from "../../src/collect/short-captures.ts";
import {
  type FaultName,
  faultCatalogue,
  generateMesh,
  generateMeshOfTwo,
  type MeshOptions,
  type Scenario,
} from "../../src/demo/index.ts";
import type { CaptureId } from "../../src/model/capture.ts";
import { parseAgentStatus } from "../../src/parse/agent-status.ts";
import { parseHealthReply } from "../../src/parse/health-reply.ts";
import { parseNodeList } from "../../src/parse/node-list.ts";
import { bytes } from "../views.ts";

const now = Date.parse("2031-05-02T09:20:00Z");

function short(id: CaptureId): CaptureSpec {
  const spec = shortCaptures.find((one) => one.id === id);
  if (spec === undefined) throw new Error(`no short form of ${id}`);
  return spec;
}

function printed(options: MeshOptions, node: string, argv: readonly string[]): Uint8Array {
  return printedBy(generateMesh({ now: () => now, ...options }), node, argv);
}

function printedBy(scenario: Scenario, node: string, argv: readonly string[]): Uint8Array {
  const reply = scenario.reply(node, argv);
  if (reply.kind !== "output") throw new Error(`${argv[0]} gave no output`);
  return Buffer.concat([...reply.stdout].map((piece) => Buffer.from(piece)));
}

/** Faults after which an agent still has a view to print. */
const faults = (Object.keys(faultCatalogue) as FaultName[]).filter(
  (name) => !["health-off", "huge", "garbage", "cut", "slow", "clusters-cut"].includes(name),
);

const meshes: readonly MeshOptions[] = [
  { nodes: 6 },
  { nodes: 6, dualStack: true },
  { nodes: 6, version: "1.16.9", cluster: "default" },
];

describe.each(meshes)("the view in rows, of %o", (mesh) => {
  it.each(["none", ...faults])("is read as the JSON form is, under %s", (fault) => {
    const options = { ...mesh, faults: fault === "none" ? [] : [{ name: fault as FaultName, at: null }] };
    const spec = short("cilium-health-status.json");
    for (const node of ["node-1", "node-3"]) {
      const rows = printed(options, node, spec.argv);
      expect(isWhole(rows, spec)).toBe(true);
      const full = printed(options, node, baseCaptures["cilium-health-status.json"].argv);
      expect(parseHealthReply(rows)).toEqual(parseHealthReply(full));
    }
  });
});

const head = "rows\t2031-05-02T09:14:30Z\torchard/pear-1\t1m56.7s\n";
const at = "2031-05-02T09:14:12Z";
const good = `413345\t\t${at}`;
const whole = `192.0.2.11\t${good}\t${good}\t[]`;

function view(...rows: readonly string[]): ReturnType<typeof parseHealthReply> {
  const lines = rows.map((row) => `${row}\n`).join("");
  return parseHealthReply(bytes(`${head}${lines}${".".repeat(rows.length)}\nend\n\n`));
}

function node(row: string) {
  const read = view(row, `orchard/other\t${whole}\t${whole}`);
  if (!read.ok) throw new Error(read.message);
  return read.value.nodes?.[0];
}

describe("a line of the view in rows", () => {
  it("keeps a missing result apart from a failure and from a success that took no time", () => {
    const endpoint = node(`a\t${whole}\t10.1.0.7\t\t\t\t0\trefused\t${at}\t[]`)?.endpoint;
    expect(endpoint).toEqual([
      { ip: "10.1.0.7", icmp: null, http: { status: "refused", latencyNs: 0, lastProbed: Date.parse(at) / 1000 } },
    ]);
    expect(node(`a\t${whole}\t10.1.0.7\t0\t\t\t0\t\t\t[]`)?.endpoint?.[0]?.icmp).toEqual({
      status: "",
      latencyNs: 0,
      lastProbed: 0,
    });
  });

  it("tells an endpoint that is off from one without any result", () => {
    expect(node(`a\t${whole}\t\t\t\t\t\t\t\t`)?.endpoint).toBeNull();
    expect(node(`a\t${whole}\t\t\t\t\t\t\t\t[]`)?.endpoint).toEqual([{ ip: "", icmp: null, http: null }]);
  });

  it("reads the further addresses out of their JSON", () => {
    const second = `[{"http":{"status":"a\\tb\\n\\u003cnil\\u003e"},"ip":"2001:db8::7"}]`;
    const endpoint = node(`a\t${whole}\t10.1.0.7\t${good}\t${good}\t${second}`)?.endpoint;
    expect(endpoint?.[1]).toEqual({
      ip: "2001:db8::7",
      icmp: null,
      http: { status: "a\tb\n<nil>", latencyNs: 0, lastProbed: 0 },
    });
  });
});

describe("a view in rows that does not add up is no view", () => {
  const row = `a\t${whole}\t${whole}`;
  it.each([
    ["a failure text with a newline", view(`a\t${whole}\t10.1.0.7\t0\tone\ntwo\t${at}\t${good}\t[]`, row)],
    ["a failure text with a tab", view(`a\t${whole}\t10.1.0.7\t0\tone\ttwo\t${at}\t${good}\t[]`, row)],
    ["a forged line", view(`a\t${whole}\t10.1.0.7\t0\tx\t${at}\t${good}\t[]\nb\t${whole}\t${whole}`)],
    ["pointers where addresses should be", view(`a\t${whole}\t10.1.0.7\t${good}\t${good}\t[0xc000123]`, row)],
    ["a latency that is no number", view(`a\t${whole}\t10.1.0.7\tfast\t\t${at}\t${good}\t[]`, row)],
    ["a status without a result", view(`a\t${whole}\t10.1.0.7\t\tlost\t${at}\t${good}\t[]`, row)],
    ["a time that is none", view(`a\t${whole}\t10.1.0.7\t5\t\tyesterday\t${good}\t[]`, row)],
    [
      "an agent before 1.12 with an endpoint that may be off or without result",
      view(`a\t${whole}\t\t\t\t\t\t\t\t`, `b\t${whole}\t10.1.0.7\t${good}\t${good}\t`),
    ],
    ["an agent that has dropped the deprecated endpoint", view(`a\t${whole}\t\t\t\t\t\t\t\t[]`)],
    ["a reply that was cut", parseHealthReply(bytes(`${head}${row}\n.\n`))],
  ])("%s", (_what, read) => {
    expect(read).toMatchObject({ ok: false, reason: "wrong-shape" });
  });

  it("is an agent that has finished no cycle when there is no line", () => {
    expect(view()).toMatchObject({ ok: true, value: { nodes: null, localName: "orchard/pear-1" } });
  });
});

describe("the status in fields", () => {
  const spec = short("cilium-status.json");

  it("says what the JSON form says, but times and addresses of its own", () => {
    for (const mesh of meshes) {
      const fields = printed(mesh, "node-2", spec.argv);
      expect(isWhole(fields, spec)).toBe(true);
      const read = parseAgentStatus(fields);
      const full = parseAgentStatus(printed(mesh, "node-2", baseCaptures["cilium-status.json"].argv));
      if (!full.ok) throw new Error(full.message);
      const newestTimestamp = read.ok ? read.value.newestTimestamp : 0;
      expect(read).toEqual({ ok: true, value: { ...full.value, healthIPs: [], newestTimestamp } });
      expect(now - newestTimestamp).toBeGreaterThanOrEqual(0);
      expect(now - newestTimestamp).toBeLessThan(30_000);
    }
  });

  it("holds controllers, peers and clusters, with whatever their texts hold", () => {
    const text = bytes(
      `fields\u001d${"Ok\u001f".repeat(16)}\u001dkey=\u001f2\u001f\u001ekey2=\u001f3\u001f\u001e\u001d` +
        'sync\u001f3\u001fone\n\ttwo\u001f"2031-05-02T09:14:30.000Z"\u001f\u001e\u001d' +
        "west\u001ffalse\u001f7\u001fno\u001f0001-01-01T00:00:00.000Z\u001f\u001e\u001d" +
        '"2031-05-02T09:14:12.5Z"\u001f\u001e\u001d2031-05-02T09:14:00Z\u001f\u001e\u001dend\n',
    );
    const read = parseAgentStatus(text);
    expect(read).toMatchObject({
      ok: true,
      value: {
        wireguardPeers: 5,
        wireguardPublicKey: "key=",
        failingControllers: [
          {
            name: "sync",
            consecutiveFailures: 3,
            lastFailure: "one\n\ttwo",
            lastFailureAt: "2031-05-02T09:14:30.000Z",
          },
        ],
        remoteClusters: [
          { name: "west", ready: false, nodes: 7, status: "no", lastFailure: "0001-01-01T00:00:00.000Z" },
        ],
        newestTimestamp: Date.parse("2031-05-02T09:14:12.500Z"),
      },
    });
  });

  it.each([
    ["a cut", "fields\u001dOk\u001f"],
    ["too few cells", `fields\u001dOk\u001f\u001d\u001d\u001d\u001d\u001d\u001dend`],
    [
      "a list with odd items",
      `fields\u001d${"Ok\u001f".repeat(16)}\u001da\u001f\u001e\u001d\u001d\u001d\u001d\u001dend`,
    ],
  ])("is none with %s", (_what, text) => {
    expect(parseAgentStatus(bytes(text))).toMatchObject({ ok: false, reason: "wrong-shape" });
  });
});

describe.each(meshes)("the node list in lines, of %o", (mesh) => {
  it("is read as the JSON form is, but for where an entry comes from", () => {
    const lines = printed(mesh, "node-3", shortNodeList.argv);
    expect(isWhole(lines, shortNodeList)).toBe(true);
    const full = parseNodeList(printed(mesh, "node-3", baseCaptures["cilium-node-list.json"].argv));
    if (!full.ok) throw new Error(full.message);
    expect(parseNodeList(lines)).toEqual({ ok: true, value: full.value.map((entry) => ({ ...entry, source: "" })) });
  });
});

describe("of a cluster that is in a mesh with another one", () => {
  const [cluster] = generateMeshOfTwo([
    { nodes: 6, now: () => now },
    { nodes: 4, now: () => now, cluster: "far" },
  ]);
  const json = (id: "cilium-health-status.json" | "cilium-status.json" | "cilium-node-list.json") =>
    printedBy(cluster, "node-2", baseCaptures[id].argv);

  it("the rows are read as the JSON form is", () => {
    const rows = parseHealthReply(printedBy(cluster, "node-2", short("cilium-health-status.json").argv));
    expect(rows).toEqual(parseHealthReply(json("cilium-health-status.json")));
    expect(rows.ok && rows.value.nodes).toHaveLength(10);
  });

  it("the fields name it", () => {
    const fields = parseAgentStatus(printedBy(cluster, "node-2", short("cilium-status.json").argv));
    const full = parseAgentStatus(json("cilium-status.json"));
    expect(fields.ok && fields.value.remoteClusters).toEqual(full.ok && full.value.remoteClusters);
    expect(fields.ok && fields.value.remoteClusters).toMatchObject([{ name: "far", ready: true, nodes: 4 }]);
  });

  it("the lines list its nodes", () => {
    const lines = parseNodeList(printedBy(cluster, "node-2", shortNodeList.argv));
    const full = parseNodeList(json("cilium-node-list.json"));
    expect(lines.ok && lines.value).toEqual(full.ok && full.value.map((entry) => ({ ...entry, source: "" })));
    expect(lines.ok && lines.value).toHaveLength(10);
  });
});

describe("a node list in lines", () => {
  const line = "orchard/pear-1\t192.0.2.11\t\t10.1.0.77\t<nil>\t10.1.0.0/24\t";

  it("leaves out addresses that are none", () => {
    expect(parseNodeList(bytes(`nodes\n${line}\n.\nend\n`))).toEqual({
      ok: true,
      value: [
        {
          name: "orchard/pear-1",
          ips: ["192.0.2.11"],
          healthIPs: ["10.1.0.77"],
          podCIDRs: ["10.1.0.0/24"],
          source: "",
        },
      ],
    });
  });

  it("of nobody is an empty list", () => {
    expect(parseNodeList(bytes("nodes\n\nend\n"))).toEqual({ ok: true, value: [] });
  });

  it.each([
    ["a cut one", `nodes\n${line}\n`],
    ["one with a line too many", `nodes\n${line}\n${line}\n.\nend\n`],
    ["one with a cell too few", "nodes\norchard/pear-1\t192.0.2.11\n.\nend\n"],
    ["one without its end", `nodes\n${line}\n.\n`],
  ])("is no list where it is %s", (_what, text) => {
    expect(parseNodeList(bytes(text))).toMatchObject({ ok: false, reason: "wrong-shape" });
  });

  it("costs less than a sixth of the JSON form", () => {
    const size = (argv: readonly string[]) => printed({ nodes: 300 }, "node-003", argv).length;
    expect(size(shortNodeList.argv) * 6).toBeLessThan(size(baseCaptures["cilium-node-list.json"].argv));
  });
});
