import type { Cluster, ListRequest } from "../cluster/cluster.ts";
import { HealthError } from "../model/errors.ts";
import type { KubeList, KubeOutcome, KubeResource } from "../model/kube.ts";
import type { CollectFlags } from "../model/request.ts";
import { roleManifest } from "./role-manifest.ts";

/** How each resource is asked for; `namespaced` ones in the agents' namespace. */
const requests: Readonly<
  Record<Exclude<KubeResource, "pods">, Omit<ListRequest, "namespace"> & { namespaced: boolean }>
> = {
  nodes: { group: "", version: "v1", plural: "nodes", labelSelector: null, fieldSelector: null, namespaced: false },
  ciliumnodes: {
    group: "cilium.io",
    version: "v2",
    plural: "ciliumnodes",
    labelSelector: null,
    fieldSelector: null,
    namespaced: false,
  },
  ciliumclusterwidenetworkpolicies: {
    group: "cilium.io",
    version: "v2",
    plural: "ciliumclusterwidenetworkpolicies",
    labelSelector: null,
    fieldSelector: null,
    namespaced: false,
  },
  "cilium-config": {
    group: "",
    version: "v1",
    plural: "configmaps",
    labelSelector: null,
    fieldSelector: "metadata.name=cilium-config",
    namespaced: true,
  },
};

/**
 * Reads the API objects. Pods must be readable; the others are optional, their absence is said. Throws HealthError
 * (exit 3) when the pods cannot be listed or none is found.
 */
export async function readKubeLists(
  cluster: Cluster,
  flags: CollectFlags,
  ciliumNamespace: string | undefined,
  signal: AbortSignal,
): Promise<readonly KubeList[]> {
  const { namespace, outcome } = await findAgents(cluster, flags, ciliumNamespace, signal);
  const others = Object.entries(requests) as [Exclude<KubeResource, "pods">, (typeof requests)["nodes"]][];
  const lists = await Promise.all(
    others.map(async ([resource, { namespaced, ...request }]): Promise<KubeList> => {
      const asked = { ...request, namespace: namespaced ? namespace : null };
      return { resource, outcome: await cluster.list(asked, signal) };
    }),
  );
  return [{ resource: "pods", outcome }, ...lists];
}

/** -n, else CILIUM_NAMESPACE, else kube-system, else wherever pods with the label are found. */
async function findAgents(
  cluster: Cluster,
  flags: CollectFlags,
  ciliumNamespace: string | undefined,
  signal: AbortSignal,
): Promise<{ namespace: string; outcome: KubeOutcome }> {
  const named = flags.namespace ?? (ciliumNamespace || null);
  const first = named ?? "kube-system";
  const outcome = await listPods(cluster, flags, first, signal);
  if (outcome.kind === "absent") throw podsUnreadable(cluster, outcome, first);
  if (outcome.items.length > 0) return { namespace: first, outcome };
  if (named === null) {
    const anywhere = await listPods(cluster, flags, null, signal);
    const found = anywhere.kind === "ok" ? namespaceOf(anywhere.items[0]) : "";
    if (anywhere.kind === "ok" && found !== "") {
      const items = anywhere.items.filter((item) => namespaceOf(item) === found);
      return { namespace: found, outcome: { kind: "ok", items } };
    }
  }
  const where = named === null ? `in ${first} or any other namespace` : `in namespace ${first}`;
  throw new HealthError(`no Cilium agents found: no pods with label ${flags.selector} ${where}`, {
    exitCode: 3,
    hint: "Name the agents' namespace with -n and their label with -l, or check the context with --context.",
  });
}

function listPods(
  cluster: Cluster,
  flags: CollectFlags,
  namespace: string | null,
  signal: AbortSignal,
): Promise<KubeOutcome> {
  const request = {
    group: "",
    version: "v1",
    plural: "pods",
    namespace,
    labelSelector: flags.selector,
    fieldSelector: null,
  };
  return cluster.list(request, signal);
}

function podsUnreadable(
  cluster: Cluster,
  outcome: Extract<KubeOutcome, { kind: "absent" }>,
  namespace: string,
): HealthError {
  const hint =
    outcome.status === 403
      ? `This user may not list pods in ${namespace}. What is needed, for a cluster administrator to apply:\n${roleManifest(namespace, null)}`
      : outcome.status === null
        ? `Is ${cluster.server} the right server? See the contexts with: kubectl config get-contexts`
        : "";
  return new HealthError(outcome.message, { exitCode: 3, hint });
}

function namespaceOf(pod: unknown): string {
  if (typeof pod !== "object" || pod === null || !("metadata" in pod)) return "";
  const { metadata } = pod;
  if (typeof metadata !== "object" || metadata === null || !("namespace" in metadata)) return "";
  return typeof metadata.namespace === "string" ? metadata.namespace : "";
}
