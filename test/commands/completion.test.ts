import { spawnSync } from "node:child_process";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Shell } from "../../src/cli/request.ts";
import { completion } from "../../src/commands/completion.ts";

const entry = fileURLToPath(new URL("../../src/kubectl-cilium_health.ts", import.meta.url));
let folder = "";
let environment: NodeJS.ProcessEnv = {};

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), "completion-"));
  environment = { PATH: [folder, process.env["PATH"] ?? ""].join(delimiter), HOME: "/nonexistent" };
  program("kubectl-cilium_health", `#!/bin/sh\nexec node ${entry} "$@"\n`);
  program("kubectl_complete-cilium_health", await scriptFor("kubectl"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function program(name: string, text: string): void {
  writeFileSync(join(folder, name), text);
  chmodSync(join(folder, name), 0o755);
}

async function scriptFor(shell: Shell): Promise<string> {
  const written: string[] = [];
  await completion({ kind: "completion", shell }, { write: async (chunk) => written.push(chunk) > 0 });
  return written.join("");
}

/** COMPREPLY as bash would have it with these words on the line, broken where bash breaks them. */
async function inBash(...words: readonly string[]): Promise<string[]> {
  const script = `${await scriptFor("bash")}\nCOMP_WORDS=("$@"); COMP_CWORD=$(($# - 1))\n_kubectl_cilium_health\nprintf '%s\\n' "\${COMPREPLY[@]}"\n`;
  const args = ["--noprofile", "--norc", "-c", script, "bash", "kubectl-cilium_health", ...words];
  const { stdout, stderr } = spawnSync("bash", args, { encoding: "utf8", env: environment });
  expect(stderr).toBe("");
  return stdout.split("\n").filter((line) => line !== "");
}

describe("the completion script for bash", () => {
  it.each<[string[], string[]]>([
    [["pa"], ["pair"]],
    [
      ["status", "--color", "a"],
      ["auto", "always"],
    ],
    [
      ["status", "--color", "=", "a"],
      ["auto", "always"],
    ],
    [
      ["status", "--color", "="],
      ["auto", "always", "never"],
    ],
    [["--server", "https", ":", "//10.0.0.1", ":", "6443", "completion", "z"], ["zsh"]],
    [["nonsense", ""], []],
  ])("%j gives %j", async (words, expected) => {
    expect(await inBash(...words)).toEqual(expected);
  });
});

describe("the completion script for kubectl", () => {
  it("answers as kubectl asks, exits 0 and says nothing on stderr", () => {
    const ask = (...args: readonly string[]) =>
      spawnSync("kubectl_complete-cilium_health", args, { encoding: "utf8", env: environment });
    expect(ask("completion", "")).toMatchObject({ status: 0, stdout: "kubectl\nbash\nzsh\n:4\n", stderr: "" });
    expect(ask("pair", "")).toMatchObject({ status: 0, stdout: ":4\n", stderr: "" });
  });
});

describe("the completion script for zsh", () => {
  it("asks the program that is being completed, with the words up to the cursor", async () => {
    const script = await scriptFor("zsh");
    expect(script).toMatch(/^#compdef kubectl-cilium_health\n/);
    // biome-ignore lint/suspicious/noTemplateCurlyInString: zsh's own syntax.
    expect(script).toContain('"${words[1]}" __complete "${(@)words[2,CURRENT]}"');
  });
});
