import { describe, expect, it } from "vitest";
import { packetsBecause, policyDenied, readBpfMetrics } from "../../../src/analyse/reads/bpf-metrics.ts";
import { confirmingText } from "../../../src/analyse/scene.ts";
import { recorded } from "../recorded.ts";

describe("packet counts of the datapath", () => {
  it.each([
    ["policy-blocks-health", 118],
    ["healthy", 0],
  ])("of the capture %s hold %i packets denied by policy at worker-1", async (name, packets) => {
    const facts = await recorded(name, ["bpf-metrics.json"]);
    const text = confirmingText(
      facts.nodes.find((node) => node.name === "worker-1"),
      "bpf-metrics.json",
    );
    const counts = readBpfMetrics(text ?? "");
    expect(counts?.length).toBeGreaterThan(5);
    expect(packetsBecause(counts ?? [], policyDenied)).toBe(packets);
  });

  it("are read in the form of older agents, by reason and direction (cilium-dbg/cmd/bpf_metrics_list.go)", () => {
    const values = { ingress: { packets: 4, bytes: 400 }, egress: { packets: 3, bytes: 300 } };
    const counts = readBpfMetrics(
      `Using config file: x\n${JSON.stringify([{ reason: 133, description: "Policy denied", values }])}`,
    );
    expect(counts).toEqual([
      { reason: "Policy denied", direction: "ingress", packets: 4 },
      { reason: "Policy denied", direction: "egress", packets: 3 },
    ]);
    expect(packetsBecause(counts ?? [], policyDenied)).toBe(7);
  });

  it.each(["", "[]", "{}", "Error: cannot open the map", '[{"packets": 3}]', "[null, 3]"])(
    "are unknown in %j",
    (text) => {
      expect(readBpfMetrics(text)).toBeNull();
    },
  );
});
