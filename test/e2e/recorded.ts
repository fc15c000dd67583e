import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { projectRoot } from "./build.ts";

/** What real agents printed under a real fault, one folder a case; its layout is described in its README. */
const casesRoot = join(projectRoot, "src", "demo", "scenarios");

/** Ordered [from, to]. */
export type Pair = readonly [string, string];

/** `expect.json`: what a reader of the case must find. */
export interface Expectation {
  readonly answered: readonly string[];
  readonly unasked: readonly string[];
  readonly host: { readonly unreachable: readonly Pair[]; readonly unknown: readonly Pair[] };
  readonly endpoint: { readonly unreachable: readonly Pair[]; readonly unknown: readonly Pair[] };
}

/** A Kubernetes API object, as far as the rig touches it. */
export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string; readonly namespace?: string; readonly [field: string]: unknown };
  readonly spec?: Readonly<Record<string, unknown>>;
  readonly status?: Readonly<Record<string, unknown>>;
  readonly [field: string]: unknown;
}

/** What an API server holds of a cluster, and what is printed in its agents. */
export interface Cluster {
  readonly name: string;
  readonly nodes: readonly KubeObject[];
  readonly pods: readonly KubeObject[];
  readonly ciliumNodes: readonly KubeObject[];
  readonly policies: readonly KubeObject[];
  readonly config: KubeObject;
  /** Node name → folder of what its agent printed, or null when exec into it failed. */
  readonly agents: ReadonlyMap<string, string | null>;
}

export interface RecordedCase extends Cluster {
  readonly expect: Expectation;
}

/** Every recorded case by name. */
export function caseNames(): readonly string[] {
  const folders = readdirSync(casesRoot).filter((name) => existsSync(join(casesRoot, name, "expect.json")));
  if (folders.length === 0) throw new Error(`no recorded case in ${casesRoot}`);
  return folders.sort();
}

export function loadCase(name: string): RecordedCase {
  const folder = join(casesRoot, name);
  const read = (file: string): unknown => JSON.parse(readFileSync(join(folder, file), "utf8"));
  const list = (file: string): readonly KubeObject[] => (read(join("kube", file)) as { items: KubeObject[] }).items;
  const agents = readdirSync(join(folder, "nodes")).map((node): [string, string | null] => {
    const printed = join(folder, "nodes", node);
    return [node, existsSync(join(printed, "unreachable")) ? null : printed];
  });
  return {
    name,
    expect: read("expect.json") as Expectation,
    nodes: list("nodes.json").map(asNew),
    pods: list("pods.json").map(asNew),
    ciliumNodes: list("ciliumnodes.json").map(asNew),
    policies: list("ciliumclusterwidenetworkpolicies.json").map(asNew),
    config: asNew(read(join("kube", "cilium-config.json")) as KubeObject),
    agents: new Map(agents),
  };
}

/** Without what the API server it is of had added, so that another one accepts it. */
export function asNew(object: KubeObject): KubeObject {
  const added = new Set([
    "uid",
    "resourceVersion",
    "creationTimestamp",
    "generation",
    "managedFields",
    "ownerReferences",
  ]);
  const metadata = Object.fromEntries(Object.entries(object.metadata).filter(([field]) => !added.has(field)));
  const { "kubectl.kubernetes.io/last-applied-configuration": _applied, ...annotations } = (metadata["annotations"] ??
    {}) as Record<string, string>;
  return { ...object, metadata: { ...metadata, name: object.metadata.name, annotations } };
}
