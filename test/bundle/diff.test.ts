import { cpSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { readScenario, startDemo } from "../../src/demo/index.ts";
import { runCommand } from "./run-command.ts";
import { scratchFolder } from "./scratch-folder.ts";

const scratch = scratchFolder();
const base = new URL("../../src/demo/scenarios/", import.meta.url);
const folderOf = (name: string) => fileURLToPath(new URL(name, base));

interface Diff {
  readonly kind: string;
  readonly different: boolean;
  readonly counts: { readonly broke: number; readonly healed: number; readonly changed: number };
  readonly paths: readonly { change: string; from: string; to: string; target: string; was: string; is: string }[];
  readonly nodes: { readonly new: readonly string[]; readonly gone: readonly string[] };
  readonly addresses: readonly { node: string; name: string; was: string; is: string }[];
  readonly settings: readonly { node: string; name: string; was: string; is: string }[];
  readonly findings: { readonly new: readonly { id: string }[]; readonly gone: readonly { id: string }[] };
}

async function diffOf(old: string, now: string): Promise<Diff & { readonly code: number }> {
  const { stdout, code } = await runCommand(["diff", old, now, "-o", "json"]);
  return { ...JSON.parse(stdout), code };
}

/** The healthy recording, changed in its files. */
function changed(
  name: string,
  change: (read: (file: string) => string, write: (file: string, text: string) => void) => void,
): string {
  const folder = scratch.path(name);
  cpSync(folderOf("healthy"), folder, { recursive: true });
  const file = (path: string) => `${folder}/${path}`;
  change(
    (path) => readFileSync(file(path), "utf8"),
    (path, text) => writeFileSync(file(path), text),
  );
  return folder;
}

describe("diff OLD NEW", () => {
  it("of a state and itself is no difference, exit 0", async () => {
    const same = await diffOf(folderOf("healthy"), folderOf("healthy"));
    expect(same).toMatchObject({
      kind: "Diff",
      different: false,
      code: 0,
      counts: { broke: 0, healed: 0, changed: 0 },
    });
    const { stdout } = await runCommand(["diff", folderOf("healthy"), folderOf("healthy")]);
    expect(stdout).toContain("no difference");
  });

  it("says what broke, and the other way round what healed", async () => {
    const broke = await diffOf(folderOf("healthy"), folderOf("vxlan-blocked-one-node"));
    expect(broke).toMatchObject({ different: true, code: 1, counts: { broke: 8, healed: 0 } });
    expect(broke.findings.new.map(({ id }) => id)).toContain("vxlan-udp-blocked");
    for (const path of broke.paths) {
      expect(path).toMatchObject({ change: "broke", target: "endpoint", was: "reachable", is: "unreachable" });
      expect([path.from, path.to]).toContain("worker-2");
    }
    const healed = await diffOf(folderOf("vxlan-blocked-one-node"), folderOf("healthy"));
    expect(healed).toMatchObject({ code: 1, counts: { broke: 0, healed: 8 } });
    expect(healed.findings.gone.map(({ id }) => id)).toContain("vxlan-udp-blocked");
  });

  it("does not call healed what cannot be seen any more", async () => {
    const blind = scratch.path("blind");
    cpSync(folderOf("vxlan-blocked-one-node"), blind, { recursive: true });
    rmSync(`${blind}/nodes/worker-2`, { recursive: true });
    const diff = await diffOf(folderOf("vxlan-blocked-one-node"), blind);
    expect(diff.counts.healed).toBe(0);
    expect(diff.paths.filter(({ from, was }) => from === "worker-2" && was === "unreachable")).toHaveLength(4);
    expect(diff.paths.every(({ change }) => change === "changed")).toBe(true);
    expect(diff.code).toBe(1);
  });

  it("names nodes that are new and gone, and compares no paths of theirs", async () => {
    const without = changed("without", (read, write) => {
      for (const list of ["nodes", "ciliumnodes", "pods"]) {
        const json = JSON.parse(read(`kube/${list}.json`));
        const of = (item: { metadata: { name: string }; spec: { nodeName?: string } }) =>
          item.spec.nodeName ?? item.metadata.name;
        write(
          `kube/${list}.json`,
          JSON.stringify({
            ...json,
            items: json.items.filter((item: Parameters<typeof of>[0]) => of(item) !== "worker-5"),
          }),
        );
      }
      for (const node of ["worker-1", "worker-2", "worker-3", "worker-4"]) {
        const path = `nodes/${node}/cilium-health-status.json`;
        const json = JSON.parse(read(path));
        write(
          path,
          JSON.stringify({
            ...json,
            nodes: json.nodes.filter(({ name }: { name: string }) => !name.endsWith("worker-5")),
          }),
        );
        const list = `nodes/${node}/cilium-node-list.json`;
        write(
          list,
          JSON.stringify(JSON.parse(read(list)).filter(({ name }: { name: string }) => !name.endsWith("worker-5"))),
        );
      }
    });
    expect(await diffOf(folderOf("healthy"), without)).toMatchObject({
      code: 1,
      nodes: { new: [], gone: ["worker-5"] },
      paths: [],
    });
    expect(await diffOf(without, folderOf("healthy"))).toMatchObject({ nodes: { new: ["worker-5"], gone: [] } });
  });

  it("names changed addresses and settings", async () => {
    const other = changed("other", (read, write) => {
      write(
        "kube/cilium-config.json",
        read("kube/cilium-config.json").replace('"enable-ipv4": "true"', '"enable-ipv4": "false"'),
      );
      for (const list of ["nodes", "ciliumnodes"])
        write(`kube/${list}.json`, read(`kube/${list}.json`).replaceAll("172.31.0.13", "172.31.9.13"));
    });
    const diff = await diffOf(folderOf("healthy"), other);
    expect(diff.code).toBe(1);
    expect(diff.addresses).toContainEqual({ node: "worker-3", name: "ip", was: "172.31.0.13", is: "172.31.9.13" });
    expect(diff.settings).toContainEqual({ node: "", name: "enable-ipv4", was: "true", is: "false" });
    const { stdout } = await runCommand(["diff", folderOf("healthy"), other]);
    expect(stdout).toMatch(/worker-3 +ip +172\.31\.0\.13 → 172\.31\.9\.13/);
    expect(stdout).toMatch(/\(cluster\) +enable-ipv4 +true → false/);
  });

  it("compares a saved state with the live cluster when there is one argument alone", async () => {
    const demo = await startDemo({ scenario: await readScenario(base, "zone-partition") });
    try {
      const config = scratch.write("kubeconfig", demo.kubeconfig);
      const same = await runCommand(["diff", folderOf("zone-partition"), "--kubeconfig", config]);
      expect(same.code).toBe(0);
      const other = await runCommand(["diff", folderOf("healthy"), "--kubeconfig", config, "-o", "yaml"]);
      expect(other.code).toBe(1);
      expect(other.stdout).toMatch(/^kind: Diff$/m);
    } finally {
      await demo.close();
    }
  });

  it("takes a bundle for what it was taken of", async () => {
    const file = scratch.path("node-down.tar.gz");
    await runCommand(["bundle", "--from", folderOf("node-down"), "--output-file", file]);
    expect(await diffOf(folderOf("node-down"), file)).toMatchObject({ code: 0, different: false });
  });

  it("folds a long list of paths, and shows all of them with --all", async () => {
    const folded = await runCommand(["diff", folderOf("healthy"), folderOf("zone-partition")]);
    const all = await runCommand(["diff", folderOf("healthy"), folderOf("zone-partition"), "--all"]);
    expect(all.stdout.length).toBeGreaterThanOrEqual(folded.stdout.length);
    expect(all.stdout).not.toContain("more (--all");
  });
});
