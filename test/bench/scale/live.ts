import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type LiveRow, measureClients } from "./clients.ts";

const server = fileURLToPath(new URL("serve-child.ts", import.meta.url));

/**
 * Both clients against a stand-in API server on loopback that takes 50 ms for an exec. Bytes of ours are those of its
 * output, not what the agents sent.
 */
export async function measureLive(agents: number, rounds: number, kubectl: string): Promise<LiveRow> {
  const folder = mkdtempSync(join(tmpdir(), "bench-live-"));
  const kubeconfig = join(folder, "kubeconfig");
  const child = spawn(process.execPath, [server, String(agents), kubeconfig], { stdio: ["pipe", "pipe", "inherit"] });
  const gone = once(child, "exit");
  try {
    await once(child.stdout, "data");
    return await measureClients({ agents, kubeconfig, kubectl, folder, around: (run) => run() }, rounds);
  } finally {
    child.stdin.end();
    await gone;
    rmSync(folder, { recursive: true });
  }
}
