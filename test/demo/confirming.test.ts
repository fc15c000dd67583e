import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { readScenario } from "../../src/demo/index.ts";
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
