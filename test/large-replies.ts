import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { generateMesh, type Scenario, startDemo } from "../src/demo/index.ts";

const entry = fileURLToPath(new URL("../src/kubectl-cilium_health.ts", import.meta.url));
const tellPeak = "data:text/javascript,process.on('exit',()=>console.error('peak',process.resourceUsage().maxRSS))";

export interface LargeRun {
  readonly stdout: string;
  readonly stderr: string;
  /** Of resident memory. */
  readonly peakMiB: number;
  /** Commands whose output was swollen. */
  readonly swollen: number;
}

/** A status of so many agents, where whatever an agent prints of its health is filled up with blanks to 4 MiB. */
export async function runOnLargeReplies(agents: number): Promise<LargeRun> {
  const folder = mkdtempSync(join(tmpdir(), "large-replies-"));
  const kubeconfig = join(folder, "kubeconfig");
  let swollen = 0;
  const demo = await startDemo({ scenario: filledUp(generateMesh({ nodes: agents }), () => swollen++) });
  try {
    writeFileSync(kubeconfig, demo.kubeconfig, { mode: 0o600 });
    const child = spawn("node", ["--import", tellPeak, entry, "--kubeconfig", kubeconfig]);
    let [stdout, stderr] = ["", ""];
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => {
      stderr += text;
    });
    await once(child, "close");
    const peakMiB = Number(/peak (\d+)/.exec(stderr)?.[1]) / 1024;
    return { stdout, stderr: stderr.replace(/peak \d+\n/, ""), peakMiB, swollen };
  } finally {
    await demo.close();
    rmSync(folder, { recursive: true });
  }
}

const blanks = Buffer.alloc(64 * 1024, " ");

function filledUp(mesh: Scenario, count: () => void): Scenario {
  return {
    ...mesh,
    reply: (node, argv) => {
      const answer = mesh.reply(node, argv);
      if (answer.kind !== "output" || argv[0] !== "cilium-health") return answer;
      count();
      return { ...answer, stdout: withBlanks(answer.stdout) };
    },
  };
}

function* withBlanks(stdout: Iterable<string | Uint8Array>): Generator<string | Uint8Array> {
  yield* stdout;
  for (let sent = 0; sent < 4 * 1024 * 1024; sent += blanks.length) yield blanks;
}
