import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse, parseAllDocuments } from "yaml";
import { parseRequest } from "../src/cli/parse-request.ts";
import { roleManifest } from "../src/commands/role-manifest.ts";
import { prometheusChunks } from "../src/render/prometheus.ts";
import { metricSamples } from "./metrics.ts";
import { recordedReport } from "./recorded-report.ts";

const doc = (name: string) => readFileSync(new URL(`../docs/${name}`, import.meta.url), "utf8");
const cronjob = doc("examples/cronjob.yaml");

/** The first YAML block of a page. */
function yamlOf(page: string): unknown {
  return parse(/```yaml\n(.*?)```/s.exec(doc(page))?.[1] ?? "");
}

describe("docs/examples/cronjob.yaml", () => {
  it("grants exactly the rights that access prints", () => {
    const account = { kind: "ServiceAccount", name: "cilium-health", namespace: "kube-system" } as const;
    expect(cronjob).toContain(roleManifest("kube-system", account));
  });

  it("is six documents without an error", () => {
    const documents = parseAllDocuments(cronjob);
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    expect(documents.length).toBe(6);
  });

  it("runs a command line that the plugin understands", () => {
    const [, line = ""] = /kubectl-cilium_health (.+?) >/.exec(cronjob) ?? [];
    expect(parseRequest(line.split(" "))).toMatchObject({
      kind: "status",
      format: "prometheus",
      collect: { deadlineMs: 240_000 },
    });
  });
});

describe("docs/prometheus.md", () => {
  it("alerts on metrics that exist", async () => {
    const rules = JSON.stringify(yamlOf("prometheus.md"));
    const { report } = await recordedReport("healthy");
    const known = new Set(metricSamples([...prometheusChunks(report)].join("")).map(({ name }) => name));
    const used = [...rules.matchAll(/cilium_health_[a-z_]+/g)].map(([name]) => name);
    expect(used.length).toBeGreaterThan(3);
    expect(used.filter((name) => !known.has(name))).toEqual([]);
  });
});

describe("docs/k9s.md", () => {
  const { plugins } = yamlOf("k9s.md") as {
    readonly plugins: Readonly<Record<string, { readonly command: string; readonly args: readonly string[] }>>;
  };

  it.each(Object.keys(plugins))("%s has what k9s asks of a plugin, and a command line that is understood", (name) => {
    const plugin = plugins[name];
    expect(plugin).toMatchObject({
      shortCut: expect.any(String),
      description: expect.any(String),
      scopes: ["nodes"],
      command: expect.any(String),
      background: false,
    });
    const words = [plugin?.command ?? "", ...(plugin?.args ?? [])].join(" ");
    const [, line = ""] = /kubectl cilium-health (.*?)(?: 2>&1 .*)?$/.exec(words) ?? [];
    expect(parseRequest(line.replaceAll('"', "").split(" "))).toMatchObject({ kind: "status" });
  });
});
