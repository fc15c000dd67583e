import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Finished, finished, type Measured, measured, medians } from "./measured.ts";

/** The built program. */
export const program = fileURLToPath(new URL("../../../dist/kubectl-cilium_health.js", import.meta.url));

export interface LiveRow {
  readonly agents: number;
  readonly ours: Measured;
  /** `xargs -P 20 kubectl exec … cilium-health status -o json`: the view of every agent, read by nobody. */
  readonly loop: Measured;
}

/** A cluster of agents, one of whose nodes has its VXLAN blocked. */
export interface Cluster {
  readonly agents: number;
  readonly kubeconfig: string;
  readonly kubectl: string;
  /** Takes the list of pods that the loop reads. */
  readonly folder: string;
  /** Each run of a client goes through this. */
  around(run: () => Promise<Measured>): Promise<Measured>;
}

/** Both clients in turn. Ours diagnoses as well. Rejects when a client did not get every agent's answer. */
export async function measureClients(cluster: Cluster, rounds: number): Promise<LiveRow> {
  const { agents, kubeconfig, kubectl, folder } = cluster;
  const env = { ...process.env, KUBECONFIG: kubeconfig };
  const pods = join(folder, "pods");
  const query = ["get", "pods", "--namespace", "kube-system", "--selector", "k8s-app=cilium", "--output", "name"];
  writeFileSync(pods, (await finished(kubectl, query, env)).stdout);
  const loop = `xargs -P 20 -I{} '${kubectl}' exec -n kube-system {} -c cilium-agent -- cilium-health status -o json <'${pods}'`;
  const [ours, theirs]: [Measured[], Measured[]] = [[], []];
  for (let round = 0; round < rounds; round++) {
    ours.push(
      await cluster.around(() => measured(process.execPath, [program], env, (end) => allAnswered(agents, end))),
    );
    theirs.push(await cluster.around(() => measured("sh", ["-c", loop], env, allPrinted)));
  }
  return { agents, ours: medians(ours), loop: medians(theirs) };
}

function allAnswered(agents: number, { code, stdout, stderr }: Finished): void {
  const said = [`${agents} of ${agents} agents answered`, "error  vxlan-udp-blocked"].every((text) =>
    stdout.includes(text),
  );
  if (code === 1 && said && !stdout.includes("not read:")) return;
  throw new Error(`not every one of ${agents} agents was read, code ${code}:\n${stdout.slice(0, 3000)}\n${stderr}`);
}

/** xargs ends with 123 when any of its commands failed. */
function allPrinted({ code, stderr }: Finished): void {
  if (code !== 0) throw new Error(`the loop did not get every agent's view, code ${code}:\n${stderr.slice(-3000)}`);
}
