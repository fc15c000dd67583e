import { describe, expect, it } from "vitest";
import { BundleWriter } from "../../src/bundle/bundle-writer.ts";
import { type CaptureId, captureIds, confirmingCaptureIds, deepCaptureIds } from "../../src/model/capture.ts";
import { kubeResources } from "../../src/model/kube.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { disguises, type PlantedSecret, plantedSecrets, spellings } from "./secrets.ts";
import { listed, unpacked } from "./unpacked.ts";

const scratch = scratchFolder();
const source = { kind: "cluster", context: "prod", cluster: "prod", server: "https://api.example", name: "" } as const;
const at = new Date("2031-05-02T09:20:00Z");
const ids: readonly CaptureId[] = [...captureIds, ...confirmingCaptureIds, ...deepCaptureIds];

/** The secret in every kind of thing a bundle is made of: lists, captures, their errors, logs, reports, its own log. */
async function plantEverywhere(secret: PlantedSecret, file: string): Promise<void> {
  const tool = { name: "kubectl-cilium_health", version: "test" };
  const options = { file, maxBytes: 1 << 30, tool, source, pseudonymised: false, startedAt: at };
  const writer = await BundleWriter.create(options);
  const [bare = ""] = disguises(secret);
  const stdout = Buffer.from(disguises(secret).join("\n"));
  for (const resource of kubeResources) {
    await writer.list({ resource, outcome: { kind: "ok", items: [objectWith(secret.core, bare)] } });
  }
  await writer.list({ resource: "nodes", outcome: { kind: "absent", status: 500, message: bare } });
  for (const id of ids) {
    await writer.capture({ node: "ok", pod: "p", id, argv: [], outcome: { kind: "ok", stdout, stderr: bare } });
    await writer.capture({
      node: "exit",
      pod: "p",
      id,
      argv: [],
      outcome: { kind: "exit", code: 1, stdout, stderr: bare },
    });
    await writer.capture({
      node: "no",
      pod: "p",
      id,
      argv: [],
      outcome: { kind: "remote-error", message: bare, stderr: bare },
    });
  }
  await writer.podLog("p", false, stdout);
  await writer.podLog("p", true, stdout);
  await writer.report("report.json", [JSON.stringify({ findings: disguises(secret) })]);
  await writer.report("report.html", [`<p>${bare}</p>`]);
  writer.log(at, bare);
  writer.fail("agents", "exec", bare);
  await writer.finish(false, at);
}

/** An API object that carries it as a variable's value, a setting, a label's text and in kubectl's own copy. */
function objectWith(core: string, text: string): unknown {
  return {
    metadata: {
      name: "cilium-x2z",
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": JSON.stringify({ env: core }), note: text },
    },
    spec: { containers: [{ name: "cilium-agent", env: [{ name: "PLAIN", value: core }], args: [text] }] },
    status: { message: text },
  };
}

describe("of forty kinds of secrets in every part of a bundle", () => {
  it("there are forty kinds", () => {
    expect(new Set(plantedSecrets.map(({ kind }) => kind)).size).toBeGreaterThanOrEqual(40);
  });

  it.each(plantedSecrets)("no $kind is in the archive", async (secret) => {
    const file = scratch.path(`${secret.kind.replaceAll(/\W+/g, "-")}.tar.gz`);
    await plantEverywhere(secret, file);
    const { paths } = await listed(file);
    expect(paths.length).toBeGreaterThan(ids.length);
    for (const path of paths) {
      const content = (await unpacked(file, path)).toString("latin1");
      for (const spelling of spellings(secret)) expect(content.includes(spelling), path).toBe(false);
    }
  });

  it("a setting under an innocent name is masked by its look, an ordinary one stays", async () => {
    const file = scratch.path("settings.tar.gz");
    const tool = { name: "t", version: "1" };
    const writer = await BundleWriter.create({
      file,
      maxBytes: 1 << 30,
      tool,
      source,
      pseudonymised: false,
      startedAt: at,
    });
    const data = {
      "tunnel-protocol": "vxlan",
      extra: "Xk29sLq0PzV7bT4mN8rWc31d",
      "etcd-config": "endpoints:\n- https://u:p4ss@e:2379\n",
    };
    await writer.list({
      resource: "cilium-config",
      outcome: { kind: "ok", items: [{ metadata: { name: "cilium-config" }, data }] },
    });
    await writer.finish(false, at);
    const content = (await unpacked(file, "kube/cilium-config.json")).toString();
    expect(content).toContain("vxlan");
    expect(content).not.toContain("Xk29");
    expect(content).not.toContain("p4ss");
    const index = JSON.parse((await unpacked(file, "index.json")).toString());
    expect(index.failures).toEqual([]);
  });
});
