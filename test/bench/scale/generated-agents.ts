import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateMesh, type Scenario as Mesh } from "../../../src/demo/index.ts";
import { recordedCommands } from "../../../src/demo/recorded-commands.ts";
import type { AgentState } from "../../e2e/agent-double.ts";
import { printsFile } from "../../e2e/kwok.ts";
import { asNew, type Cluster, type KubeObject } from "../../e2e/recorded.ts";
import type { Scenario } from "../../e2e/scenario.ts";

/** A generated mesh as the end-to-end rig shows it. */
export interface GeneratedAgents {
  readonly scenario: Scenario;
  /** Every agent has just probed. Until it is called none has; what it costs, no client waits for. */
  probe(): void;
}

/** A mesh of this many nodes, one node's VXLAN blocked; `folder` takes what its agents' other programs print. */
export function generatedAgents(nodes: number, folder: string): GeneratedAgents {
  const mesh = generateMesh({ nodes, faults: [{ name: "vxlan-blocked", at: null }] });
  const pods = objects(mesh, "pods");
  const names = pods.map(({ spec }) => String(spec?.["nodeName"]));
  const agents = new Map(names.map((node) => [node, new GeneratedAgent(mesh, node)]));
  const [config] = objects(mesh, "configmaps");
  if (config === undefined) throw new Error("a generated mesh without its cilium-config");
  const cluster: Cluster = {
    name: mesh.name,
    nodes: objects(mesh, "nodes").map(withKubelet),
    pods,
    ciliumNodes: objects(mesh, "ciliumnodes"),
    policies: objects(mesh, "ciliumclusterwidenetworkpolicies"),
    config,
    agents: new Map(names.map((node) => [node, writeFiles(mesh, node, join(folder, node))])),
  };
  return {
    scenario: { cluster, pods, agents },
    probe: () => {
      for (const agent of agents.values()) agent.probe();
    },
  };
}

function objects(mesh: Mesh, resource: Parameters<Mesh["objects"]>[0]): readonly KubeObject[] {
  return (mesh.objects(resource) ?? []).map(asNew);
}

/** What a real API server demands of a node and a simulated one does not. */
const unknownMachine = { machineID: "", systemUUID: "", bootID: "", kubeProxyVersion: "" };

/** As the recorded nodes have it: the API server finds the one kubelet of all by the name localhost. */
function withKubelet({ status = {}, ...node }: KubeObject): KubeObject {
  const addresses = [...(status["addresses"] as readonly object[]), { type: "ExternalDNS", address: "localhost" }];
  const nodeInfo = { ...unknownMachine, ...(status["nodeInfo"] as object) };
  return { ...node, status: { ...status, addresses, nodeInfo } };
}

/** Left out: the clock, which goes on; and the map that no finding of this fault asks for, half a gigabyte of all agents. */
const leftOut = new Set(["date.txt", "bpf-ipcache.json"]);

function writeFiles(mesh: Mesh, node: string, folder: string): string {
  mkdirSync(folder);
  for (const command of recordedCommands) {
    if (!printsFile(command) || leftOut.has(command.file)) continue;
    const reply = mesh.reply(node, command.argv);
    if (reply.kind !== "output" || reply.exitCode !== 0) continue;
    writeFileSync(join(folder, command.file), bytesOf(reply.stdout));
  }
  return folder;
}

/** What the agent's sockets serve is generated when it is asked for, but for the view, which is a megabyte of work. */
class GeneratedAgent implements AgentState {
  readonly #mesh: Mesh;
  readonly #node: string;
  #health = "";

  constructor(mesh: Mesh, node: string) {
    this.#mesh = mesh;
    this.#node = node;
  }

  probe(): void {
    this.#health = this.#printed("cilium-health status -o json");
  }

  get health(): string {
    return this.#health;
  }

  get status(): string {
    return this.#printed("cilium-dbg status -o json");
  }

  get statusBrief(): string {
    return this.#printed("cilium-dbg status --brief -o json");
  }

  get nodes(): string {
    return this.#printed("cilium-dbg node list -o json");
  }

  get endpoints(): string {
    return this.#printed("cilium-dbg endpoint list -o json");
  }

  get healthEndpoint(): string {
    return this.#printed("cilium-dbg endpoint get -l reserved:health -o json");
  }

  get config(): string {
    return this.#printed("cilium-dbg config --all -o json");
  }

  get ips(): string {
    return this.#printed("cilium-dbg ip list -o json");
  }

  get services(): string {
    return this.#printed("cilium-dbg service list -o json");
  }

  get localRedirectPolicies(): string {
    return this.#printed("cilium-dbg lrp list -o json");
  }

  get version(): string {
    return this.#printed("cilium-dbg version");
  }

  #printed(command: string): string {
    const reply = this.#mesh.reply(this.#node, command.split(" "));
    if (reply.kind !== "output" || reply.exitCode !== 0) throw new Error(`${this.#node} does not answer: ${command}`);
    return bytesOf(reply.stdout).toString("utf8");
  }
}

function bytesOf(stdout: Iterable<string | Uint8Array>): Buffer {
  return Buffer.concat([...stdout].map((piece) => Buffer.from(piece)));
}
