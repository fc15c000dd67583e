// npm run test:e2e: builds the programs of the rig and the plugin in every form, then runs the tests against them.
import { spawnSync } from "node:child_process";
import { browserPath } from "./browser.ts";
import { buildPrograms, goVersion, projectRoot } from "./build.ts";

process.exitCode = main();

function main(): number {
  const go = goVersion();
  if (go === null) {
    say(
      "The end-to-end tests did not run: they build etcd, kube-apiserver, kubectl, kwok and Cilium's programs, and there is no go in PATH.",
    );
    return process.env["CI"] ? 1 : 0;
  }
  try {
    buildPrograms(go, say);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
    return 1;
  }
  const withPage = hasBrowser();
  if (!withPage && process.env["CI"]) return 1;
  const without = withPage ? [] : ["--exclude", "test/e2e/page*.test.ts"];
  return (
    step("npm", "run", "--silent", "build") ||
    step("npm", "run", "--silent", "stage") ||
    step("npm", "run", "--silent", "package", "--", "--platform", "linux-amd64") ||
    step("npx", "vitest", "run", "--project", "e2e", ...without)
  );
}

/** In CI a missing browser is installed; on somebody's own machine that is theirs to do. */
function hasBrowser(): boolean {
  if (browserPath() !== null) return true;
  if (process.env["CI"]) step("sh", "test/e2e/install-browser.sh");
  if (browserPath() !== null) return true;
  say("The HTML page was not tested: there is no Chromium. Install one with: sh test/e2e/install-browser.sh");
  return false;
}

function step(command: string, ...args: readonly string[]): number {
  const { status, signal, error } = spawnSync(command, args, { cwd: projectRoot, stdio: "inherit" });
  if (error) say(`${command}: ${error.message}`);
  if (signal) say(`${command} was stopped by ${signal}`);
  return status ?? 1;
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
