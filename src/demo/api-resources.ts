import type { ScenarioResource } from "./scenario.ts";

/** One resource this API server knows, and what it is called. */
export interface ApiResource {
  /** "" for the core group. */
  readonly group: string;
  readonly version: string;
  readonly plural: ScenarioResource | "namespaces";
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly subresources: readonly string[];
}

const core = { group: "", version: "v1", subresources: [] } as const;
const cilium = { group: "cilium.io", version: "v2", subresources: [] } as const;

const apiResources: readonly ApiResource[] = [
  {
    ...core,
    plural: "pods",
    singular: "pod",
    kind: "Pod",
    namespaced: true,
    shortNames: ["po"],
    subresources: ["exec", "log"],
  },
  { ...core, plural: "nodes", singular: "node", kind: "Node", namespaced: false, shortNames: ["no"] },
  { ...core, plural: "configmaps", singular: "configmap", kind: "ConfigMap", namespaced: true, shortNames: ["cm"] },
  { ...core, plural: "namespaces", singular: "namespace", kind: "Namespace", namespaced: false, shortNames: ["ns"] },
  {
    ...cilium,
    plural: "ciliumnodes",
    singular: "ciliumnode",
    kind: "CiliumNode",
    namespaced: false,
    shortNames: ["cn", "ciliumn"],
  },
  {
    ...cilium,
    plural: "ciliumendpoints",
    singular: "ciliumendpoint",
    kind: "CiliumEndpoint",
    namespaced: true,
    shortNames: ["cep", "ciliumep"],
  },
  {
    ...cilium,
    plural: "ciliumclusterwidenetworkpolicies",
    singular: "ciliumclusterwidenetworkpolicy",
    kind: "CiliumClusterwideNetworkPolicy",
    namespaced: false,
    shortNames: ["ccnp"],
  },
];

const groups = [
  { name: "cilium.io", version: "v2" },
  { name: "authorization.k8s.io", version: "v1" },
] as const;

export const versionInfo = {
  major: "1",
  minor: "36",
  gitVersion: "v1.36.3",
  gitCommit: "0000000000000000000000000000000000000000",
  gitTreeState: "clean",
  buildDate: "2026-11-20T00:00:00Z",
  goVersion: "go1.26.8",
  compiler: "gc",
  platform: "linux/amd64",
} as const;

export function findResource(group: string, version: string, plural: string): ApiResource | null {
  const same = (one: ApiResource) => one.group === group && one.version === version && one.plural === plural;
  return apiResources.find(same) ?? null;
}

export function coreVersions(): unknown {
  return { kind: "APIVersions", versions: ["v1"], serverAddressByClientCIDRs: [] };
}

export function groupList(): unknown {
  return { kind: "APIGroupList", apiVersion: "v1", groups: groups.map(({ name }) => groupOf(name)) };
}

/** null for a group this server does not have. */
export function groupOf(name: string): Readonly<Record<string, unknown>> | null {
  const group = groups.find((one) => one.name === name);
  if (group === undefined) return null;
  const version = { groupVersion: `${name}/${group.version}`, version: group.version };
  return { kind: "APIGroup", apiVersion: "v1", name, versions: [version], preferredVersion: version };
}

/** Discovery of one group and version; null for one this server does not have. */
export function resourceList(group: string, version: string, served: (one: ApiResource) => boolean): unknown {
  const known = group === "" ? version === "v1" : groups.some((one) => one.name === group && one.version === version);
  if (!known) return null;
  const own = apiResources.filter((one) => one.group === group && one.version === version && served(one));
  return {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion: group === "" ? version : `${group}/${version}`,
    resources: group === "authorization.k8s.io" ? [accessReview] : own.flatMap(discovered),
  };
}

const accessReview = {
  name: "selfsubjectaccessreviews",
  singularName: "selfsubjectaccessreview",
  namespaced: false,
  kind: "SelfSubjectAccessReview",
  verbs: ["create"],
} as const;

function discovered(one: ApiResource): readonly unknown[] {
  const { plural: name, singular: singularName, namespaced, kind, shortNames } = one;
  const subresource = (sub: string) => ({
    name: `${name}/${sub}`,
    singularName: "",
    namespaced,
    kind: sub === "exec" ? "PodExecOptions" : kind,
    verbs: sub === "exec" ? ["create", "get"] : ["get"],
  });
  return [
    { name, singularName, namespaced, kind, verbs: ["get", "list"], shortNames },
    ...one.subresources.map(subresource),
  ];
}
