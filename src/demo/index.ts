/**
 * The simulated cluster: the Kubernetes REST and exec protocol on loopback over TLS, serving a recorded scenario or a
 * generated mesh. Our client and a stock kubectl reach it the same way as a real one.
 */
import { kubeconfigText } from "./kubeconfig.ts";
import { type RunningServer, type ServerOptions, serveScenario } from "./server.ts";

export type { ExecProtocol } from "./exec.ts";
export { type Fault, type FaultName, faultCatalogue, parseFault } from "./faults.ts";
export { generateMesh, type MeshOptions } from "./mesh.ts";
export { generateMeshOfTwo, type TwoClusters } from "./mesh-of-two.ts";
export { listScenarios, type RecordedScenario, readScenario, type ScenarioEntry } from "./recorded.ts";
export type { AgentReply, KubeObject, Scenario } from "./scenario.ts";
export type { ScenarioSource } from "./scenario-files.ts";
export type { ServerOptions as DemoOptions } from "./server.ts";

export interface Demo {
  /** `https://127.0.0.1:<port>`, of the first cluster where there are several. */
  readonly server: string;
  /** A kubeconfig's text, complete: context, CA and token of this run. */
  readonly kubeconfig: string;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** Starts the cluster as context `demo`; it listens when the promise resolves. Rejects when the port is taken. */
export async function startDemo(options: ServerOptions): Promise<Demo> {
  return startClusters([{ ...options, context: "demo" }]);
}

/** A cluster and the name of its context in the kubeconfig. */
export type ClusterOptions = ServerOptions & { readonly context: string };

/** Starts clusters that are contexts of one kubeconfig, the first one the current. None is left running when one rejects. */
export async function startClusters(clusters: readonly ClusterOptions[]): Promise<Demo> {
  const running: (RunningServer & { readonly context: string })[] = [];
  const close = async (): Promise<void> => void (await Promise.all(running.map((server) => server.close())));
  try {
    for (const options of clusters) running.push({ ...(await serveScenario(options)), context: options.context });
  } catch (error) {
    await close();
    throw error;
  }
  return { server: running[0]?.url ?? "", kubeconfig: kubeconfigText(running), close };
}
