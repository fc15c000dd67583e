import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseFault } from "../../src/demo/index.ts";
import { prometheusChunks } from "../../src/render/prometheus.ts";
import { generatedLook } from "../generated-look.ts";
import { metricSamples } from "../metrics.ts";
import { recordedReport } from "../recorded-report.ts";

const scenarios = readdirSync(new URL("../../src/demo/scenarios/", import.meta.url), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name);

const samplesOf = (nodes: number, fault: string) => {
  const { report } = generatedLook({ nodes, faults: fault === "" ? [] : [parseFault(fault)] });
  return metricSamples([...prometheusChunks(report)].join(""));
};

describe("-o prometheus", () => {
  it.each(scenarios)("is clean text of the format: %s", async (scenario) => {
    const { report } = await recordedReport(scenario);
    const samples = metricSamples([...prometheusChunks(report)].join(""));
    const value = (name: string) => samples.find((sample) => sample.name === `cilium_health_${name}`)?.value;
    expect(value("exit_code")).toBe(report.exitCode);
    expect(value("agents_answered")).toBe(report.coverage.answered);
    expect(value("node_pairs_unreachable")).toBe(report.summary.unreachablePairs);
  });

  it("keeps a hostile name inside its label", () => {
    const names = samplesOf(4, "hostile-names").map(({ labels }) => labels["node"] ?? "");
    expect(names.some((name) => name.includes("\\x1b"))).toBe(true);
  });

  it("grows with the nodes, not with their pairs", () => {
    const [small, large] = [samplesOf(20, "").length, samplesOf(120, "").length];
    expect((large - small) / 100).toBeLessThanOrEqual(12);
  });

  it("says nothing of what nobody knows", () => {
    const names = new Set(samplesOf(3, "health-off").map(({ name }) => name));
    expect(names).not.toContain("cilium_health_oldest_probe_age_seconds");
    expect(names).toContain("cilium_health_verdict");
  });

  it("every metric is in docs/prometheus.md, and no other", () => {
    const page = readFileSync(new URL("../../docs/prometheus.md", import.meta.url), "utf8");
    const documented = [...page.matchAll(/^\| `(cilium_health_[a-z_]+)/gm)].map((match) => match[1] ?? "");
    const printed = new Set(samplesOf(5, "vxlan-blocked").map(({ name }) => name));
    expect(documented.sort()).toEqual([...printed].sort());
  });
});
