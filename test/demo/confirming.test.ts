import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { faultCatalogue, generateMesh, parseFault, readScenario } from "../../src/demo/index.ts";
import { generatedLook } from "../generated-look.ts";
import { recordedReport } from "../recorded-report.ts";

const base = new URL("../../src/demo/scenarios/", import.meta.url);
const names = readdirSync(base, { withFileTypes: true }).filter((entry) => entry.isDirectory());

/** Answers that no recording holds: rule counters of a chain, and the kernel's choice of a route. */
const notRecorded = [/^iptables -nvL FORWARD$/, /^ip route get /];

describe.each(names.map((entry) => entry.name))("the demo of %s", (name) => {
  it("answers the commands that its findings tell the reader to run in an agent", async () => {
    const scenario = await readScenario(base, name);
    const { report } = await recordedReport(name);
    const refused = report.findings
      .flatMap(({ confirm }) => confirm)
      .filter(({ node, argv }) => {
        if (node === null) return false;
        const reply = scenario.reply(node, argv);
        return reply.kind === "no-such-program" || (reply.kind === "output" && reply.exitCode !== 0);
      })
      .map(({ argv }) => argv.join(" "));
    expect(refused.filter((line) => !notRecorded.some((known) => known.test(line)))).toEqual([]);
  });
});

/** The short text, in a form of its own for each version: the JSON is what is read, and what an agent here prints. */
const notGenerated = [/^cilium-health status$/];

const faultsOfOne = Object.keys(faultCatalogue).filter((name) => name !== "clusters-cut");

describe.each(faultsOfOne)("a generated mesh with the fault %s", (name) => {
  const now = () => Date.parse("2031-05-02T09:20:00Z");
  const mesh = { nodes: 6, faults: [parseFault(name)], now };

  it("answers the commands that its findings tell the reader to run in an agent", () => {
    const scenario = generateMesh(mesh);
    const refused = generatedLook(mesh)
      .report.findings.flatMap(({ confirm }) => confirm)
      .flatMap(({ node, argv }) => {
        const reply = node === null ? null : scenario.reply(node, argv);
        const isNone = reply?.kind === "output" && reply.stderr.includes("has no answer to");
        return isNone || reply?.kind === "no-such-program" ? [argv.join(" ")] : [];
      });
    expect(refused.filter((line) => !notGenerated.some((known) => known.test(line)))).toEqual([]);
  });
});

describe("a generated agent", () => {
  const scenario = generateMesh({ nodes: 3, faults: [parseFault("health-socket-missing=node-2")] });
  const [one, two] = ["node-1", "node-2"];
  const said = (node: string, line: string) => {
    const reply = scenario.reply(node, line.split(" "));
    return reply.kind === "output" ? [...reply.stdout].join("") + reply.stderr : reply.kind;
  };

  it.each([
    [one, "ip -s link show cilium_vxlan", /^5: cilium_vxlan: <.*> mtu 1500 .*\n {4}link\/ether [0-9a-f:]{17} brd/],
    [one, "ip -s link show eth7", /^Device "eth7" does not exist\.\n$/],
    [one, "ip route get 172.16.0.2", /^172\.16\.0\.2 dev eth0 src 172\.16\.0\.1 uid 0 \n {4}cache \n$/],
    [one, "ip route get 192.0.2.1", /^192\.0\.2\.1 via 172\.16\.255\.254 dev eth0 /],
    [one, "iptables -S INPUT", /^-P INPUT ACCEPT\n-A INPUT -m comment .* -j CILIUM_INPUT\n$/],
    [one, "iptables -S NONE", /^iptables: No chain/],
    [one, "cilium-dbg node list", /^Name +IPv4 Address +Endpoint CIDR .*Source\n\S+node-1 +172\.16\.0\.1 .* local\n/],
    [one, "cilium-health ping", /^OK\n$/],
    [two, "cilium-health ping", /^Error: Cannot ping: Get .*healthz.*health\.sock.*no such file/],
  ])("%s says to %s what a real one would", (node, line, expected) => {
    expect(said(node, line)).toMatch(expected);
  });
});

describe("an agent's counters as a table", async () => {
  const scenario = await readScenario(base, "policy-blocks-health");
  const said = (...argv: string[]) => {
    const reply = scenario.reply("worker-1", argv);
    return reply.kind === "output" ? [...reply.stdout].join("") : reply.kind;
  };

  it("are those that the recording holds as JSON", () => {
    const lines = said("cilium-dbg", "bpf", "metrics", "list").split("\n");
    expect(lines[0]).toMatch(/^REASON +DIRECTION {3}PACKETS {3}BYTES +LINE {3}FILE$/);
    expect(lines.find((one) => one.startsWith("Policy denied"))).toMatch(/ INGRESS +118 +11507 +2381 {3}bpf_lxc\.c$/);
    expect(said("cilium", "bpf", "metrics", "list")).toBe(lines.join("\n"));
  });

  it("grow with the packets that a watched drop monitor has seen", () => {
    expect(said("timeout", "-s", "INT", "-k", "3", "3", "cilium-dbg", "monitor", "--type", "drop", "--json")).not.toBe(
      "",
    );
    expect(said("cilium-dbg", "bpf", "metrics", "list")).toMatch(/^Policy denied +INGRESS +1[2-9]\d /m);
  });
});

it("one chain of a recorded packet filter is its policy and its rules", async () => {
  const reply = (await readScenario(base, "vxlan-blocked-one-node")).reply("worker-2", ["iptables", "-S", "INPUT"]);
  if (reply.kind !== "output") throw new Error(reply.kind);
  const lines = [...reply.stdout].join("").trimEnd().split("\n");
  expect(lines[0]).toBe("-P INPUT ACCEPT");
  expect(lines).toContain("-A INPUT -p udp -m udp --dport 8472 -j DROP");
  expect(lines.every((line) => / INPUT /.test(line))).toBe(true);
});
