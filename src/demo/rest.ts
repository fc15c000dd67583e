import { type Attributes, forbiddenText, isDenied, reviewOf } from "./access.ts";
import {
  type ApiResource,
  coreVersions,
  findResource,
  groupList,
  groupOf,
  resourceList,
  versionInfo,
} from "./api-resources.ts";
import { type ApiStatus, failure } from "./api-status.ts";
import type { KubeObject } from "./scenario.ts";
import { fieldPredicate, labelPredicate } from "./selectors.ts";
import type { Store } from "./store.ts";
import { at, tableOf, wantsTable } from "./table.ts";

/** One REST call, already authenticated. */
export interface RestRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly accept: string;
  readonly user: string;
  /** Parsed JSON, undefined when there was none. */
  readonly body: unknown;
  readonly nowMs: number;
}

export interface RestAnswer {
  readonly code: number;
  /** A string is sent as plain text, anything else as JSON. */
  readonly body: unknown;
}

export interface RestCluster {
  readonly store: Store;
  readonly deny: readonly string[];
}

/** A path below one group and version. */
export interface ResourcePath {
  readonly group: string;
  readonly version: string;
  readonly namespace: string | null;
  readonly plural: string;
  /** "" for the collection. */
  readonly name: string;
  /** "" for the object itself. */
  readonly subresource: string;
}

const notFound: RestAnswer = {
  code: 404,
  body: failure(404, "NotFound", "the server could not find the requested resource"),
};

/** Answers everything but exec. */
export function answerRest(cluster: RestCluster, request: RestRequest): RestAnswer {
  const words = pathWords(request.path);
  if (words === null) return refusal(failure(400, "BadRequest", "the path is not valid"));
  const discovery = answerDiscovery(cluster, words);
  if (discovery !== null) return discovery;
  const path = resourcePath(words);
  if (path === null) return notFound;
  if (path.plural === "selfsubjectaccessreviews") return review(cluster, request);
  const resource = findResource(path.group, path.version, path.plural);
  if (resource === null) return notFound;
  if (request.method !== "GET") return refusal(failure(405, "MethodNotAllowed", "the demo cluster is read-only"));
  const asked = attributesOf(path, path.name === "" ? "list" : "get");
  if (isDenied(cluster.deny, asked)) return refusal(forbidden(request.user, asked));
  if (request.query.get("watch") === "true")
    return refusal(failure(405, "MethodNotAllowed", "the demo cluster has no watch"));
  if (path.name === "") return answerList(cluster, resource, path, request);
  return answerObject(cluster, resource, path, request);
}

export function refusal(status: ApiStatus & { readonly code: number }): RestAnswer {
  return { code: status.code, body: status };
}

export function forbidden(user: string, asked: Attributes): ApiStatus & { readonly code: number } {
  const details = { name: asked.name, group: asked.group, kind: asked.resource };
  return failure(403, "Forbidden", forbiddenText(user, asked), details);
}

export function podNotFound(name: string): ApiStatus & { readonly code: number } {
  return failure(404, "NotFound", `pods "${name}" not found`, { name, kind: "pods" });
}

export function attributesOf(path: ResourcePath, verb: string): Attributes {
  const { group, plural: resource, subresource, name } = path;
  return { verb, group, resource, subresource, name, namespace: path.namespace ?? "" };
}

/** The decoded words of a path; null when an escape in it is broken. */
export function pathWords(path: string): readonly string[] | null {
  try {
    return path
      .split("/")
      .filter((word) => word !== "")
      .map(decodeURIComponent);
  } catch {
    return null;
  }
}

/** `/api/v1/…` and `/apis/<group>/<version>/…` below their discovery documents; null for anything else. */
export function resourcePath(words: readonly string[]): ResourcePath | null {
  const core = words[0] === "api";
  if (!core && words[0] !== "apis") return null;
  const group = core ? "" : (words[1] ?? "");
  const version = words[core ? 1 : 2] ?? "";
  const rest = words.slice(core ? 2 : 3);
  const namespaced = rest[0] === "namespaces" && rest.length > 2;
  const [plural = "", name = "", subresource = ""] = namespaced ? rest.slice(2) : rest;
  return { group, version, namespace: namespaced ? (rest[1] ?? "") : null, plural, name, subresource };
}

function answerDiscovery(cluster: RestCluster, words: readonly string[]): RestAnswer | null {
  const [first = "", second = "", third = ""] = words;
  const served = (resource: ApiResource) => cluster.store.list(resource, null) !== null;
  const found = (body: unknown): RestAnswer => (body === null ? notFound : { code: 200, body });
  const place = `${first}/${words.length}`;
  switch (place) {
    case "version/1":
      return found(versionInfo);
    case "healthz/1":
    case "livez/1":
    case "readyz/1":
      return found("ok");
    case "api/1":
      return found(coreVersions());
    case "api/2":
      return found(resourceList("", second, served));
    case "apis/1":
      return found(groupList());
    case "apis/2":
      return found(groupOf(second));
    case "apis/3":
      return found(resourceList(second, third, served));
    default:
      return null;
  }
}

function review(cluster: RestCluster, request: RestRequest): RestAnswer {
  if (request.method !== "POST") return refusal(failure(405, "MethodNotAllowed", "reviews are created"));
  const spec = at(request.body, "spec") ?? {};
  const head = { kind: "SelfSubjectAccessReview", apiVersion: "authorization.k8s.io/v1", metadata: {} };
  return { code: 201, body: { ...head, spec, status: reviewOf(cluster.deny, spec) } };
}

function answerObject(
  cluster: RestCluster,
  resource: ApiResource,
  path: ResourcePath,
  request: RestRequest,
): RestAnswer {
  const object = cluster.store.get(resource, path.namespace, path.name);
  if (object === null) {
    const { name, group, plural } = path;
    const subject = group === "" ? plural : `${plural}.${group}`;
    return refusal(failure(404, "NotFound", `${subject} "${name}" not found`, { name, group, kind: plural }));
  }
  if (path.subresource === "log") return { code: 200, body: agentLog(object) };
  if (path.subresource !== "") return notFound;
  if (!wantsTable(request.accept)) return { code: 200, body: object };
  const include = request.query.get("includeObject") ?? "Metadata";
  return { code: 200, body: tableOf(resource, [object], { resourceVersion: "1000" }, include, request.nowMs) };
}

function agentLog(pod: KubeObject): string {
  const node = String(pod.spec?.["nodeName"] ?? "");
  return `time=2026-11-20T00:00:00Z level=info msg="Daemon initialization completed" node=${JSON.stringify(node)}\n`;
}

function answerList(cluster: RestCluster, resource: ApiResource, path: ResourcePath, request: RestRequest): RestAnswer {
  const objects = cluster.store.list(resource, path.namespace);
  if (objects === null) return notFound;
  const labels = request.query.get("labelSelector") ?? "";
  const fields = request.query.get("fieldSelector") ?? "";
  const byLabel = labelPredicate(labels);
  const byField = fieldPredicate(fields);
  if (byLabel === null) return refusal(failure(400, "BadRequest", `unable to parse requirement: ${labels}`));
  if (byField === null) return refusal(failure(400, "BadRequest", `field label not supported: ${fields}`));
  const chosen = labels === "" && fields === "" ? objects : objects.filter((one) => byLabel(one) && byField(one));
  const page = pageOf(chosen, request.query);
  if (page === null) return refusal(failure(400, "BadRequest", "continue key is not valid"));
  if (wantsTable(request.accept)) {
    const include = request.query.get("includeObject") ?? "Metadata";
    return { code: 200, body: tableOf(resource, page.items, page.metadata, include, request.nowMs) };
  }
  const apiVersion = resource.group === "" ? resource.version : `${resource.group}/${resource.version}`;
  const items = resource.group === "" ? page.items.map(untyped) : page.items;
  return { code: 200, body: { kind: `${resource.kind}List`, apiVersion, metadata: page.metadata, items } };
}

/** Items of built-in lists come without kind and apiVersion. */
function untyped({ apiVersion: _version, kind: _kind, ...rest }: KubeObject): unknown {
  return rest;
}

interface Page {
  readonly items: readonly KubeObject[];
  readonly metadata: Readonly<Record<string, unknown>>;
}

/** The page that `limit` and `continue` ask for; null for a token that is none of ours. */
function pageOf(objects: readonly KubeObject[], query: URLSearchParams): Page | null {
  const limit = Number(query.get("limit") ?? "0");
  const token = query.get("continue") ?? "";
  const start = token === "" ? 0 : Number(Buffer.from(token, "base64url").toString("latin1").replace("start=", ""));
  if (!Number.isInteger(start) || start < 0 || !Number.isInteger(limit) || limit < 0) return null;
  const end = limit === 0 ? objects.length : start + limit;
  const resourceVersion = "1000";
  if (end >= objects.length) return { items: objects.slice(start), metadata: { resourceVersion } };
  const next = Buffer.from(`start=${end}`, "latin1").toString("base64url");
  const metadata = { resourceVersion, continue: next, remainingItemCount: objects.length - end };
  return { items: objects.slice(start, end), metadata };
}
