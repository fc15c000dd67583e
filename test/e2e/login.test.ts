import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { type Demo, generateMesh, startDemo } from "../../src/demo/index.ts";
import { Terminal } from "./pseudo-terminal.ts";

/**
 * A login by device code: it shows where to go, and takes the code that is typed, which is the token the API server
 * wants. `asked` gets a line a run, with what it was told.
 */
const plugin = `#!/bin/sh
printf '%s\\n' "$KUBERNETES_EXEC_INFO" >> "$HOME/asked"
printf 'Open https://login.test/device and type the code: ' >&2
read -r code
printf 'Thank you.\\n' >&2
printf '{"kind":"ExecCredential","apiVersion":"client.authentication.k8s.io/v1","status":{"token":"%s"}}' "\${code:-$TOKEN}"
`;

let demo: Demo;
let folder = "";

beforeEach(async () => {
  demo = await startDemo({ scenario: generateMesh({ nodes: 8 }), execDelayMs: 20 });
  folder = mkdtempSync(join(tmpdir(), "login-"));
  writeFileSync(join(folder, "login"), plugin);
  chmodSync(join(folder, "login"), 0o755);
});

afterEach(async () => {
  await demo.close();
  rmSync(folder, { recursive: true, force: true });
});

const token = () => /token: (\w+)/.exec(demo.kubeconfig)?.[1] ?? "";

/** The demo's kubeconfig with a login plugin instead of its token. */
function terminal(interactiveMode: string, environment: Readonly<Record<string, string>> = {}): Terminal {
  const env = Object.entries(environment).map(([name, value]) => ({ name, value }));
  const exec = { apiVersion: "client.authentication.k8s.io/v1", command: "./login", interactiveMode, env };
  const kubeconfig = demo.kubeconfig.replace(/user:\n +token: \w+/, `user: ${JSON.stringify({ exec })}`);
  writeFileSync(join(folder, "kubeconfig"), kubeconfig);
  return new Terminal({ columns: 80, rows: 24, folder }, ["--kubeconfig", join(folder, "kubeconfig")]);
}

const asked = () =>
  readFileSync(join(folder, "asked"), "utf8")
    .split("\n")
    .filter(Boolean)
    .map((line) => JSON.parse(line) as { readonly spec: { readonly interactive: boolean } });

const prompt = /^Open https:\/\/login\.test\/device and type the code:$/m;
/** The terminal of these tests does not echo what is typed. */
const thanked = /^Open https:\/\/login\.test\/device and type the code: Thank you\.$/m;

describe("a login plugin on a terminal", () => {
  it.each(["Always", "IfAvailable"])(
    "with interactiveMode %s shows the prompt, takes what is typed, and asks once",
    async (mode) => {
      const running = terminal(mode);
      // Alone on its line: the progress line is gone, and stays away until the plugin has ended.
      await running.shows(prompt);
      running.type(`${token()}\r`);
      expect(await running.ended, running.output).toBe(0);
      expect(running.screen.text).toContain("8 of 8 agents answered");
      expect(running.screen.text).toMatch(thanked);
      expect(asked()).toMatchObject([{ spec: { interactive: true } }]);
    },
  );

  it("with interactiveMode Never can show something, but is given nothing that is typed", async () => {
    const running = terminal("Never", { TOKEN: token() });
    expect(await running.ended, running.output).toBe(0);
    expect(running.screen.text).toMatch(thanked);
    expect(asked()).toMatchObject([{ spec: { interactive: false } }]);
  });

  it("that is left with Ctrl-C ends the run with 130", async () => {
    const running = terminal("IfAvailable");
    await running.shows(prompt);
    running.type("\u0003");
    expect(await running.ended).toBe(130);
    expect(asked()).toHaveLength(1);
  });

  it("with a wrong code is asked again, once, and then the refusal is told", async () => {
    const running = terminal("IfAvailable");
    await running.shows(prompt);
    running.type("wrong\r");
    await running.shows(/Thank you\.\nOpen https:\/\/login\.test\/device and type the code:$/m);
    running.type("wrong-again\r");
    expect(await running.ended).toBe(3);
    expect(running.screen.text).toContain("You must be logged in to the server");
    expect(asked()).toHaveLength(2);
  });
});
