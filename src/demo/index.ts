/**
 * The simulated cluster: the Kubernetes REST and exec protocol on loopback over TLS, serving a recorded scenario or a
 * generated mesh. Our client and a stock kubectl reach it the same way as a real one.
 */
import { type ServerOptions, serveScenario } from "./server.ts";

export type { ExecProtocol } from "./exec.ts";
export { type Fault, type FaultName, faultCatalogue, parseFault } from "./faults.ts";
export { generateMesh, type MeshOptions } from "./mesh.ts";
export { listScenarios, type RecordedScenario, readScenario, type ScenarioEntry } from "./recorded.ts";
export type { AgentReply, KubeObject, Scenario } from "./scenario.ts";
export type { ScenarioSource } from "./scenario-files.ts";
export type { ServerOptions as DemoOptions } from "./server.ts";

export interface Demo {
  /** `https://127.0.0.1:<port>` */
  readonly server: string;
  /** A kubeconfig's text, complete: context, CA and token of this run. */
  readonly kubeconfig: string;
  /** Ends every connection and stops listening. */
  close(): Promise<void>;
}

/** Starts the cluster; it listens when the promise resolves. Rejects when the port is taken. */
export async function startDemo(options: ServerOptions): Promise<Demo> {
  const server = await serveScenario(options);
  const kubeconfig = kubeconfigText(server.url, server.ca, server.token);
  return { server: server.url, kubeconfig, close: server.close };
}

function kubeconfigText(url: string, ca: string, token: string): string {
  return `apiVersion: v1
kind: Config
current-context: demo
clusters:
- name: demo
  cluster:
    server: ${url}
    certificate-authority-data: ${Buffer.from(ca, "utf8").toString("base64")}
users:
- name: demo
  user:
    token: ${token}
contexts:
- name: demo
  context:
    cluster: demo
    user: demo
`;
}
