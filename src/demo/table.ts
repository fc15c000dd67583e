import type { ApiResource } from "./api-resources.ts";
import type { KubeObject } from "./scenario.ts";

/** A column of the server-side Table that kubectl prints; `wide` ones need `-o wide`. */
interface Column {
  readonly name: string;
  readonly wide?: true;
  readonly cell: (object: KubeObject, nowMs: number) => string;
}

/** Whether the client asked for a Table before plain JSON. */
export function wantsTable(accept: string): boolean {
  return /^application\/json;[^,]*as=Table/.test(accept.trim());
}

/**
 * A meta.k8s.io/v1 Table of the objects.
 * @param include `None`, `Metadata` or `Object`: what each row carries beside its cells
 */
export function tableOf(
  resource: ApiResource,
  objects: readonly KubeObject[],
  metadata: Readonly<Record<string, unknown>>,
  include: string,
  nowMs: number,
): unknown {
  const columns = columnsOf.get(resource.plural) ?? [nameColumn, ageColumn];
  return {
    kind: "Table",
    apiVersion: "meta.k8s.io/v1",
    metadata,
    columnDefinitions: columns.map(({ name, wide }) => ({
      name,
      type: "string",
      format: name === "Name" ? "name" : "",
      description: "",
      priority: wide ? 1 : 0,
    })),
    rows: objects.map((object) => ({
      cells: columns.map((column) => column.cell(object, nowMs)),
      ...rowObject(object, include),
    })),
  };
}

function rowObject(object: KubeObject, include: string): { readonly object?: unknown } {
  if (include === "None") return {};
  if (include === "Object") return { object };
  return { object: { kind: "PartialObjectMetadata", apiVersion: "meta.k8s.io/v1", metadata: object.metadata } };
}

const nameColumn: Column = { name: "Name", cell: (object) => object.metadata.name };
const ageColumn: Column = { name: "Age", cell: (object, now) => ageOf(object.metadata.creationTimestamp, now) };

const columnsOf: ReadonlyMap<string, readonly Column[]> = new Map<string, readonly Column[]>([
  [
    "nodes",
    [
      nameColumn,
      { name: "Status", cell: nodeStatus },
      { name: "Roles", cell: () => "<none>" },
      ageColumn,
      { name: "Version", cell: (node) => text(node, "status", "nodeInfo", "kubeletVersion") },
      { name: "Internal-IP", wide: true, cell: (node) => text(addressOf(node, "status"), "address") },
      { name: "External-IP", wide: true, cell: () => "<none>" },
      { name: "OS-Image", wide: true, cell: (node) => text(node, "status", "nodeInfo", "osImage") },
      { name: "Kernel-Version", wide: true, cell: (node) => text(node, "status", "nodeInfo", "kernelVersion") },
      {
        name: "Container-Runtime",
        wide: true,
        cell: (node) => text(node, "status", "nodeInfo", "containerRuntimeVersion"),
      },
    ],
  ],
  [
    "pods",
    [
      nameColumn,
      { name: "Ready", cell: podReady },
      { name: "Status", cell: podStatus },
      { name: "Restarts", cell: (pod) => String(at(containers(pod)[0], "restartCount") ?? 0) },
      ageColumn,
      { name: "IP", wide: true, cell: (pod) => text(pod, "status", "podIP") },
      { name: "Node", wide: true, cell: (pod) => text(pod, "spec", "nodeName") },
      { name: "Nominated Node", wide: true, cell: () => "<none>" },
      { name: "Readiness Gates", wide: true, cell: () => "<none>" },
    ],
  ],
  [
    "configmaps",
    [nameColumn, { name: "Data", cell: (map) => String(Object.keys(at(map, "data") ?? {}).length) }, ageColumn],
  ],
  ["namespaces", [nameColumn, { name: "Status", cell: (one) => text(one, "status", "phase") }, ageColumn]],
  [
    "ciliumnodes",
    [
      nameColumn,
      { name: "CiliumInternalIP", cell: (node) => text(addressOf(node, "spec", "CiliumInternalIP"), "ip") },
      { name: "InternalIP", cell: (node) => text(addressOf(node, "spec"), "ip") },
      ageColumn,
    ],
  ],
]);

function nodeStatus(node: KubeObject): string {
  const ready = list(node, "status", "conditions").find((one) => at(one, "type") === "Ready");
  return at(ready, "status") === "True" ? "Ready" : "NotReady";
}

function addressOf(node: KubeObject, part: "spec" | "status", type = "InternalIP"): unknown {
  return list(node, part, "addresses").find((one) => at(one, "type") === type);
}

function containers(pod: KubeObject): readonly unknown[] {
  return list(pod, "status", "containerStatuses");
}

function podReady(pod: KubeObject): string {
  const all = containers(pod);
  return `${all.filter((one) => at(one, "ready") === true).length}/${all.length}`;
}

function podStatus(pod: KubeObject): string {
  const stopped = containers(pod).map(
    (one) => at(one, "state", "waiting", "reason") ?? at(one, "state", "terminated", "reason"),
  );
  const reason = stopped.find((one) => typeof one === "string");
  return typeof reason === "string" ? reason : text(pod, "status", "phase");
}

/** Follows keys through parsed JSON. */
export function at(value: unknown, ...keys: readonly string[]): unknown {
  let here = value;
  for (const key of keys) {
    if (typeof here !== "object" || here === null) return undefined;
    here = (here as Readonly<Record<string, unknown>>)[key];
  }
  return here;
}

function list(value: unknown, ...keys: readonly string[]): readonly unknown[] {
  const found = at(value, ...keys);
  return Array.isArray(found) ? found : [];
}

function text(value: unknown, ...keys: readonly string[]): string {
  const found = at(value, ...keys);
  return typeof found === "string" && found !== "" ? found : "<none>";
}

/** As kubectl prints ages (apimachinery, util/duration, HumanDuration), a little coarser. */
function ageOf(since: string | undefined, nowMs: number): string {
  const seconds = Math.floor((nowMs - Date.parse(since ?? "")) / 1000);
  if (!(seconds >= 0)) return "<unknown>";
  if (seconds < 120) return `${seconds}s`;
  if (seconds < 10_800) return `${Math.floor(seconds / 60)}m`;
  if (seconds < 172_800) return `${Math.floor(seconds / 3600)}h`;
  return `${Math.floor(seconds / 86_400)}d`;
}
