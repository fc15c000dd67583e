import type { Want } from "../../model/report.ts";
import { type Route, type RouteLookup, readRoutes, routeLookup } from "../reads/ip-route.ts";
import { confirmingText, nameOf, type Scene } from "../scene.ts";
import { rangeAround } from "../settings/address-ranges.ts";
import { type Address, type Cidr, contains, parseAddress } from "../settings/cidr.ts";
import type { PodPathFailures } from "./pod-path.ts";

/** IPAM modes in which pods have addresses of the cloud's own network: nobody has to route ranges there. */
const cloudIpams: ReadonlySet<string> = new Set(["eni", "azure", "alibabacloud", "delegated-plugin"]);

export function hasCloudAddresses(scene: Scene): boolean {
  return cloudIpams.has(scene.facts.config?.get("ipam") ?? "");
}

/** Native routing of ranges that Cilium, the cloud or a router has to carry from node to node. */
export function routesRanges(scene: Scene): boolean {
  return scene.settings.routingMode === "native" && !hasCloudAddresses(scene);
}

/** Whether agents install routes to their neighbours' ranges themselves; null when cilium-config was not read. */
export function autoDirectRoutes(scene: Scene): boolean | null {
  return scene.facts.config === null ? null : scene.facts.config.get("auto-direct-node-routes") === "true";
}

/** The scheme that most nodes' providerIDs begin with: `aws`, `azure`, `gce`, `openstack`, `hcloud`, …; "" when none. */
export function provider(scene: Scene): string {
  const counts = new Map<string, number>();
  for (const node of scene.nodes) {
    const scheme = /^([a-z0-9-]+):\/\//.exec(node.kube?.providerID ?? "")?.[1];
    if (scheme !== undefined) counts.set(scheme, (counts.get(scheme) ?? 0) + 1);
  }
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? "";
}

export function addressOf(scene: Scene, node: number): Address | null {
  const facts = scene.nodes[node];
  return parseAddress(facts?.kube?.internalIPs[0] ?? facts?.cilium?.internalIPs[0] ?? "");
}

/** The address a path to a node's health endpoint is probed at, "" when it is not known. */
export function healthAddress(scene: Scene, cell: number): string {
  const [from, to] = [Math.floor(cell / scene.size), cell % scene.size];
  const ip = scene.facts.matrix.rows[from]?.endpoint.positions[0]?.ip[to] ?? 0;
  return scene.facts.matrix.addresses[ip] || (scene.nodes[to]?.cilium?.healthIPs[0] ?? "");
}

/** The main tables that were read, by node. */
export function routeTables(scene: Scene): Map<number, RouteLookup> {
  const tables = new Map<number, RouteLookup>();
  scene.nodes.forEach((node, index) => {
    const text = confirmingText(node, "ip-route.txt");
    const routes = text === null ? [] : readRoutes(text);
    if (routes.length > 0) tables.set(index, routeLookup(routes));
  });
  return tables;
}

/** No route of its own: nothing at all, the default route, or one that refuses. */
export function leadsNowhere(route: Route | null): boolean {
  return route === null || route.isDefault || route.type !== "unicast";
}

/**
 * Which nodes share a link: by the prefix length of a route on the link that was read, else by /24 (IPv4) or /64.
 * -1 for a node without an address.
 */
export function links(scene: Scene, tables: ReadonlyMap<number, RouteLookup>): number[] {
  const prefixes = linkPrefixes(scene, tables);
  const ids = new Map<string, number>();
  return scene.nodes.map((_, node) => {
    const address = addressOf(scene, node);
    const range = address === null ? null : linkAround(address, prefixes);
    if (range === null) return -1;
    const key = `${range.family} ${range.low}`;
    const id = ids.get(key) ?? ids.size;
    ids.set(key, id);
    return id;
  });
}

function linkAround(address: Address, known: readonly Cidr[]): Cidr | null {
  const own = known.find((range) => contains(range, address));
  return (
    own ??
    rangeAround(
      address,
      known.find(({ family }) => family === address.family)?.prefix ?? (address.family === 4 ? 24 : 64),
    )
  );
}

function linkPrefixes(scene: Scene, tables: ReadonlyMap<number, RouteLookup>): Cidr[] {
  const found: Cidr[] = [];
  for (const [node, lookup] of tables) {
    const address = addressOf(scene, node);
    const route = address === null ? null : lookup(address);
    if (route !== null && route.via === "" && !route.isDefault && route.to.low !== route.to.high) found.push(route.to);
  }
  return found;
}

const mostAsked = 4;

/** Main tables of the first few nodes that pod paths fail from, each the first of its column's or row's. */
export function wantRouteTables(scene: Scene, failures: PodPathFailures): Want[] {
  const sources = new Set<number>();
  for (const cells of [failures.cells, ...failures.into.values()]) {
    const from = cells
      .map((cell) => Math.floor(cell / scene.size))
      .find((node) => scene.nodes[node]?.agent?.health != null);
    if (from !== undefined) sources.add(from);
    if (sources.size >= mostAsked) break;
  }
  return [...sources].flatMap((node) =>
    (["ip-route.txt", "cilium-config.json"] as const).map((capture) => ({ node: nameOf(scene, node), capture })),
  );
}
