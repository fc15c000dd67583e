import { type Capture, describeOutcome, type ListCaptureId, listCaptureIds } from "../model/capture.ts";
import type { ListTable, ListTables } from "../model/lists.ts";
import { ownText } from "../model/matrix.ts";
import { arrayAt, isObject, numberAt, objectAt, type Parsed, parseJson, stringAt, wrongShape } from "./json.ts";

/** Joins the lists of all agents as they come; the replies are let go. */
export interface ListReducer {
  add(capture: Capture): void;
  finish(): ListTables;
}

type Entry = readonly [key: string, value: string];
type ReadList = (json: unknown) => readonly Entry[] | null;

const readers: Readonly<Record<ListCaptureId, ReadList>> = {
  "bpf-ipcache.json": ipcacheEntries,
  "cilium-ip-list.json": addressEntries,
  "cilium-service-list.json": serviceEntries,
  "cilium-lrp-list.json": redirectEntries,
};

export function listReducer(): ListReducer {
  const tables = new Map(listCaptureIds.map((id) => [id, tableBuilder()]));
  return {
    add: ({ node, id, outcome }) => {
      const table = isList(id) ? tables.get(id) : undefined;
      if (table === undefined || !isList(id)) return;
      if (outcome.kind !== "ok") return table.unread(node, describeOutcome(outcome));
      const parsed = entriesOf(outcome.stdout, readers[id]);
      if (parsed.ok) table.row(node, parsed.value);
      else table.unread(node, parsed.message);
    },
    finish: () => ({
      "bpf-ipcache.json": finished(tables, "bpf-ipcache.json"),
      "cilium-ip-list.json": finished(tables, "cilium-ip-list.json"),
      "cilium-service-list.json": finished(tables, "cilium-service-list.json"),
      "cilium-lrp-list.json": finished(tables, "cilium-lrp-list.json"),
    }),
  };
}

function isList(id: string): id is ListCaptureId {
  return (listCaptureIds as readonly string[]).includes(id);
}

function finished(tables: ReadonlyMap<ListCaptureId, TableBuilder>, id: ListCaptureId): ListTable {
  return tables.get(id)?.table ?? tableBuilder().table;
}

interface TableBuilder {
  readonly table: ListTable;
  row(node: string, entries: readonly Entry[]): void;
  unread(node: string, why: string): void;
}

/** Keys and values are held once, whatever agent has them: a list of addresses is as long as the cluster is large. */
function tableBuilder(): TableBuilder {
  const [keys, values] = [interned(), interned()];
  const rows = new Map<string, Uint32Array>();
  const unread = new Map<string, string>();
  return {
    table: { keys: keys.texts, values: values.texts, rows, unread },
    row: (node, entries) => {
      const places = entries.map(([key, value]) => [keys.place(key), values.place(value)] as const);
      const row = new Uint32Array(keys.texts.length);
      for (const [key, value] of places) row[key] = value + 1;
      rows.set(node, row);
    },
    unread: (node, why) => {
      unread.set(node, why);
    },
  };
}

function interned(): { readonly texts: string[]; place(text: string): number } {
  const texts: string[] = [];
  const places = new Map<string, number>();
  return {
    texts,
    place: (text) => {
      const known = places.get(text);
      if (known !== undefined) return known;
      const own = ownText(text);
      places.set(own, texts.length);
      texts.push(own);
      return texts.length - 1;
    },
  };
}

/** An empty stdout is an empty list: the programs print nothing then, or `null`. */
function entriesOf(bytes: Uint8Array, read: ReadList): Parsed<readonly Entry[]> {
  const json = parseJson(bytes);
  if (!json.ok) return json.reason === "empty" ? { ok: true, value: [] } : json;
  const entries = json.value === null ? [] : read(json.value);
  return entries === null ? wrongShape("such a list") : { ok: true, value: entries };
}

/**
 * `cilium-dbg bpf ipcache list`: prefix → `["identity=4 encryptkey=0 tunnelendpoint=172.31.0.12 flags=…"]`
 * (pkg/maps/ipcache, RemoteEndpointInfo.String). The value is `identity|tunnel endpoint|key`, "" for no endpoint.
 */
function ipcacheEntries(json: unknown): readonly Entry[] | null {
  if (!isObject(json)) return null;
  return Object.entries(json).map(([prefix, infos]) => {
    const info: unknown = Array.isArray(infos) ? infos[0] : infos;
    const text = typeof info === "string" ? info : "";
    const endpoint = fieldOf(text, "tunnelendpoint");
    const tunnel = endpoint === "0.0.0.0" || endpoint === "::" || endpoint === "<nil>" ? "" : endpoint;
    return [prefix, [fieldOf(text, "identity"), tunnel, fieldOf(text, "encryptkey") || "0"].join("|")];
  });
}

function fieldOf(text: string, name: string): string {
  return new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(text)?.[1] ?? "";
}

/** `cilium-dbg ip list` (api/v1/models/ip_list_entry.go): `identity|host address|key`. */
function addressEntries(json: unknown): readonly Entry[] | null {
  if (!Array.isArray(json)) return null;
  return json.map((entry) => [
    stringAt(entry, "cidr"),
    [numberAt(entry, "identity"), stringAt(entry, "hostIP"), numberAt(entry, "encryptKey")].join("|"),
  ]);
}

/**
 * `cilium-dbg service list` (api/v1/models/service_spec.go): by frontend `type|external policy|internal policy|name|
 * backends`, the backends sorted; those that are ending come and go and are left out.
 */
function serviceEntries(json: unknown): readonly Entry[] | null {
  if (!Array.isArray(json)) return null;
  return json.map((service) => {
    const spec = objectAt(service, "spec");
    const realized = objectAt(objectAt(service, "status"), "realized");
    const held = Object.keys(realized).length > 0 ? realized : spec;
    const flags = objectAt(held, "flags");
    const backends = arrayAt(held, "backend-addresses")
      .filter((backend) => !["terminating", "terminating-not-serving"].includes(stringAt(backend, "state")))
      .map((backend) => addressOf(backend));
    const external = stringAt(flags, "extTrafficPolicy") || stringAt(flags, "trafficPolicy");
    const name = `${stringAt(flags, "namespace")}/${stringAt(flags, "name")}`;
    const value = [
      stringAt(flags, "type"),
      external,
      stringAt(flags, "intTrafficPolicy"),
      name,
      backends.sort().join(","),
    ];
    return [frontendOf(objectAt(held, "frontend-address")), value.join("|")];
  });
}

/** A frontend of Local policy stands twice in the list, once for each scope. */
function frontendOf(frontend: unknown): string {
  return `${addressOf(frontend)}${stringAt(frontend, "scope") === "internal" ? "/internal" : ""}`;
}

function addressOf(address: unknown): string {
  const ip = stringAt(address, "ip");
  const protocol = stringAt(address, "protocol");
  const host = ip.includes(":") ? `[${ip}]` : ip;
  return `${host}:${numberAt(address, "port")}${protocol === "" || protocol === "NONE" ? "" : `/${protocol}`}`;
}

/** `cilium-dbg lrp list` (api/v1/models/l_r_p_spec.go): by name `type|frontend type|service|frontends`; backends are local. */
function redirectEntries(json: unknown): readonly Entry[] | null {
  if (!Array.isArray(json)) return null;
  return json.map((policy) => {
    const frontends = arrayAt(policy, "frontend-mappings").map((one) => addressOf(objectAt(one, "frontend-address")));
    const value = [
      stringAt(policy, "lrp-type"),
      stringAt(policy, "frontend-type"),
      stringAt(policy, "service-id"),
      frontends.sort().join(","),
    ];
    return [`${stringAt(policy, "namespace")}/${stringAt(policy, "name")}`, value.join("|")];
  });
}
