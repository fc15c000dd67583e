import type { ApiResource } from "./api-resources.ts";
import type { KubeObject, Scenario } from "./scenario.ts";

/** The scenario's objects, found by name without a search: an exec's cost must not grow with the cluster. */
export interface Store {
  /** null when the cluster does not serve the resource. */
  list(resource: ApiResource, namespace: string | null): readonly KubeObject[] | null;
  get(resource: ApiResource, namespace: string | null, name: string): KubeObject | null;
}

export function openStore(scenario: Scenario): Store {
  const indexes = new Map<string, ReadonlyMap<string, KubeObject>>();
  const all = (resource: ApiResource) =>
    resource.plural === "namespaces" ? namespacesOf(scenario) : scenario.objects(resource.plural);
  const index = (resource: ApiResource) => {
    const known = indexes.get(resource.plural);
    if (known !== undefined) return known;
    const made = new Map(
      (all(resource) ?? []).map((one) => [keyOf(one.metadata.namespace ?? "", one.metadata.name), one]),
    );
    indexes.set(resource.plural, made);
    return made;
  };
  return {
    list: (resource, namespace) => {
      const objects = all(resource);
      if (namespace === null || objects === null) return objects;
      return objects.filter((one) => one.metadata.namespace === namespace);
    },
    get: (resource, namespace, name) => index(resource).get(keyOf(namespace ?? "", name)) ?? null,
  };
}

function keyOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}

function namespacesOf(scenario: Scenario): readonly KubeObject[] {
  const used = (scenario.objects("pods") ?? []).map((pod) => pod.metadata.namespace ?? "");
  const names = [...new Set(["default", "kube-system", ...used])].filter((name) => name !== "").sort();
  return names.map((name) => ({
    apiVersion: "v1",
    kind: "Namespace",
    metadata: { name, labels: { "kubernetes.io/metadata.name": name } },
    status: { phase: "Active" },
  }));
}
