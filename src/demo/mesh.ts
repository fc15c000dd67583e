import { HealthError } from "../model/errors.ts";
import type { Fault } from "./faults.ts";
import { applyFault } from "./mesh-faults.ts";
import { meshObjects } from "./mesh-objects.ts";
import { layOut, type MeshPlan, type MeshVersion } from "./mesh-plan.ts";
import { meshReply } from "./mesh-replies.ts";
import { meshWorld } from "./mesh-world.ts";
import { recordedFile } from "./recorded-commands.ts";
import type { KubeObject, Scenario, ScenarioResource } from "./scenario.ts";

/** A generated mesh; everything but `nodes` has a default. The same options and clock give the same bytes. */
export interface MeshOptions {
  /** 1 to 5000. */
  readonly nodes: number;
  /** Default 3, never more than nodes. */
  readonly zones?: number;
  readonly seed?: number;
  readonly dualStack?: boolean;
  /** Default "demo"; "default" makes agents print bare node names. */
  readonly cluster?: string;
  /** Default 0: in no mesh with another cluster. */
  readonly clusterId?: number;
  /** Default 0. Decides addresses and names of pods, so that those of two clusters differ. */
  readonly firstIndex?: number;
  /** `1.19.3`; the shapes of 1.16, 1.17 and 1.18+ differ. */
  readonly version?: string;
  readonly faults?: readonly Fault[];
  /** The agents' clock in epoch ms. */
  readonly now?: () => number;
}

const mostNodes = 5000;
/** Outputs whose figures grow by what is sent through the mesh. */
const growing: ReadonlySet<string> = new Set(["ip-link.json", "bpf-metrics.json"]);

/** Memory grows with the nodes, never with their pairs: replies are written while they are sent. */
export function generateMesh(options: MeshOptions): Scenario {
  const plan = planOf(options);
  for (const fault of options.faults ?? []) applyFault(plan, fault);
  return scenarioOf(plan, `mesh-${options.nodes}`);
}

/** What the cluster serves and its agents answer. All faults are in the plan by then. */
export function scenarioOf(plan: MeshPlan, name: string): Scenario {
  const byName = new Map(plan.nodes.map((node) => [node.name, node]));
  const built = new Map<ScenarioResource, readonly KubeObject[]>();
  const world = meshWorld(plan);
  return {
    name,
    objects: (resource) => {
      const known = built.get(resource) ?? meshObjects(plan, resource);
      built.set(resource, known);
      return known;
    },
    reply: (nodeName, argv) => {
      const node = byName.get(nodeName);
      if (node === undefined) return { kind: "unreachable", message: "no such node" };
      const burst = node.up ? world.burst(nodeName, argv) : null;
      if (burst !== null) return burst;
      const file = recordedFile(argv) ?? "";
      const reply = meshReply(plan, node, argv);
      return growing.has(file) ? world.counted(nodeName, file, reply) : reply;
    },
  };
}

/** The mesh without its faults. Throws HealthError (exit 2) for a mesh that cannot be. */
export function planOf(options: MeshOptions): MeshPlan {
  const { nodes, seed = 1, dualStack = false, cluster = "demo", now = Date.now } = options;
  const { clusterId = 0, firstIndex = 0 } = options;
  if (!Number.isInteger(nodes) || nodes < 1 || nodes > mostNodes) {
    throw new HealthError(`a demo mesh has 1 to ${mostNodes} nodes, not ${nodes}`, { exitCode: 2 });
  }
  const zones = options.zones ?? 3;
  if (!Number.isInteger(zones) || zones < 1) {
    throw new HealthError(`a demo mesh has at least one zone, not ${zones}`, { exitCode: 2 });
  }
  const families = dualStack ? 2 : 1;
  return {
    cluster,
    clusterId,
    firstIndex,
    other: null,
    seed,
    version: versionOf(options.version ?? "1.19.3"),
    families,
    now,
    madeAt: now(),
    nodes: layOut({ nodes, zones: Math.min(zones, nodes), families, seed, firstIndex }),
    pathFaults: [],
    healthChecking: true,
    endpointHealthChecking: true,
  };
}

/** Shapes before 1.12 differ in more than a demo shows. */
function versionOf(text: string): MeshVersion {
  const [, minor = ""] = /^1\.(\d+)(?:\.\d+)?$/.exec(text) ?? [];
  if (minor === "" || Number(minor) < 12) {
    throw new HealthError(`the demo cannot play Cilium "${text}"`, { exitCode: 2, hint: "It knows 1.12 and later." });
  }
  return { text: text.split(".").length === 2 ? `${text}.0` : text, minor: Number(minor) };
}
