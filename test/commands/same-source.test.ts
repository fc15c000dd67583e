import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { run } from "../../src/commands/run.ts";
import { sameSource } from "../../src/commands/spell.ts";
import { generateMesh, parseFault, startDemo } from "../../src/demo/index.ts";
import { silentIo } from "../recorded-report.ts";

const saved = fileURLToPath(new URL("../../src/demo/scenarios/vxlan-blocked-one-node", import.meta.url));
const now = Date.parse("2031-05-02T09:20:00Z");
const verbs = ["matrix", "nodes", "check", "ports"];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "hints-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The line that a verb ends with to say where more is told, as the words a shell would hand over. */
async function hintOf(verb: string, flags: readonly string[]): Promise<string[]> {
  const request = parseRequest([verb, ...flags]);
  if (request.kind === "wrong" || request.kind === "help") throw new Error(JSON.stringify(request));
  const written: string[] = [];
  await run(request, silentIo(written));
  const hint = /^.*: (?:see )?kubectl cilium-health(.*)$/m.exec(written.join(""));
  if (hint?.[1] === undefined) throw new Error(`no hint in:\n${written.join("")}`);
  return hint[1].split(" ").filter((word) => word !== "");
}

describe.each(verbs)("what %s says to run next", (verb) => {
  it("reads the same saved state, not the cluster of the current context", async () => {
    expect(parseRequest(await hintOf(verb, ["--from", saved]))).toMatchObject({ kind: "status", from: saved });
  });

  it("asks the same cluster, by the same kubeconfig and context", async () => {
    const scenario = generateMesh({ nodes: 4, faults: [parseFault("vxlan-blocked")], now: () => now });
    const demo = await startDemo({ scenario });
    try {
      const kubeconfig = join(folder, "kubeconfig");
      writeFileSync(kubeconfig, demo.kubeconfig);
      const hint = await hintOf(verb, ["--kubeconfig", kubeconfig, "--context", "demo", "-n", "kube-system"]);
      expect(parseRequest(hint)).toMatchObject({
        kind: "status",
        connection: { kubeconfig, context: "demo" },
        collect: { namespace: "kube-system" },
      });
    } finally {
      await demo.close();
    }
  });
});

describe("the flags of the same source", () => {
  const flagsOf = (...argv: string[]) => {
    const request = parseRequest(argv);
    if (request.kind !== "status") throw new Error(JSON.stringify(request));
    return sameSource(request);
  };

  it.each([
    [[], ""],
    [["--context", "my cluster"], " --context 'my cluster'"],
    [["--as", "ann", "--as-group", "a", "--as-group", "b"], " --as ann --as-group a --as-group b"],
    [["-l", "app=agent", "--container", "agent"], " -l app=agent --container agent"],
    [["--remote-context", "west"], " --remote-context west"],
    [["--node", "worker-1", "--target", "host"], ""],
    [["--from", "a.tar.gz", "-n", "other"], " --from a.tar.gz"],
  ])("of %j are %j", (argv, expected) => {
    expect(flagsOf(...argv)).toBe(expected);
  });

  it("never hold a token", () => {
    expect(flagsOf("--token", "secret", "--server", "https://10.0.0.1")).toBe(" --server https://10.0.0.1");
  });
});
