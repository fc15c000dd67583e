// npm run bench:packaged: start times of the unpackaged program, the self-contained binary and completion, each pair in
// turn. Needs `npm run build` and `npm run package -- --platform linux-amd64` before it.
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { linuxArchive } from "../package/packaged.ts";
import { type Contender, paired } from "./paired.ts";

const rounds = 21;
const program = fileURLToPath(new URL("../../dist/kubectl-cilium_health.js", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "packaged-"));
spawnSync("tar", ["-xzf", linuxArchive().path, "-C", folder], { stdio: "inherit" });

function unpackaged(...args: readonly string[]): Contender {
  return { name: args.join(" "), command: process.execPath, args: [program, ...args] };
}

function binary(...args: readonly string[]): Contender {
  return { name: `binary ${args.join(" ")}`, command: join(folder, "kubectl-cilium_health"), args };
}

/** What is timed, against what, and the most that the ratio may be; null where it is only shown. */
const rows: readonly (readonly [Contender, Contender, number | null])[] = [
  [binary("--help"), unpackaged("--help"), 1.8],
  [binary("version"), unpackaged("version"), null],
  [binary("demo", "-q"), unpackaged("demo", "-q"), null],
  [unpackaged("__complete", "pa"), unpackaged("--help"), 1.3],
  [unpackaged("__complete", "--ignore", ""), unpackaged("--help"), 1.3],
  [unpackaged("__complete", "demo", ""), unpackaged("--help"), 1.3],
  [binary("__complete", "pa"), binary("--help"), 1.3],
];

const lines = rows.map(([a, b, most]) => {
  const timed = paired(a, b, rounds);
  const bound = most === null ? "" : `at most ${most}`;
  process.exitCode = most !== null && timed.ratio > most ? 1 : (process.exitCode ?? 0);
  const milliseconds = [timed.a.median, timed.b.median].map((median) => median.toFixed(0).padStart(5));
  return `${a.name.padEnd(26)} ${milliseconds[0]} ms   ${b.name.padEnd(16)} ${milliseconds[1]} ms   ${timed.ratio.toFixed(2)} ${bound}`;
});
rmSync(folder, { recursive: true });
process.stdout.write(`${lines.join("\n")}\n`);
