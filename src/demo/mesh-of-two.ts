import { type MeshOptions, planOf, scenarioOf } from "./mesh.ts";
import { applyFault } from "./mesh-faults.ts";
import type { Scenario } from "./scenario.ts";

/** The clusters of a mesh in the order of their ids, which begin with 1. */
export type TwoClusters<T> = readonly [T, T];

/** Higher than any node of the first cluster: no address of the one is one of the other. */
const secondFirstIndex = 10_000;

/**
 * Two clusters whose agents know and probe each other's nodes, as in a Cilium clustermesh. A fault stands in the options
 * of its cluster; the agents of the other one see it as far as it is on their way.
 */
export function generateMeshOfTwo([first, second]: TwoClusters<MeshOptions>): TwoClusters<Scenario> {
  const one = planOf({ clusterId: 1, ...first });
  const two = planOf({ clusterId: 2, firstIndex: secondFirstIndex, ...second });
  one.other = two;
  two.other = one;
  for (const fault of first.faults ?? []) applyFault(one, fault);
  for (const fault of second.faults ?? []) applyFault(two, fault);
  return [scenarioOf(one, one.cluster), scenarioOf(two, two.cluster)];
}
