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
  const byName = new Map(plan.nodes.map((node) => [node.name, node]));
  const built = new Map<ScenarioResource, readonly KubeObject[]>();
  const world = meshWorld(plan);
  return {
    name: `mesh-${options.nodes}`,
    objects: (resource) => {
      const known = built.get(resource) ?? meshObjects(plan, resource);
      built.set(resource, known);
      return known;
    },
    reply: (name, argv) => {
      const node = byName.get(name);
      if (node === undefined) return { kind: "unreachable", message: "no such node" };
      const burst = node.up ? world.burst(name, argv) : null;
      if (burst !== null) return burst;
      const file = recordedFile(argv) ?? "";
      const reply = meshReply(plan, node, argv);
      return growing.has(file) ? world.counted(name, file, reply) : reply;
    },
  };
}

function planOf(options: MeshOptions): MeshPlan {
  const { nodes, seed = 1, dualStack = false, cluster = "demo", now = Date.now } = options;
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
    seed,
    version: versionOf(options.version ?? "1.19.3"),
    families,
    now,
    madeAt: now(),
    nodes: layOut({ nodes, zones: Math.min(zones, nodes), families, seed }),
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
