import { targets } from "../../model/matrix.ts";
import { isUnreachable } from "../../model/status.ts";
import { protocolOf } from "../matrix/planes.ts";
import type { Cause, Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { isRoutingUnknown } from "../settings/wire.ts";
import {
  cellsOf,
  isPingKnown,
  isWayBackJudged,
  onlyWords,
  probesOf,
  shapeSentence,
  targetsOf,
} from "../shapes/shape-words.ts";
import type { Shape, ShapeKind } from "../shapes/shapes.ts";

/** Names what fails together where no cause claims the cells: the last rule of the list. */
export const unexplainedShape: Rule = {
  causes: [
    shapeCause("mesh-failure", "nearly every path fails", "Almost all judged paths of one kind fail."),
    shapeCause(
      "partition",
      "groups of nodes do not reach each other",
      "Inside the groups all is well, between them nothing of this kind passes.",
    ),
    shapeCause(
      "isolated-node",
      "a node is cut off both ways",
      "The paths to one node and from it fail, all others work.",
    ),
    shapeCause(
      "unreachable-node",
      "a node is not reached by the others",
      "The paths to one node fail, those from it work.",
    ),
    shapeCause("deaf-node", "a node reaches no other", "The paths from one node fail, those to it work."),
    shapeCause(
      "broken-pair",
      "two nodes do not reach each other",
      "Both directions between two nodes fail, all else works.",
    ),
    shapeCause("one-way-path", "a path fails in one direction", "A reaches B, but B does not reach A."),
    shapeCause(
      "self-probe-failure",
      "an agent does not reach its own node",
      "The agent's probe of its own node or health endpoint fails: nothing on the wire is involved.",
    ),
    shapeCause("endpoint-only-failure", "only the pod path fails", "Node addresses answer, health endpoints do not."),
    shapeCause("icmp-only-failure", "only ICMP fails", "HTTP passes where ping does not."),
    shapeCause("http-only-failure", "only HTTP fails", "Ping passes where the health port does not."),
  ],
  find: (scene) => {
    const [scattered, shapes] = partScattered(withOwnCells(scene));
    return [...shapes.map((shape) => claim(scene, shape)), ...scattered.map((group) => scatteredClaim(scene, group))];
  },
};

/**
 * Shapes that still have a path of their own, those with a failing HTTP probe first: where ping is filtered everywhere
 * and one node is dead besides, the dead node is to keep its paths.
 */
function withOwnCells(scene: Scene): Shape[] {
  const isOnlyPing = (shape: Shape) => shape.probes.every((kind) => protocolOf(kind) === "icmp");
  const ordered = [...scene.shapes.filter((shape) => !isOnlyPing(shape)), ...scene.shapes.filter(isOnlyPing)];
  const pairs = new Set(ordered.filter(({ kind }) => kind === "pair").flatMap(namesOfPaths));
  const taken = { host: new Uint8Array(scene.size ** 2), endpoint: new Uint8Array(scene.size ** 2) };
  return ordered.filter((shape) => {
    if (shape.kind === "one-way" && namesOfPaths(shape).every((path) => pairs.has(path))) return false;
    let own = 0;
    for (const target of targets) {
      for (const cell of cellsOf(scene, shape, target)) {
        if (taken[target][cell] === 1 || !isUnreachable(scene.cells[target][cell])) continue;
        taken[target][cell] = 1;
        own++;
      }
    }
    return own > 0;
  });
}

/** A path that fails both ways by one probe is no one-way path by another. */
function namesOfPaths(shape: Shape): string[] {
  return targetsOf(shape).flatMap((target) => shape.cells.map((cell) => `${target} ${cell}`));
}

/** So many single paths of one kind are one finding: nobody reads, or can number, a hundred thousand. */
const mostSingles = 20;

function partScattered(shapes: readonly Shape[]): [readonly (readonly Shape[])[], readonly Shape[]] {
  const groups = new Map<string, Shape[]>();
  for (const shape of shapes) {
    if (shape.kind !== "pair" && shape.kind !== "one-way") continue;
    const key = `${shape.kind} ${shape.probes.join(",")}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [shape]);
    else group.push(shape);
  }
  const scattered = [...groups.values()].filter((group) => group.length > mostSingles);
  const gone = new Set(scattered.flat());
  return [scattered, shapes.filter((shape) => !gone.has(shape))];
}

function scatteredClaim(scene: Scene, group: readonly Shape[]): Claim {
  const [first] = group;
  const cells = group.flatMap((shape) => shape.cells);
  const probes = first?.probes ?? [];
  const shape: Shape = { kind: first?.kind ?? "pair", probes, nodes: [], groups: [], by: "", cells };
  const what = shape.kind === "pair" ? "node pairs fail both ways" : "paths fail in one direction";
  return {
    ...claim(scene, shape),
    title: `${group.length} ${what}, with no node or group in common${onlyWords(scene, shape)}`,
  };
}

function shapeCause(id: string, title: string, meaning: string): Cause {
  return {
    id,
    severity: "error",
    title,
    meaning: `${meaning} No cause in the catalogue fits the facts at hand; the shape is what is known.`,
    apart: "A cause, where one fits, is named instead of the shape.",
    confirm:
      "`kubectl cilium-health pair FROM TO` shows every probe of one of the paths, both ways, and both agents' settings; after the next probe interval the same paths still fail. `cilium-dbg monitor --type drop` in the receiver's agent names what Cilium itself drops meanwhile.",
    fix: "compare the two sides with `pair FROM TO`: what differs is the first suspect",
    docs: "health",
  };
}

/** Where no setting was read, no cause of the pod path can be told from another: the usual ones, and what would tell. */
const podPathCauses: NonNullable<Claim["alternatives"]> = [
  {
    id: "vxlan-udp-blocked",
    why: "where the cluster tunnels, its UDP port may be lost; the RX counter of cilium_vxlan would stand still",
  },
  {
    id: "native-no-l2-route",
    why: "where it routes natively, nodes may have no route to each other's pods; ip route get for the health address would tell",
  },
  {
    id: "policy-blocks-health",
    why: "a policy on the health endpoints may deny the probes; cilium-dbg endpoint list shows what it enforces there",
  },
  { id: "forward-drop", why: "the node that is not reached may not forward; iptables -S FORWARD there would tell" },
];

const idOfKind: Readonly<Record<ShapeKind, string>> = {
  all: "mesh-failure",
  block: "partition",
  cross: "isolated-node",
  column: "unreachable-node",
  row: "deaf-node",
  pair: "broken-pair",
  "one-way": "one-way-path",
  self: "self-probe-failure",
};

function claim(scene: Scene, shape: Shape): Claim {
  const names = namesOf(scene, shape);
  const failing = targetsOf(shape);
  return {
    id: idOf(scene, shape),
    confidence: "confirmed",
    title: `${shapeSentence(scene, shape)}${onlyWords(scene, shape)}`,
    nodes: names,
    host: cellsOf(scene, shape, "host"),
    endpoint: cellsOf(scene, shape, "endpoint"),
    ...nextOf(scene, shape),
    alternatives: failing.every((target) => target === "endpoint") && isRoutingUnknown(scene) ? podPathCauses : [],
    evidence: [
      {
        text: `${shape.cells.length === 1 ? "one node pair fails in this way" : `${shape.cells.length} node pairs fail in the same way`}: ${probesOf(scene, shape).join(", ")}`,
      },
    ],
  };
}

/** Two ends of one failing path to compare; an agent that does not reach its own node has no other side. */
function nextOf(scene: Scene, shape: Shape): Pick<Claim, "fix" | "confirm"> {
  const [cell = 0] = shape.cells;
  const [from, to] = [nameOf(scene, Math.floor(cell / scene.size)), nameOf(scene, cell % scene.size)];
  if (from === to) {
    return { fix: `look at the agent of ${from}: cilium-dbg status --verbose, its log, and cilium-dbg endpoint list` };
  }
  const argv = ["cilium-health", "pair", from, to];
  return {
    fix: `compare the two sides, ${from} and ${to}: what differs is the first suspect`,
    confirm: [{ node: null, argv, expect: "every probe, both ways, and both agents' settings side by side" }],
  };
}

/** Lines and pairs keep their geometry; where a whole kind of probe fails alone, that says more. */
function idOf(scene: Scene, shape: Shape): string {
  if (shape.kind === "self") return "self-probe-failure";
  const kinds = new Set(shape.probes);
  const hosts = kinds.has("host-icmp") || kinds.has("host-http");
  if (!hosts) {
    return shape.kind === "one-way" && isWayBackJudged(scene, shape) ? "one-way-path" : "endpoint-only-failure";
  }
  if (!kinds.has("host-http") && !kinds.has("endpoint-http")) return "icmp-only-failure";
  if (!kinds.has("host-icmp") && !kinds.has("endpoint-icmp") && isPingKnown(scene, shape)) return "http-only-failure";
  return idOfKind[shape.kind];
}

function namesOf(scene: Scene, shape: Shape): string[] {
  if (shape.nodes.length > 0) return shape.nodes.map((node) => nameOf(scene, node));
  if (shape.groups.length > 0) return shape.groups.flat().map((node) => nameOf(scene, node));
  const involved = new Uint8Array(scene.size);
  for (const cell of shape.cells) {
    involved[Math.floor(cell / scene.size)] = 1;
    involved[cell % scene.size] = 1;
  }
  return scene.nodes.flatMap((node, index) => (involved[index] === 1 ? [node.name] : []));
}
