import { existsSync, readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { baseCaptures, type CaptureSpec } from "../../src/collect/captures.ts";
import { shortCaptures } from "../../src/collect/short-captures.ts";
import { generateMesh, type MeshOptions, parseFault } from "../../src/demo/index.ts";
import type { ScenarioResource } from "../../src/demo/scenario.ts";
import { captureIds } from "../../src/model/capture.ts";
import type { KubeResource } from "../../src/model/kube.ts";
import type { Report } from "../../src/model/report.ts";
import { factsReducer } from "../../src/parse/facts.ts";
import { TextPool } from "../../src/parse/text-pool.ts";
import { reportDocument } from "../../src/render/document.ts";
import { jsonChunks } from "../../src/render/json.ts";
import { recordedCases, recordedReply } from "../recording.ts";
import { agentPod, bytes, capture, factsOf, kubeNode, printed, reportOf, source } from "../views.ts";
import { scansThatAgree, unscanned } from "./scanned.ts";

/** Every path with all of its probes, and all findings, as `--all -o json` prints them. */
function printedReport(report: Report): string {
  return [...jsonChunks(reportDocument(report, true))].join("");
}

const now = Date.parse("2031-05-02T09:20:00Z");
const resources: Readonly<Record<KubeResource, ScenarioResource>> = {
  pods: "pods",
  nodes: "nodes",
  ciliumnodes: "ciliumnodes",
  ciliumclusterwidenetworkpolicies: "ciliumclusterwidenetworkpolicies",
  "cilium-config": "configmaps",
};

/** The report on a generated mesh whose agents' replies go through `change` first. */
function meshReport(
  options: MeshOptions,
  captures: readonly CaptureSpec[],
  change: (reply: Uint8Array) => Uint8Array,
): Report {
  const mesh = generateMesh({ ...options, now: () => now });
  const reducer = factsReducer(source, "cilium-agent");
  for (const [resource, from] of Object.entries(resources) as [KubeResource, ScenarioResource][]) {
    reducer.addList({ resource, outcome: { kind: "ok", items: mesh.objects(from) ?? [] } });
  }
  for (const { node, name } of reducer.agents()) {
    for (const { id, argv } of captures) {
      const stdout = change(meshReply(mesh, node, argv));
      const outcome = { kind: "ok", stdout, stderr: "" } as const;
      reducer.add({ node, pod: name, id, argv: [], outcome });
    }
  }
  return reportOf(reducer.finish());
}

function meshReply(mesh: ReturnType<typeof generateMesh>, node: string, argv: readonly string[]): Uint8Array {
  const answer = mesh.reply(node, argv);
  if (answer.kind !== "output") return new Uint8Array();
  return Buffer.concat([...answer.stdout].map((piece) => Buffer.from(piece)));
}

const scanOf = {
  "cilium-health-status.json": "health",
  "cilium-node-list.json": "nodes",
  "cilium-endpoint-list.json": "endpoints",
} as const;

describe("replies are read fast, and as the parser reads them,", () => {
  it.each(recordedCases())("as recorded: %s", (name) => {
    const read = agentsOf(name).flatMap((node) =>
      Object.entries(scanOf).map(([id, scan]) => [
        `${node} ${id}`,
        scansThatAgree(recordedReply(name, node, id as keyof typeof scanOf)).includes(scan),
      ]),
    );
    expect(read.filter(([, scanned]) => scanned !== true)).toEqual([]);
    expect(read.length).toBeGreaterThan(10);
  });

  const meshes: readonly (readonly [string, MeshOptions])[] = [
    ["of both families", { nodes: 12, dualStack: true, faults: [parseFault("vxlan-blocked")] }],
    ["of Cilium 1.16", { nodes: 12, version: "1.16.5", faults: [parseFault("node-down")] }],
    ["of Cilium 1.17, of a cluster without a name", { nodes: 12, version: "1.17.2", cluster: "default" }],
    ["without endpoint health", { nodes: 12, faults: [parseFault("endpoint-health-off"), parseFault("ghost-node")] }],
    ["where one has no results, and one old ones", { nodes: 12, faults: ["not-probed", "stale"].map(parseFault) }],
    ["that are cut or garbage", { nodes: 12, faults: ["cut", "garbage"].map(parseFault) }],
    ["with terminal escapes in names", { nodes: 12, faults: ["hostile-names", "zone-partition"].map(parseFault) }],
  ];

  const inFull = captureIds.map((id) => baseCaptures[id]);
  const forms: readonly (readonly [string, readonly CaptureSpec[]])[] = [
    ["JSON", inFull],
    ["rows", shortCaptures],
  ];

  it.each(forms.flatMap(([form, captures]) => meshes.map(([what, options]) => ({ what, form, captures, options }))))(
    "made up, $what, in $form: the report is the same",
    ({ captures, options }) => {
      // How long a reply was that made no sense is told; the mark before it is three bytes.
      const printed = (report: Report) => printedReport(report).replaceAll(/\d+ bytes/g, "so many bytes");
      const fast = printed(meshReport(options, captures, (reply) => reply));
      expect(fast).toBe(printed(meshReport(options, captures, unscanned)));
      expect(fast.length).toBeGreaterThan(10_000);
    },
  );

  const node = `{"name": "a", "host": {"primary-address": {"ip": "192.0.2.1", "icmp": {}, "http": {"status": "x"}}}}`;
  const read = (reply: string) => scansThatAgree(bytes(reply)).includes("health");

  it.each([
    ["without indentation", `{"nodes":[${node.replaceAll(" ", "")}]}`],
    [
      "with its keys in another order, and some that are not known",
      `{"x": [{"y": [1, -2.5e3, null]}], "nodes": [${node}]}`,
    ],
    ["with escapes in its texts", `{"nodes": [${node.replace('"x"', '"Get \\"http://a\\": \\u003cnil\\u003e"')}]}`],
    ["with carriage returns and tabs", `{\r\n\t"nodes": [${node}]}\r\n\n`],
  ])("a view %s", (_how, reply) => {
    expect(read(reply)).toBe(true);
  });

  it.each([
    ["with a key that comes twice", `{"nodes": [${node.replace('"icmp"', '"http"')}]}`],
    ["with an escape in a key", `{"nodes": [${node.replace('"ip"', '"\\u0069p"')}]}`],
    ["with a latency that is no plain number", `{"nodes": [${node.replace("{}", '{"latency": 1e3}')}]}`],
    ["with a latency no float holds", `{"nodes": [${node.replace("{}", `{"latency": ${"9".repeat(16)}}`)}]}`],
    ["with an address that is a number", `{"nodes": [${node.replace('"192.0.2.1"', "12")}]}`],
    ["with more addresses than a node has", `{"nodes": [{"host": {"secondary-addresses": [${"{},".repeat(8)}{}]}}]}`],
    ["behind a notice", `Using config file: x\n{"nodes": [${node}]}`],
    ["with something behind it", `{"nodes": [${node}]} bye`],
    ["that is cut", `{"nodes": [${node}`],
    ["nested without end", `{"nodes": [${node}], "x": ${"[".repeat(70)}${"]".repeat(70)}}`],
    ["without nodes", `{"nodes": null}`],
  ])("but a view %s is left to the parser", (_how, reply) => {
    expect(read(reply)).toBe(false);
  });

  it.each([
    "01",
    "1.",
    ".5",
    "1e",
    "+1",
    "0x1",
    "tru",
    "nulll",
    '"\\x"',
    '"\n"',
    "[1,]",
    "{,}",
    '{"a" 1}',
    "[1 2]",
    "",
  ])("%s is no JSON, neither as a value that is passed over nor as a latency", (value) => {
    expect(read(`{"nodes": [${node}], "x": ${value}}`)).toBe(false);
    expect(read(`{"nodes": [${node.replace("{}", `{"latency": ${value}}`)}]}`)).toBe(false);
  });

  it("a node that stands in a view twice has the addresses of both", () => {
    const twice = `{"nodes": [${node}, ${node.replace("192.0.2.1", "192.0.2.9")}]}`;
    const [fast, slow] = [twice, `\ufeff${twice}`].map((reply) =>
      factsOf({
        nodes: [kubeNode("a"), kubeNode("b")],
        pods: [agentPod("b")],
        captures: [capture("b", "cilium-health-status.json", printed(reply))],
      }),
    );
    expect(fast).toEqual(slow);
    expect(fast?.matrix.addresses).toEqual(["", "192.0.2.1", "192.0.2.9"]);
  });
});

describe("a view in rows", () => {
  const head = "rows\t2031-05-02T09:20:00Z\tlab/a\t1m56s\n";
  const good = "192.0.2.1\t120000\t\t2031-05-02T09:19:30Z\t130000\t\t2031-05-02T09:19:30Z\t[]";
  const node = `lab/a\t${good}\t${good}\n`;
  const nothing = "\t".repeat(7);
  const read = (rows: string) => scansThatAgree(bytes(rows)).includes("rows");

  it.each([
    ["as agents print it", `${head}${node}${node.replace("a", "b")}..\nend`],
    ["with the other family", `${head}${node.replace("[]", '[{"ip":"2001:db8::1"}]')}.\nend`],
    ["with a newline behind it", `${head}${node}.\nend\n`],
    ["without times, as before 1.18", `${head}${node.replaceAll("2031-05-02T09:19:30Z", "")}.\nend`],
    ["with a failure", `${head}${node.replace("120000\t", '0\tGet "http://x": timeout')}.\nend`],
    ["with a result that is missing", `${head}${node.replace("120000\t\t2031-05-02T09:19:30Z", "\t\t")}.\nend`],
    ["where one endpoint is not checked", `${head}${node}lab/b\t${good}\t${nothing}\n..\nend`],
    ["of an agent without endpoints, before 1.12", `${head}${node.replaceAll("[]", "")}.\nend`],
  ])("%s is scanned", (_how, rows) => {
    expect(read(rows)).toBe(true);
  });

  it.each([
    ["with a tab in a list", `${head}${node.replace("[]", '[{"ip":\t"2001:db8::1"}]')}.\nend`],
    ["with a list that is broken", `${head}${node.replace("[]", '[{"ip":"2001:db8::1"}')}.\nend`],
    ["with a backslash in a text", `${head}${node.replace("120000\t", "0\t\\n")}.\nend`],
    ["with a time in another zone", `${head}${node.replaceAll("30Z", "30+02:00")}.\nend`],
    ["with a latency that is no plain number", `${head}${node.replace("120000", "1e5")}.\nend`],
    ["with a cell too many", `${head}${node.replace("\n", "\tx\n")}.\nend`],
    ["with a line too few", `${head}${node}..\nend`],
    ["that is cut", `${head}${node}.\nen`],
    ["with something behind it", `${head}${node}.\nend.`],
    ["without nodes", `${head}\nend`],
    ["whose endpoints cannot be told", `${head}${node.replaceAll("[]", "")}lab/b\t${good}\t${nothing}\n..\nend`],
  ])("%s is left to the parser", (_how, rows) => {
    expect(read(rows)).toBe(false);
  });
});

describe("the pool of texts", () => {
  it("gives each its own, also when there are more than it keeps", () => {
    const texts = new TextPool();
    const said = Array.from({ length: 70_000 }, (_, number) => `node-${number * 7919}`);
    for (let round = 0; round < 2; round++) {
      expect(said.every((text) => texts.text(bytes(text), 0, text.length) === text)).toBe(true);
    }
  });

  it("understands escapes, and keeps no long text", () => {
    const texts = new TextPool();
    const read = (text: string) => texts.text(bytes(text), 0, bytes(text).length);
    expect(read('a \\"b\\" \\u003c\\ud83d\\ude00 \u00e9')).toBe('a "b" <\u{1f600} \u00e9');
    expect(read("\ufeffx".repeat(200))).toBe("\ufeffx".repeat(200));
  });
});

function agentsOf(name: string): string[] {
  const nodes = readdirSync(new URL(`../../src/demo/scenarios/${name}/nodes/`, import.meta.url));
  return nodes.filter((node) =>
    existsSync(new URL(`../../src/demo/scenarios/${name}/nodes/${node}/cilium-node-list.json`, import.meta.url)),
  );
}
