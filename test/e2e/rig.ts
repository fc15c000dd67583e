import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { AgentDouble } from "./agent-double.ts";
import { type Built, built, projectRoot } from "./build.ts";
import { adminContext, type ControlPlane, startControlPlane } from "./control-plane.ts";
import { type PodEnvironment, recordedVariable } from "./kwok.ts";
import { commandLinesWith, type Outcome, Processes, run, runOk } from "./processes.ts";
import type { KubeObject } from "./recorded.ts";
import { recordedScenario, type Scenario } from "./scenario.ts";

/** One exec request the API server received, whether it allowed it or not. */
export interface ExecRequest {
  readonly user: string;
  readonly pod: string;
  readonly argv: readonly string[];
}

export interface Observed<T> {
  readonly result: T;
  readonly execs: readonly ExecRequest[];
  /** Lines of the audit log, at level RequestResponse, with every stage. */
  readonly audit: readonly string[];
}

/** A cluster on loopback: real etcd, API server, kubectl and Cilium programs, kwok as kubelet, doubles as agents. */
export interface Rig {
  readonly kubeconfig: string;
  /** Makes the cluster look like `scenario`. */
  show(scenario: Scenario): Promise<void>;
  /** Stock kubectl, with the plugin in its PATH, as the context's user. */
  kubectl(args: readonly string[], options?: { readonly stdin?: string }): Promise<Outcome>;
  /** `action`'s result, the exec requests the API server received meanwhile, and all that its audit log says of them. */
  observed<T>(action: () => Promise<T>): Promise<Observed<T>>;
  /** Command lines that run in agents at the moment, however they were started and whoever still listens to them. */
  inAgents(): readonly string[];
  stop(): Promise<void>;
}

/** Starts the rig for the nodes and pods of this scenario, and of no other; it takes about ten seconds. */
export async function startRig(scenario: Scenario = recordedScenario("healthy")): Promise<Rig> {
  const scratch = mkdtempSync(join(tmpdir(), "cilium-health-e2e-"));
  const processes = new Processes(scratch);
  try {
    const programs = built();
    const agents = agentsOf(scenario, scratch);
    const path = [linkPlugin(scratch), dirname(process.execPath), "/usr/bin", "/bin"].join(":");
    const environments = agents.map(({ environment }) => environment);
    const plane = await startControlPlane(scratch, programs, processes, environments, path);
    const rig = new RunningRig(programs, plane, processes, agents, scratch);
    await rig.installDefinitions();
    return rig;
  } catch (error) {
    await processes.stop();
    throw error;
  }
}

/** kubectl finds a plugin by its file's name; the file is the built program, started through its own first line. */
function linkPlugin(scratch: string): string {
  const folder = join(scratch, "plugins");
  mkdirSync(folder);
  symlinkSync(join(projectRoot, "dist", "kubectl-cilium_health.js"), join(folder, "kubectl-cilium_health"));
  return folder;
}

interface Agent {
  readonly node: string;
  readonly double: AgentDouble;
  /** Link to the folder of recorded output. */
  readonly recorded: string;
  readonly environment: PodEnvironment;
}

function agentsOf(scenario: Scenario, scratch: string): readonly Agent[] {
  return scenario.pods.map(({ metadata, spec }) => {
    const node = String(spec?.["nodeName"]);
    const folder = join(scratch, "nodes", node);
    mkdirSync(folder, { recursive: true });
    const double = new AgentDouble(folder);
    const recorded = join(folder, "recorded");
    const variables = {
      CILIUM_SOCK: double.agentSocket,
      CILIUM_HEALTH_SOCK: double.healthSocket,
      [recordedVariable]: recorded,
    };
    const environment = { pod: metadata.name, namespace: metadata.namespace ?? "", variables };
    return { node, double, recorded, environment };
  });
}

class RunningRig implements Rig {
  readonly kubeconfig: string;
  readonly #built: Built;
  readonly #plane: ControlPlane;
  readonly #processes: Processes;
  readonly #agents: readonly Agent[];
  readonly #scratch: string;

  constructor(programs: Built, plane: ControlPlane, processes: Processes, agents: readonly Agent[], scratch: string) {
    this.kubeconfig = plane.kubeconfig;
    this.#built = programs;
    this.#plane = plane;
    this.#processes = processes;
    this.#agents = agents;
    this.#scratch = scratch;
  }

  async installDefinitions(): Promise<void> {
    await this.#admin(["apply", "--server-side", ...this.#built.crds.flatMap((file) => ["-f", file])]);
    await this.#established(20);
  }

  /** A definition has no conditions at all for a moment, and `kubectl wait` takes that for an error. */
  async #established(tries: number): Promise<void> {
    try {
      await this.#admin(["wait", "--for=condition=Established", "--timeout=60s", "crd", "--all"]);
    } catch (error) {
      if (tries === 0) throw error;
      await sleep(250);
      await this.#established(tries - 1);
    }
  }

  async show(scenario: Scenario): Promise<void> {
    const { cluster } = scenario;
    for (const { node, double, recorded: link } of this.#agents) {
      rmSync(link, { force: true });
      const folder = cluster.agents.get(node);
      if (folder) symlinkSync(folder, link);
      await double.show(scenario.agents.get(node) ?? null);
    }
    const nodes = cluster.nodes.map((node) => this.#reachedHere(node, scenario));
    await this.#admin(["delete", "ciliumclusterwidenetworkpolicies", "--all"]);
    const pods = scenario.pods;
    await this.#apply([...nodes, ...pods, ...cluster.ciliumNodes, ...cluster.policies, cluster.config]);
    await this.#apply([...nodes, ...pods], "--subresource=status");
  }

  kubectl(args: readonly string[], options: { readonly stdin?: string } = {}): Promise<Outcome> {
    return run(this.#built.binaries.kubectl, args, { env: this.#plane.env, ...options });
  }

  async observed<T>(action: () => Promise<T>): Promise<Observed<T>> {
    const before = this.#auditLines().length;
    const result = await action();
    const audit = this.#auditLines().slice(before);
    return { result, execs: audit.flatMap(execRequest), audit };
  }

  inAgents(): readonly string[] {
    return commandLinesWith(`${recordedVariable}=${this.#scratch}/`);
  }

  async stop(): Promise<void> {
    for (const { double } of this.#agents) await double.show(null);
    await this.#processes.stop();
  }

  /** The node as recorded, but for where the API server finds its kubelet. */
  #reachedHere(node: KubeObject, scenario: Scenario): KubeObject {
    const gone = scenario.agents.get(node.metadata.name) === null;
    const Port = gone ? this.#plane.deadPort : this.#plane.kubeletPort;
    return { ...node, status: { ...node.status, daemonEndpoints: { kubeletEndpoint: { Port } } } };
  }

  async #apply(items: readonly KubeObject[], ...flags: readonly string[]): Promise<void> {
    const stdin = JSON.stringify({ apiVersion: "v1", kind: "List", items });
    await this.#admin(["apply", "--server-side", "--force-conflicts", ...flags, "-f", "-"], stdin);
  }

  #admin(args: readonly string[], stdin = ""): Promise<string> {
    const env = this.#plane.env;
    return runOk(this.#built.binaries.kubectl, ["--context", adminContext, ...args], { env, stdin });
  }

  #auditLines(): readonly string[] {
    return readFileSync(this.#plane.auditLog, "utf8").split("\n").filter(Boolean);
  }
}

interface AuditEvent {
  readonly stage: string;
  readonly user: { readonly username: string };
  readonly objectRef: { readonly name: string };
  readonly requestURI: string;
}

/** One request is several events: the first of them counts. */
function execRequest(line: string): readonly ExecRequest[] {
  const { stage, user, objectRef, requestURI }: AuditEvent = JSON.parse(line);
  if (stage !== "RequestReceived") return [];
  const query = new URL(requestURI, "https://localhost").searchParams;
  return [{ user: user.username, pod: objectRef.name, argv: query.getAll("command") }];
}
