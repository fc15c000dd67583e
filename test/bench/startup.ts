// npm run bench:startup: how long `--help` takes against an empty program of the same Node, paired in one run.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { paired } from "./paired.ts";

const most = 2.3;
const program = fileURLToPath(new URL("../../dist/kubectl-cilium_health.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "startup-"));
const empty = join(folder, "empty.js");
writeFileSync(empty, "");

const { a, b, ratio } = paired(
  { name: "--help", command: process.execPath, args: [program, "--help"] },
  { name: "empty program", command: process.execPath, args: [empty] },
  21,
);
rmSync(folder, { recursive: true });

for (const { name, ms, median } of [a, b]) {
  process.stdout.write(
    `${name.padEnd(14)} min ${ms[0]?.toFixed(0)} ms, median ${median.toFixed(0)} ms, max ${ms.at(-1)?.toFixed(0)} ms\n`,
  );
}
process.stdout.write(`ratio ${ratio.toFixed(2)} (at most ${most})\n`);
process.exitCode = ratio <= most ? 0 : 1;
