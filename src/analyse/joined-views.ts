import type { Facts, NodeFacts } from "../model/facts.ts";
import type { Matrix, MatrixRow } from "../model/matrix.ts";
import type { Cells } from "../model/report.ts";
import type { Scope } from "../model/request.ts";
import { correlate } from "./matrix/correlate.ts";
import { type Planes, readPlanes } from "./matrix/planes.ts";
import { lens } from "./matrix/scope.ts";
import { folding, type Scene } from "./scene.ts";

/** All views joined and judged, before any rule has looked at them. */
export interface Joined {
  readonly cells: Cells;
  readonly planes: Planes;
  readonly folded: Pick<Scene, "groupings" | "shapes">;
}

/** What the last joining of a matrix was made of. */
interface Kept {
  readonly scope: string;
  readonly facts: Facts;
  readonly rows: readonly (MatrixRow | null)[];
  readonly joined: Joined;
}

const kept = new WeakMap<Matrix, Kept>();

/**
 * A run judges its state three times: for whom to ask closer, for what to confirm, for the report. In between come lists
 * and confirming texts, no views; joining these anew would be a third of what a large cluster costs. The codes are
 * shared then, who claims them is not.
 */
export function joinedViews(facts: Facts, scope: Scope): Joined {
  const known = kept.get(facts.matrix);
  const key = JSON.stringify(scope);
  if (known !== undefined && known.scope === key && isSame(known, facts)) return unclaimed(known.joined);
  const view = lens(scope, facts.nodes);
  const cells = correlate(facts, view);
  const planes = readPlanes(facts, cells, view);
  const joined: Joined = { cells, planes, folded: folding(facts, planes) };
  kept.set(facts.matrix, { scope: key, facts, rows: [...facts.matrix.rows], joined });
  return joined;
}

function isSame({ facts: old, rows }: Kept, facts: Facts): boolean {
  if (old.nodes.length !== facts.nodes.length || old.config !== facts.config || old.absent.size !== facts.absent.size) {
    return false;
  }
  return facts.nodes.every((node, at) => {
    const before = old.nodes[at];
    return before !== undefined && rows[at] === facts.matrix.rows[at] && isSameNode(before, node);
  });
}

/** In all that judging its view looks at. */
function isSameNode(one: NodeFacts, other: NodeFacts): boolean {
  return (
    one.name === other.name &&
    one.cluster === other.cluster &&
    one.remote === other.remote &&
    one.kube === other.kube &&
    one.cilium === other.cilium &&
    one.agentNotDue === other.agentNotDue &&
    one.agent?.pod === other.agent?.pod &&
    one.agent?.clock === other.agent?.clock &&
    one.agent?.health === other.agent?.health &&
    one.agent?.status === other.agent?.status
  );
}

function unclaimed({ cells, ...joined }: Joined): Joined {
  const { host, endpoint } = cells.claims;
  const claims = { host: new Uint16Array(host.length), endpoint: new Uint16Array(endpoint.length) };
  return { ...joined, cells: { ...cells, claims } };
}
