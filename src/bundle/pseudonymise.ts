import type { Capture, CaptureOutcome } from "../model/capture.ts";
import type { Source } from "../model/facts.ts";
import type { KubeList } from "../model/kube.ts";
import { standInAddresses } from "./stand-in-addresses.ts";
import { type NameKind, standInNames } from "./stand-in-names.ts";

/**
 * Snapshot to snapshot: names of nodes, pods and clusters and IP addresses become stand-ins that are equal where the
 * originals were, and keep subnets and prefix lengths. A function of its arguments and the key: the order in which the
 * parts come changes nothing but which names are already known in free text; lists are to come first.
 */
export interface Pseudonymiser {
  list(list: KubeList): KubeList;
  capture(capture: Capture): Capture;
  source(source: Source): Source;
  text(text: string): string;
  /** Real names by stand-in: what the key file holds beside the key. */
  known(): ReadonlyMap<string, string>;
}

type Fields = Readonly<Record<string, unknown>>;

/** Fields that hold a name, wherever they stand (Kubernetes API, cilium api/v1). A pod may stand as `namespace/pod`. */
const nameFields: Readonly<Record<string, NameKind>> = {
  nodeName: "node",
  "k8s-pod-name": "pod",
  "pod-name": "pod",
  "cluster-name": "cluster",
};

const ipv4 = String.raw`(?<![\w.-])(?:\d{1,3}\.){3}\d{1,3}(?:\/\d{1,2})?(?![\w-]|\.\d)`;
const ipv6 = String.raw`(?<![\w:.-])(?=[0-9A-Fa-f]*:[0-9A-Fa-f:]*:)[0-9A-Fa-f:]{2,39}(?:\.\d{1,3}){0,3}(?:\/\d{1,3})?(?![\w:])`;

export function pseudonymiser(key: Uint8Array): Pseudonymiser {
  const names = standInNames(key);
  const addresses = standInAddresses(key);
  const anyAddress = new RegExp(`${ipv4}|${ipv6}`, "g");
  const text = (value: string): string => names.inText(value).replace(anyAddress, (ip) => addresses.of(ip));
  const context: Walk = { name: names.of, text };
  const outcome = (value: CaptureOutcome, json: boolean): CaptureOutcome => {
    const plain = walkTexts(value, text);
    if (!("stdout" in value) || !("stdout" in plain)) return plain;
    return { ...plain, stdout: json ? mapJson(value.stdout, context) : mapText(value.stdout, text) };
  };
  return {
    list: (list) => mapList(list, context),
    capture: ({ node, pod, id, argv, outcome: ended }) => {
      const named = { node: names.of("node", node), pod: names.of("pod", pod) };
      return { ...named, id, argv, outcome: outcome(ended, id.endsWith(".json")) };
    },
    source: ({ kind, context: where, cluster, server }) => ({
      kind,
      context: names.of("cluster", where),
      cluster: names.of("cluster", cluster),
      server: server === "" ? "" : "https://api-server",
      name: "",
    }),
    text,
    known: () => names.known(),
  };
}

interface Walk {
  readonly name: (kind: NameKind, name: string) => string;
  readonly text: (text: string) => string;
}

/** Names first, in all items, so that texts of the first item already know the last one's. */
function mapList({ resource, outcome }: KubeList, walk: Walk): KubeList {
  if (outcome.kind === "absent") return { resource, outcome: { ...outcome, message: walk.text(outcome.message) } };
  const kind: NameKind | null = resource === "pods" ? "pod" : /nodes$/.test(resource) ? "node" : null;
  for (const item of outcome.items) {
    if (kind !== null) walk.name(kind, textAt(fieldsAt(item, "metadata"), "name"));
    walk.name("node", textAt(fieldsAt(item, "spec"), "nodeName"));
    walk.name("cluster", textAt(fieldsAt(item, "data"), "cluster-name"));
  }
  return { resource, outcome: { kind: "ok", items: outcome.items.map((item) => mapValue(item, walk)) } };
}

/** Agents print indented JSON with notices around it now and then: what cannot be parsed is mapped as text. */
function mapJson(bytes: Uint8Array, walk: Walk): Uint8Array {
  const text = new TextDecoder().decode(bytes);
  try {
    const json: unknown = JSON.parse(text);
    learnNodes(json, walk);
    return Buffer.from(`${JSON.stringify(mapValue(json, walk), null, 2)}\n`);
  } catch {
    // A view in rows (model/short-forms.ts) has the node's full name in each line's first cell.
    for (const [, name = ""] of text.matchAll(/^([^\t\n]+\/[^\t\n]+)\t/gm)) learnFullName(name, walk);
    return Buffer.from(walk.text(text));
  }
}

function mapText(bytes: Uint8Array, text: (text: string) => string): Uint8Array {
  return Buffer.from(text(Buffer.from(bytes).toString("latin1")), "latin1");
}

/** `cilium-health status` and `node list` call nodes by `cluster/node`: both parts are names. */
function learnNodes(json: unknown, walk: Walk): void {
  const lists = [json, isFields(json) ? json["nodes"] : null, isFields(json) ? [json["local"]] : null];
  for (const entry of lists.filter(Array.isArray).flat()) {
    const isNode =
      isFields(entry) && ("host" in entry || "primary-address" in entry || Object.keys(entry).length === 1);
    if (isNode) learnFullName(textAt(entry, "name"), walk);
  }
}

function learnFullName(name: string, walk: Walk): void {
  const slash = name.indexOf("/");
  if (slash >= 0) walk.name("cluster", name.slice(0, slash));
  walk.name("node", name.slice(slash + 1));
}

function mapValue(value: unknown, walk: Walk, field = ""): unknown {
  if (typeof value === "string") return mapString(value, walk, field);
  if (Array.isArray(value)) return value.map((one) => mapValue(one, walk, field));
  if (!isFields(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [walk.text(key), mapValue(child, walk, key)]));
}

function mapString(value: string, walk: Walk, field: string): string {
  const kind = nameFields[field];
  // Rules ask a providerID for its cloud alone; the rest names the machine and its account.
  if (kind === undefined) return field === "providerID" ? value.replace(/:\/\/.*$/s, "://") : walk.text(value);
  const slash = value.indexOf("/");
  return slash < 0
    ? walk.name(kind, value)
    : `${walk.text(value.slice(0, slash))}/${walk.name(kind, value.slice(slash + 1))}`;
}

/** Every text of a flat value; bytes and numbers stay. */
function walkTexts(value: CaptureOutcome, text: (text: string) => string): CaptureOutcome {
  const entries = Object.entries(value).map(([key, child]) =>
    key !== "kind" && typeof child === "string" ? [key, text(child)] : [key, child],
  );
  return Object.fromEntries(entries) as CaptureOutcome;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function fieldsAt(value: unknown, key: string): Fields {
  const child = isFields(value) ? value[key] : undefined;
  return isFields(child) ? child : {};
}

function textAt(value: unknown, key: string): string {
  const child = isFields(value) ? value[key] : undefined;
  return typeof child === "string" ? child : "";
}
