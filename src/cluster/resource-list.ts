import type { KubeOutcome } from "../model/kube.ts";
import { pathSegment } from "./api-path.ts";
import type { ListRequest } from "./cluster.ts";
import { isJsonObject, objectField, textField } from "./json-object.ts";
import type { RestAnswer, RestClient } from "./rest.ts";

/** kubectl's chunk. */
const pageItems = 500;
/** A server that never stops to continue is not listened to for ever: 500,000 objects. */
const maxPages = 1000;

/**
 * Every object of a list, page by page. A page's token that expired under way (410) starts the list over, once.
 * `metadata.managedFields`, half of an object's size and of no use here, is dropped as each page arrives.
 */
export async function listResource(rest: RestClient, request: ListRequest, signal: AbortSignal): Promise<KubeOutcome> {
  const first = await listPages(rest, request, signal);
  if (first.kind === "ok" || first.status !== 410) return first;
  return listPages(rest, request, signal);
}

async function listPages(rest: RestClient, request: ListRequest, signal: AbortSignal): Promise<KubeOutcome> {
  const items: unknown[] = [];
  let token = "";
  for (let page = 0; page < maxPages; page++) {
    const answer = await rest.get(listPath(request), listQuery(request, token), signal);
    if (answer.kind !== "ok") return absent(answer);
    const list = isJsonObject(answer.value) ? answer.value : null;
    const more = list?.["items"] ?? (textField(list, "kind").endsWith("List") ? [] : null);
    if (!Array.isArray(more)) return { kind: "absent", status: null, message: notAList(request) };
    for (const item of more) items.push(withoutManagedFields(item));
    token = textField(objectField(list, "metadata"), "continue");
    if (token === "") return { kind: "ok", items };
  }
  return { kind: "absent", status: null, message: `the list of ${request.plural} did not end after ${maxPages} pages` };
}

function absent(answer: Exclude<RestAnswer, { kind: "ok" }>): KubeOutcome {
  return { kind: "absent", status: answer.kind === "refused" ? answer.status.code : null, message: answer.message };
}

function notAList(request: ListRequest): string {
  return `the API server answered the list of ${request.plural} with something that is no list`;
}

function listPath({ group, version, plural, namespace }: ListRequest): string {
  const root = group === "" ? "/api" : `/apis/${pathSegment(group)}`;
  const within = namespace === null ? "" : `/namespaces/${pathSegment(namespace)}`;
  return `${root}/${pathSegment(version)}${within}/${pathSegment(plural)}`;
}

function listQuery({ labelSelector, fieldSelector }: ListRequest, token: string): [string, string][] {
  const query: [string, string][] = [["limit", String(pageItems)]];
  if (labelSelector !== null) query.push(["labelSelector", labelSelector]);
  if (fieldSelector !== null) query.push(["fieldSelector", fieldSelector]);
  if (token !== "") query.push(["continue", token]);
  return query;
}

function withoutManagedFields(item: unknown): unknown {
  if (!isJsonObject(item)) return item;
  const metadata = item["metadata"];
  if (isJsonObject(metadata) && "managedFields" in metadata) Reflect.deleteProperty(metadata, "managedFields");
  return item;
}
