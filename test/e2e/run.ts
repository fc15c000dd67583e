// npm run test:e2e: builds the programs of the rig and the plugin, then runs the tests against them.
import { spawnSync } from "node:child_process";
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
  return step("npm", "run", "--silent", "build") || step("npx", "vitest", "run", "--project", "e2e");
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
