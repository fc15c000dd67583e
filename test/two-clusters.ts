import { writeFileSync } from "node:fs";
import {
  generateMeshOfTwo,
  type KubeObject,
  type MeshOptions,
  type Scenario,
  startClusters,
} from "../src/demo/index.ts";

const now = Date.parse("2031-05-02T09:20:00Z");

export interface MeshOfTwo {
  readonly east?: Partial<MeshOptions>;
  readonly west?: Partial<MeshOptions>;
  /** Additions to a cluster's cilium-config. */
  readonly config?: { readonly [cluster in Name]?: Readonly<Record<string, string>> };
  /** Both clusters use the same addresses. */
  readonly overlapping?: boolean;
  readonly deny?: { readonly [cluster in Name]?: readonly string[] };
}

type Name = "east" | "west";

/** Two generated clusters, `east` and `west`, whose agents probe each other's nodes too, as two contexts of a kubeconfig. */
export async function startTwoClusters(options: MeshOfTwo, kubeconfig: string): Promise<{ close(): Promise<void> }> {
  const place = options.overlapping === true ? { firstIndex: 0 } : {};
  const [east, west] = generateMeshOfTwo([
    { nodes: 3, cluster: "east", now: () => now, ...options.east },
    { nodes: 3, cluster: "west", now: () => now, ...place, ...options.west },
  ]);
  const clusterOf = (context: Name, scenario: Scenario) => ({
    context,
    scenario: configured(scenario, options.config?.[context] ?? {}),
    deny: options.deny?.[context] ?? [],
  });
  const clusters = await startClusters([clusterOf("east", east), clusterOf("west", west)]);
  writeFileSync(kubeconfig, clusters.kubeconfig);
  return clusters;
}

function configured(scenario: Scenario, more: Readonly<Record<string, string>>): Scenario {
  const withMore = (one: KubeObject) => ({ ...one, data: { ...(one["data"] as object), ...more } });
  return {
    ...scenario,
    objects: (resource) => {
      const objects = scenario.objects(resource);
      return resource === "configmaps" ? (objects?.map(withMore) ?? null) : objects;
    },
  };
}
