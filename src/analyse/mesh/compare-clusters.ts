import type { Facts } from "../../model/facts.ts";
import type { Evidence, Finding, Report } from "../../model/report.ts";
import type { IgnoreFlag } from "../../model/request.ts";
import { docsLinks } from "../docs.ts";
import { clustermeshConfigMismatch } from "../rules/clustermesh-config-mismatch.ts";
import { firstOverlap, ownedRanges } from "../settings/owned-ranges.ts";

/** One side of a comparison. */
export interface Side {
  readonly facts: Facts;
  readonly report: Report;
  /** How the whole calls this cluster and its nodes. */
  readonly cluster: string;
  readonly nodeName: (name: string) => string;
}

/**
 * What two clusters of a mesh must not share, or must have alike, by both their objects: `clustermesh-config-mismatch`
 * of the catalogue. null where nothing is wrong, or could be compared.
 */
export function compareClusters(one: Side, other: Side, ignores: readonly IgnoreFlag[]): Finding | null {
  const evidence = [...shared(one, other), ...overlapping(one, other), ...unlike(one, other)];
  if (evidence.length === 0) return null;
  const [cause] = clustermeshConfigMismatch.causes;
  if (cause === undefined) return null;
  const nodes = [...new Set(evidence.flatMap(({ node }) => (node === null ? [] : [node])))];
  return {
    id: cause.id,
    severity: "warning",
    confidence: "confirmed",
    ignored: ignores.some(({ rule, node }) => rule === cause.id && (node === null || nodes.includes(node))),
    title: `clusters ${one.cluster} and ${other.cluster} are set up in ways that do not fit each other`,
    nodes,
    pathCount: 0,
    evidence,
    alternatives: [],
    confirm: [],
    fix: cause.fix,
    docs: docsLinks[cause.docs],
  };
}

function said(text: string, node: string | null = null): Evidence {
  return { text, node, capture: null };
}

/** Ids and names are what clusters are told apart by; an id of 0 is none. */
function shared(one: Side, other: Side): Evidence[] {
  const id = one.facts.config?.get("cluster-id") ?? "0";
  const name = one.facts.clusterName;
  return [
    ...(id !== "0" && id === other.facts.config?.get("cluster-id")
      ? [said(`cluster-id is ${id} in ${one.cluster} and in ${other.cluster}: each cluster needs its own`)]
      : []),
    ...(name !== "" && name === other.facts.clusterName
      ? [said(`cluster-name is ${name} in both clusters: each cluster needs its own`)]
      : []),
  ];
}

/** Pod ranges and node addresses belong to one node of one cluster. */
function overlapping(one: Side, other: Side): Evidence[] {
  const [here, there] = firstOverlap(rangesOf(one), rangesOf(other)) ?? [];
  const taken = new Map(
    one.facts.nodes.flatMap((node) => (node.remote ? [] : (node.kube?.internalIPs ?? []).map((ip) => [ip, node.name]))),
  );
  const doubles = other.facts.nodes.flatMap((node) =>
    node.remote ? [] : (node.kube?.internalIPs ?? []).filter((ip) => taken.has(ip)).map((ip) => ({ ip, node })),
  );
  const [double] = doubles;
  return [
    ...(here === undefined || there === undefined
      ? []
      : [said(`the pod range ${there.text} of ${there.name} overlaps ${here.text} of ${here.name}`, there.name)]),
    ...(double === undefined
      ? []
      : [
          said(
            `${other.nodeName(double.node.name)} has the address ${double.ip}, as ${one.nodeName(taken.get(double.ip) ?? "")} has${doubles.length > 1 ? `, and ${doubles.length - 1} more nodes` : ""}`,
            other.nodeName(double.node.name),
          ),
        ]),
  ];
}

function rangesOf({ facts, nodeName }: Side): ReturnType<typeof ownedRanges> {
  return facts.nodes.flatMap((node) =>
    node.remote ? [] : ownedRanges(nodeName(node.name), node.cilium?.podCIDRs ?? node.kube?.podCIDRs ?? []),
  );
}

/** Settings that must be alike, with Cilium's own value where nobody sets them; "" where it is not known. */
const compared: readonly (readonly [string, (side: Side) => string])[] = [
  ["routing mode", ({ report }) => report.cilium.routingMode],
  ["tunnel protocol", ({ report }) => (report.cilium.routingMode === "native" ? "" : report.cilium.tunnelProtocol)],
  ["tunnel-port", (side) => (side.report.cilium.routingMode === "native" ? "" : tunnelPort(side))],
  ["encryption", ({ report }) => report.cilium.encryption],
  ["cluster-health-port", (side) => setting(side, "cluster-health-port", "4240")],
  ["enable-health-checking", (side) => setting(side, "enable-health-checking", "true")],
  ["enable-endpoint-health-checking", (side) => setting(side, "enable-endpoint-health-checking", "true")],
  ["max-connected-clusters", (side) => setting(side, "max-connected-clusters", "255")],
];

/** Without cilium-config nobody knows whether a default holds. */
function setting({ facts }: Side, key: string, usual: string): string {
  return facts.config === null ? "" : facts.config.get(key) || usual;
}

function tunnelPort(side: Side): string {
  const usual = side.report.cilium.tunnelProtocol === "geneve" ? "6081" : "8472";
  const set = setting(side, "tunnel-port", usual);
  return set === "0" ? usual : set;
}

function unlike(one: Side, other: Side): Evidence[] {
  return compared.flatMap(([name, read]) => {
    const [here, there] = [read(one), read(other)];
    if (here === "" || there === "" || here === there) return [];
    return [said(`${name} is ${here} in ${one.cluster} and ${there} in ${other.cluster}`)];
  });
}
