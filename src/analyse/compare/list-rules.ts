import type { ListCaptureId } from "../../model/capture.ts";
import type { Facts } from "../../model/facts.ts";
import type { ListTables } from "../../model/lists.ts";
import { oddNodes } from "./list-entries.ts";
import { absent, type ListRule, type OddEntry } from "./odd-entries.ts";
import { ownersOf } from "./owners.ts";

/** How each list is compared, for the facts of one cluster: what may differ by nature depends on who owns what. */
export function listRules(facts: Facts): { readonly [id in ListCaptureId]: ListRule } {
  return {
    "bpf-ipcache.json": addressRule("bpf-ipcache.json", facts),
    "cilium-ip-list.json": addressRule("cilium-ip-list.json", facts),
    "cilium-service-list.json": serviceRule(facts),
    "cilium-lrp-list.json": redirectRule(),
  };
}

/** Nodes worth a second look. */
export function nodesThatDiffer(facts: Facts, tables: ListTables): string[] {
  return oddNodes(tables, Object.values(listRules(facts)));
}

/** Identities from 2^24 on are numbered by each node for itself: address ranges, and nodes by label (pkg/identity). */
const localScope = 2 ** 24;
const host = "1";

/**
 * Both address lists. A node has its own addresses and pods otherwise than the others have them; addresses that the host
 * of every node has, and ranges from policies, differ by nature.
 */
function addressRule(id: "bpf-ipcache.json" | "cilium-ip-list.json", facts: Facts): ListRule {
  const owners = ownersOf(facts);
  const hostOf = (value: string) => value.split("|")[1] ?? "";
  const identityOf = (value: string) => value.split("|")[0] ?? "";
  return {
    id,
    comparable: (key, value, node) => {
      if (owners.owns(node, key)) return null;
      if (value === null) return absent;
      // Its own pods, where no range tells: they lead nowhere, or to the node itself.
      const leadsHere = hostOf(value) === "" ? identityOf(value) === host : owners.addressesOf(node).has(hostOf(value));
      return leadsHere ? null : value;
    },
    isLeftOut: (_key, common) => {
      if (common === absent) return false;
      return identityOf(common) === host || Number(identityOf(common)) >= localScope;
    },
    ownerMissed: (key, shown) => {
      const owner = hostOf(shown) === "" ? "" : owners.ownerOf(key);
      return owner === "" || owners.addressesOf(owner).has(hostOf(shown)) ? "" : owner;
    },
    sentence: (odd) => addressSentence(odd),
    // A surplus entry may be of a pod that is going; what is missing or other is not.
    isFault: ({ common }) => common !== null,
  };
}

function addressSentence({ key, own, common, holders, owner }: OddEntry): string {
  if (owner !== "" && (own ?? "").split("|")[0] === (common ?? own ?? "").split("|")[0]) {
    const right = holders === 0 ? "" : `, as ${holders === 1 ? "1 other has" : `${others(holders)} have`} it`;
    return `${key} leads to ${(own ?? "").split("|")[1]}, and is of ${owner}${right}`;
  }
  if (own === null) return `${key} is missing, ${says(common)} on ${others(holders)}`;
  if (common === null) return `${key} ${says(own)}, and is not known on ${others(holders)}`;
  const names = ["identity", "node", "encryption key"] as const;
  const [mine, theirs] = [own.split("|"), common.split("|")];
  const differ = names.flatMap((name, at) =>
    mine[at] === theirs[at] ? [] : [`${name} ${mine[at] || "none"} (${theirs[at] || "none"} on ${others(holders)})`],
  );
  return `${key}: ${differ.join(", ")}`;
}

function says(value: string | null): string {
  const [identity = "", node = ""] = (value ?? "").split("|");
  return `has identity ${identity}${node === "" ? "" : ` at ${node}`}`;
}

function others(holders: number): string {
  return `${holders} others`;
}

/**
 * Frontends and backends. Left out: what is a node's own by nature, as node ports on its addresses, host ports and local
 * redirects; backends where a policy of Local or the topology chooses them.
 */
function serviceRule(facts: Facts): ListRule {
  const byZone = facts.config?.get("enable-service-topology") === "true";
  return {
    id: "cilium-service-list.json",
    comparable: (key, value) => {
      if (value === null) return absent;
      const [type = "", external = "", internal = "", name = "", backends = ""] = value.split("|");
      if (/^(?:HostPort|LocalRedirect)$/i.test(type)) return null;
      if (type === "NodePort" && !/^(?:0\.0\.0\.0|\[::\]):/.test(key)) return null;
      const isLocal = external === "Local" || internal === "Local" || byZone;
      return `${name}|${isLocal ? "" : backends}`;
    },
    isLeftOut: () => false,
    ownerMissed: () => "",
    sentence: serviceSentence,
    isFault: () => true,
  };
}

function serviceSentence({ key, own, common, holders }: OddEntry): string {
  const [name = "", backends = ""] = (own ?? common ?? "").split("|");
  const what = name === "/" ? key : `${name} (${key})`;
  if (own === null) return `Service ${what} is missing, ${others(holders)} have it`;
  if (common === null) return `Service ${what} is not known on ${others(holders)}`;
  const [mine, theirs] = [new Set(listOf(backends)), new Set(listOf(common.split("|")[1] ?? ""))];
  const lacks = [...theirs].filter((one) => !mine.has(one));
  const surplus = [...mine].filter((one) => !theirs.has(one));
  const parts = [
    ...(lacks.length > 0 ? [`lacks ${some(lacks)}`] : []),
    ...(surplus.length > 0 ? [`has ${some(surplus)}`] : []),
  ];
  return `Service ${what} ${parts.join(" and ") || "has another name"}, unlike on ${others(holders)}`;
}

function listOf(backends: string): string[] {
  return backends === "" ? [] : backends.split(",");
}

function some(backends: readonly string[]): string {
  const more = backends.length > 2 ? ` and ${backends.length - 2} more` : "";
  return `${backends.length === 1 ? "the backend" : "the backends"} ${backends.slice(0, 2).join(", ")}${more}`;
}

function redirectRule(): ListRule {
  return {
    id: "cilium-lrp-list.json",
    comparable: (_key, value) => value ?? absent,
    isLeftOut: () => false,
    ownerMissed: () => "",
    sentence: ({ key, own, common, holders }) => {
      if (own === null) return `${key} is missing, ${others(holders)} have it`;
      if (common === null) return `${key} is not known on ${others(holders)}`;
      return `${key} redirects other frontends than on ${others(holders)}`;
    },
    isFault: () => true,
  };
}
