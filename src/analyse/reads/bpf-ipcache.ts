import { type Cidr, contains, parseAddress, parseCidr } from "../settings/cidr.ts";
import { isRecord, readJson } from "./json.ts";

/** What a node's datapath knows of an address range. */
export interface IpcacheEntry {
  /** As printed, `10.244.2.151/32`. */
  readonly prefix: string;
  readonly identity: number;
  /** Node address that packets are encapsulated to; "" for none (`0.0.0.0`, `::`). */
  readonly tunnelEndpoint: string;
}

export interface Ipcache {
  readonly entries: readonly (IpcacheEntry & { readonly range: Cidr })[];
}

/** `cilium-dbg bpf ipcache list -o json`: prefix → `["identity=4 encryptkey=0 tunnelendpoint=172.31.0.12 …"]`. */
export function readIpcache(text: string): Ipcache | null {
  const json = readJson(text);
  if (!isRecord(json)) return null;
  const entries = Object.entries(json).flatMap(([prefix, values]) => {
    const range = parseCidr(prefix);
    const value: unknown = Array.isArray(values) ? values[0] : values;
    if (range === null || typeof value !== "string") return [];
    return [{ prefix, range, identity: Number(fieldOf(value, "identity")) || 0, tunnelEndpoint: endpointOf(value) }];
  });
  return entries.length === 0 ? null : { entries };
}

function fieldOf(value: string, name: string): string {
  return new RegExp(`(?:^|\\s)${name}=(\\S+)`).exec(value)?.[1] ?? "";
}

function endpointOf(value: string): string {
  const endpoint = fieldOf(value, "tunnelendpoint");
  const address = parseAddress(endpoint);
  return address === null || address.value === 0n ? "" : endpoint;
}

/** The entry the datapath uses for an address: the longest prefix that holds it; null when none does. */
export function lookup({ entries }: Ipcache, address: string): IpcacheEntry | null {
  const wanted = parseAddress(address);
  if (wanted === null) return null;
  let best: Ipcache["entries"][number] | null = null;
  for (const entry of entries) {
    if (contains(entry.range, wanted) && (best === null || entry.range.prefix > best.range.prefix)) best = entry;
  }
  return best;
}
