import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { finished, type Measured, measured, medians } from "./measured.ts";

/** The built program. */
export const program = fileURLToPath(new URL("../../../dist/kubectl-cilium_health.js", import.meta.url));
const server = fileURLToPath(new URL("serve-child.ts", import.meta.url));

export interface LiveRow {
  readonly agents: number;
  readonly ours: Measured;
  /** `xargs -P 20 kubectl exec … cilium-health status -o json`: the view of every agent, read by nobody. */
  readonly loop: Measured;
}

/**
 * Both clients in turn against a stand-in API server on loopback that takes 50 ms for an exec. Ours diagnoses as well;
 * its bytes are those that agents send, which its own output does not show.
 */
export async function measureLive(agents: number, rounds: number, kubectl: string): Promise<LiveRow> {
  const folder = mkdtempSync(join(tmpdir(), "bench-live-"));
  const kubeconfig = join(folder, "kubeconfig");
  const child = spawn(process.execPath, [server, String(agents), kubeconfig], { stdio: ["pipe", "pipe", "inherit"] });
  const gone = once(child, "exit");
  try {
    await once(child.stdout, "data");
    const env = { ...process.env, KUBECONFIG: kubeconfig };
    const pods = join(folder, "pods");
    const query = ["get", "pods", "--namespace", "kube-system", "--selector", "k8s-app=cilium", "--output", "name"];
    writeFileSync(pods, (await finished(kubectl, query, env)).stdout);
    const loop = `xargs -P 20 -I{} '${kubectl}' exec -n kube-system {} -c cilium-agent -- cilium-health status -o json <'${pods}'`;
    const [ours, theirs]: [Measured[], Measured[]] = [[], []];
    for (let round = 0; round < rounds; round++) {
      ours.push(await measured(process.execPath, [program], env));
      theirs.push(await measured("sh", ["-c", loop], env));
    }
    return { agents, ours: medians(ours), loop: medians(theirs) };
  } finally {
    child.stdin.end();
    await gone;
    rmSync(folder, { recursive: true });
  }
}
