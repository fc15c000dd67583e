import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { built } from "../../e2e/build.ts";
import { startRig } from "../../e2e/rig.ts";
import { type LiveRow, measureClients } from "./clients.ts";
import { startForwarder } from "./forwarder.ts";
import { type GeneratedAgents, generatedAgents } from "./generated-agents.ts";
import type { Measured } from "./measured.ts";

/**
 * Both clients against the cluster of the end-to-end tests: etcd, kube-apiserver and kwok, which starts Cilium's own
 * programs for each exec; they ask doubles on sockets that serve a generated mesh. Bytes are what came from the API
 * server, TLS and all.
 */
export async function measureReal(agents: number, rounds: number): Promise<LiveRow> {
  const folder = mkdtempSync(join(tmpdir(), "bench-real-"));
  try {
    const mesh = generatedAgents(agents, folder);
    const rig = await startRig(mesh.scenario);
    try {
      await rig.show(mesh.scenario);
      return await measureThrough(mesh, rig.kubeconfig, folder, rounds);
    } finally {
      await rig.stop();
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Through a forwarder that counts; before each run the agents probe, so that both read a mesh as fresh. */
async function measureThrough(mesh: GeneratedAgents, admin: string, folder: string, rounds: number): Promise<LiveRow> {
  const forwarder = await startForwarder(admin);
  const kubeconfig = join(folder, "kubeconfig");
  writeFileSync(kubeconfig, forwarder.kubeconfig, { mode: 0o600 });
  const cluster = {
    agents: mesh.scenario.pods.length,
    kubeconfig,
    kubectl: built().binaries.kubectl,
    folder,
    around: async (run: () => Promise<Measured>) => {
      mesh.probe();
      const before = forwarder.bytes();
      const taken = await run();
      return { ...taken, bytes: forwarder.bytes() - before };
    },
  };
  try {
    return await measureClients(cluster, rounds);
  } finally {
    forwarder.close();
  }
}
