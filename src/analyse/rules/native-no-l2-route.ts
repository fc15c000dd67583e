import {
  autoDirectRoutes,
  healthAddress,
  leadsNowhere,
  links,
  provider,
  routesRanges,
  routeTables,
  wantRouteTables,
} from "../evidence/native-routing.ts";
import { type PodPathFailures, podPathFailures } from "../evidence/pod-path.ts";
import { failed, fine, textOf } from "../matrix/planes.ts";
import type { RouteLookup } from "../reads/ip-route.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, rowCells, type Scene } from "../scene.ts";
import { parseAddress } from "../settings/cidr.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";
import { antiSpoofingId } from "./aws-source-dest-check.ts";
import { lacksCloudRoute } from "./cloud-route-missing.ts";

const id = "native-no-l2-route";

/** No route between subnets in native mode (cilium/cilium#28984, #24618, #26588, #24777, #16424, #31843). */
export const nativeNoL2Route: Rule = {
  causes: [
    {
      id,
      severity: "error",
      title: "nodes have no route to each other's pods",
      meaning:
        "In native mode somebody has to route the pods' ranges. auto-direct-node-routes does so between nodes on one link alone; between subnets, or without it, packets for a pod follow the default route to a router that does not know the range. Node addresses answer, pods do not.",
      apart:
        "The sending node's own table decides: it has no route of its own for the other's range. Filters and anti-spoofing of a cloud leave the route in place; a range missing from the cloud's table cuts off single nodes, in one direction.",
      confirm:
        "`ip route get ADDRESS` in the sender's agent, for the other node's health address, shows the default gateway instead of the other node's address.",
      fix: "put the nodes on one link with auto-direct-node-routes, announce the ranges by BGP or in the network's route table, or use tunnel mode; direct-routing-skip-unreachable needs a router that knows the ranges",
      docs: "routing",
    },
  ],
  wants: (scene) => (routesRanges(scene) ? wantRouteTables(scene, podPathFailures(scene)) : []),
  find: (scene) => {
    if (!routesRanges(scene)) return [];
    const failures = podPathFailures(scene);
    if (failures.cells.length === 0) return [];
    const tables = routeTables(scene);
    const sample = sampleRoutes(scene, failures, tables);
    if (sample.present.length > sample.absent.length || networkRoutes(scene, tables)) return [];
    const onLinks = links(scene, tables);
    const crossing = betweenLinks(scene, failures, onLinks);
    const isRead = sample.absent.length > 0;
    if (crossing !== null) return [claim(scene, crossing, sample, tables, onLinks)];
    const isClouds = provider(scene) !== "" && failures.columns.some(lacksCloudRoute(scene, failures));
    const nobodyRoutes = autoDirectRoutes(scene) === false && !isClouds && (isRead || provider(scene) === "");
    return failures.everywhere && nobodyRoutes ? [claim(scene, failures.cells, sample, tables, null)] : [];
  },
};

interface Sample {
  /** Failing paths whose sender has no route of its own for the health endpoint. */
  readonly absent: readonly number[];
  readonly present: readonly number[];
}

function sampleRoutes(scene: Scene, { cells }: PodPathFailures, tables: ReadonlyMap<number, RouteLookup>): Sample {
  const absent: number[] = [];
  const present: number[] = [];
  for (const cell of cells) {
    const lookup = tables.get(Math.floor(cell / scene.size));
    const address = lookup === undefined ? null : parseAddress(healthAddress(scene, cell));
    if (lookup === undefined || address?.family !== 4) continue;
    (leadsNowhere(lookup(address)) ? absent : present).push(cell);
  }
  return { absent, present };
}

/** A pod path that works without a route of its own: the network knows the ranges, and no route is missing here. */
function networkRoutes(scene: Scene, tables: ReadonlyMap<number, RouteLookup>): boolean {
  const http = scene.planes.primary["endpoint-http"];
  return [...tables].some(([node, lookup]) =>
    rowCells(scene, node).some((cell) => {
      if (http[cell] !== fine || cell % (scene.size + 1) === 0) return false;
      const address = parseAddress(healthAddress(scene, cell));
      return address?.family === 4 && lookup(address)?.isDefault !== false;
    }),
  );
}

/**
 * The failing paths, if they run between links and both ways; null otherwise. One way alone is a range that others do
 * not know, not a missing link.
 */
function betweenLinks(scene: Scene, { cells }: PodPathFailures, onLinks: readonly number[]): number[] | null {
  const { size, planes } = scene;
  const crossing = cells.filter((cell) => onLinks[Math.floor(cell / size)] !== onLinks[cell % size]);
  if (crossing.length === 0 || crossing.length < cells.length * 0.95) return null;
  const http = planes.primary["endpoint-http"];
  const oneWay = crossing.filter((cell) => {
    const back = http[(cell % size) * size + Math.floor(cell / size)];
    return back !== 0 && !failed(back);
  });
  return oneWay.length > crossing.length * 0.15 ? null : crossing;
}

function claim(
  scene: Scene,
  cells: readonly number[],
  sample: Sample,
  tables: ReadonlyMap<number, RouteLookup>,
  onLinks: readonly number[] | null,
): Claim {
  const { size } = scene;
  const nodes = [...new Set(cells.flatMap((cell) => [Math.floor(cell / size), cell % size]))].sort((a, b) => a - b);
  const isRead = sample.absent.length > 0;
  return {
    id,
    confidence: confidenceOf(scene, isRead, onLinks !== null),
    title:
      onLinks === null
        ? "no node has a route to the pods of the others"
        : `nodes on different subnets have no route to each other's pods: ${listNames(namesOf(scene, nodes))}`,
    nodes: namesOf(scene, nodes),
    host: [],
    endpoint: cells,
    evidence: evidence(scene, cells, sample, tables, onLinks),
    alternatives: alternatives(scene),
    confirm: confirmSteps(scene, cells),
  };
}

/**
 * Never sure: a table without such routes looks the same where a cloud's route controller or a BGP router knows the
 * ranges and something else loses the packets. Where traffic is encrypted, that is another way to lose them.
 */
function confidenceOf(scene: Scene, isRead: boolean, isBetweenLinks: boolean): Claim["confidence"] {
  return scene.settings.encryption !== "disabled" && !(isRead && isBetweenLinks) ? "possible" : "likely";
}

function alternatives(scene: Scene): NonNullable<Claim["alternatives"]> {
  const cloud = antiSpoofingId(provider(scene));
  const { encryption } = scene.settings;
  return [
    ...(encryption === "ipsec"
      ? [{ id: "ipsec-esp-blocked", why: "a router would know the ranges and ESP would be lost" }]
      : []),
    ...(encryption === "wireguard"
      ? [{ id: "wireguard-udp-blocked", why: "there would be no recent handshake between the nodes" }]
      : []),
    ...(provider(scene) === ""
      ? []
      : [{ id: "cloud-route-missing", why: "the cloud's route table would have to hold the ranges" }]),
    ...(cloud === null
      ? []
      : [{ id: cloud, why: "the routes would be in place and the network would drop foreign addresses" }]),
  ];
}

function evidence(
  scene: Scene,
  cells: readonly number[],
  sample: Sample,
  tables: ReadonlyMap<number, RouteLookup>,
  onLinks: readonly number[] | null,
): Claim["evidence"] {
  const direct = autoDirectRoutes(scene);
  const unreachable = cells.filter((cell) => /network is unreachable/i.test(httpText(scene, cell))).length;
  return [
    onLinks === null
      ? { text: `all ${cells.length} pod paths that fail do so while the node addresses answer` }
      : { text: `${cells.length} pod paths fail, all of them between subnets; node addresses answer` },
    ...(direct === null ? [] : [{ text: `native routing with auto-direct-node-routes: ${direct}` }]),
    ...sample.absent.slice(0, 3).map((cell) => routeEvidence(scene, cell, tables)),
    ...(unreachable === 0
      ? []
      : [{ text: `${unreachable} probes ended with "network is unreachable" before they left` }]),
  ];
}

function httpText(scene: Scene, cell: number): string {
  return textOf(scene.facts, Math.floor(cell / scene.size), cell % scene.size, "endpoint-http");
}

function routeEvidence(
  scene: Scene,
  cell: number,
  tables: ReadonlyMap<number, RouteLookup>,
): Claim["evidence"][number] {
  const from = Math.floor(cell / scene.size);
  const ip = healthAddress(scene, cell);
  const address = parseAddress(ip);
  const route = address === null ? null : (tables.get(from)?.(address) ?? null);
  const way =
    route === null ? "has no route" : route.isDefault ? "has only the default route" : `refuses (${route.text})`;
  return {
    text: `${nameOf(scene, from)} ${way} for ${ip}, the health endpoint of ${nameOf(scene, cell % scene.size)}`,
    node: nameOf(scene, from),
    capture: "ip-route.txt",
  };
}

function confirmSteps(scene: Scene, cells: readonly number[]): NonNullable<Claim["confirm"]> {
  return cells.slice(0, 1).map((cell) => ({
    node: nameOf(scene, Math.floor(cell / scene.size)),
    argv: ["ip", "route", "get", healthAddress(scene, cell)],
    expect: "the default gateway instead of the other node's address",
  }));
}
