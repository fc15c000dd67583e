import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AgentReply, generateMesh, type Scenario, startDemo } from "../src/demo/index.ts";

const entry = fileURLToPath(new URL("../src/kubectl-cilium_health.ts", import.meta.url));
const tellPeak = "data:text/javascript,process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS))";
const MiB = 1024 * 1024;

export interface LargeRun {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
  /** Of resident memory. */
  readonly peakMiB: number;
}

/** The program in a process of its own. */
export async function runMeasured(argv: readonly string[]): Promise<LargeRun> {
  const child = spawn("node", ["--import", tellPeak, entry, ...argv], { stdio: ["ignore", "pipe", "pipe"] });
  let [stdout, stderr] = ["", ""];
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    stdout += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  const [code] = await once(child, "close");
  const peakMiB = Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024;
  return { code, stdout, stderr: stderr.replace(/peak \d+\n/, ""), peakMiB };
}

export type Output = Extract<AgentReply, { readonly kind: "output" }>;

/** What an agent prints instead of what it would; null where it prints that. */
export type Swell = (answer: Output, node: string, argv: readonly string[]) => Partial<Output> | null;

/** The program, with these words, against a mesh some of whose commands print more than they should. */
export async function runSwollen(
  agents: number,
  swell: Swell,
  argv: readonly string[] = [],
): Promise<LargeRun & { readonly swollen: number }> {
  const folder = mkdtempSync(join(tmpdir(), "large-replies-"));
  const kubeconfig = join(folder, "kubeconfig");
  const mesh = generateMesh({ nodes: agents });
  let swollen = 0;
  const reply: Scenario["reply"] = (node, words) => {
    const answer = mesh.reply(node, words);
    const instead = answer.kind === "output" ? swell(answer, node, words) : null;
    if (answer.kind !== "output" || instead === null) return answer;
    swollen++;
    return { ...answer, ...instead };
  };
  const demo = await startDemo({ scenario: { ...mesh, reply } });
  try {
    writeFileSync(kubeconfig, demo.kubeconfig, { mode: 0o600 });
    return { ...(await runMeasured([...argv, "--kubeconfig", kubeconfig])), swollen };
  } finally {
    await demo.close();
    rmSync(folder, { recursive: true });
  }
}

const piece = 32 * 1024;

/** So many MiB of one byte, in pieces of 32 KiB, which become one frame each. */
export function* filling(char: string, mebibytes: number): Generator<Uint8Array> {
  const bytes = Buffer.alloc(piece, char);
  for (let sent = 0; sent < mebibytes * MiB; sent += piece) yield bytes;
}

/** What is printed of health, filled up with blanks. */
export function blanksBehind(mebibytes: number): Swell {
  return ({ stdout }, _node, [program]) =>
    program === "cilium-health" ? { stdout: behind(stdout, filling(" ", mebibytes)) } : null;
}

/** One output and another behind it. */
export function* behind(first: Output["stdout"], second: Output["stdout"]): Generator<string | Uint8Array> {
  yield* first;
  yield* second;
}
