import {
  type AddressColumns,
  emptyRow,
  encodeAge,
  encodeLatency,
  listedWith,
  listedWithout,
  type MatrixBuilder,
  type MatrixRow,
  type ProbeColumns,
  success,
  type TargetColumns,
} from "../model/matrix.ts";
import { type AddressProbes, type HealthNode, type ProbeResult, worstAddresses } from "./health-json.ts";

/**
 * One agent's view as a matrix row; `columnOf` gives a node's matrix index by its name in the reply, -1 for a name that
 * names nobody.
 */
export function encodeRow(
  builder: MatrixBuilder,
  nodes: readonly HealthNode[],
  columnOf: (name: string) => number,
): MatrixRow {
  const byColumn = nodesByColumn(nodes, columnOf);
  const merged = [...byColumn.values()];
  const width = [...byColumn.keys()].reduce((most, column) => Math.max(most, column + 1), 0);
  const row = emptyRow(width, newestProbe(merged), positions(merged, "host"), positions(merged, "endpoint"));
  for (const [column, node] of byColumn) {
    writeTarget(builder, row.newestProbe, row.host, column, node.host);
    writeTarget(builder, row.newestProbe, row.endpoint, column, node.endpoint);
  }
  return builder.alike(row);
}

/** A node that stands in a reply twice (an entry under an earlier cluster name) keeps the addresses of both. */
function nodesByColumn(
  nodes: readonly HealthNode[],
  columnOf: (name: string) => number,
): ReadonlyMap<number, HealthNode> {
  const byColumn = new Map<number, HealthNode>();
  for (const node of nodes) {
    const column = columnOf(node.name);
    if (column < 0) continue;
    const twin = byColumn.get(column);
    byColumn.set(column, twin === undefined ? node : joinTwins(twin, node));
  }
  return byColumn;
}

function joinTwins(one: HealthNode, other: HealthNode): HealthNode {
  const join = (some: HealthNode["host"], more: HealthNode["host"]) =>
    some === null || more === null ? (some ?? more) : worstAddresses([...some, ...more]);
  return { name: one.name, host: join(one.host, other.host), endpoint: join(one.endpoint, other.endpoint) };
}

function positions(nodes: readonly HealthNode[], target: "host" | "endpoint"): number {
  return nodes.reduce((most, node) => Math.max(most, node[target]?.length ?? 0), 1);
}

function newestProbe(nodes: readonly HealthNode[]): number {
  let newest = 0;
  for (const node of nodes) {
    for (const address of [...(node.host ?? []), ...(node.endpoint ?? [])]) {
      newest = Math.max(newest, address.icmp?.lastProbed ?? 0, address.http?.lastProbed ?? 0);
    }
  }
  return newest;
}

/** `newestProbe`: the row's, epoch seconds. */
export function writeTarget(
  builder: MatrixBuilder,
  newestProbe: number,
  target: TargetColumns,
  column: number,
  addresses: readonly AddressProbes[] | null,
): void {
  target.presence[column] = addresses === null ? listedWithout : listedWith;
  addresses?.forEach((address, position) => {
    const at = target.positions[position];
    if (at !== undefined) writeAddress(builder, newestProbe, at, column, address);
  });
}

function writeAddress(
  builder: MatrixBuilder,
  newestProbe: number,
  at: AddressColumns,
  column: number,
  address: AddressProbes,
): void {
  at.ip[column] = builder.address(address.ip);
  if (address.icmp !== null) writeProbe(builder, newestProbe, at.icmp, column, address.icmp, address.ip);
  if (address.http !== null) writeProbe(builder, newestProbe, at.http, column, address.http, address.ip);
}

/** The latency beside a failure means nothing (formats of 1.17 and later print 0, older ones the last success). */
function writeProbe(
  builder: MatrixBuilder,
  newestProbe: number,
  probe: ProbeColumns,
  column: number,
  result: ProbeResult,
  ip: string,
): void {
  const ok = result.status === "";
  probe.outcome[column] = ok ? success : builder.failure(result.status, ip);
  probe.latency[column] = ok ? encodeLatency(result.latencyNs) : 0;
  probe.age[column] = encodeAge(newestProbe, result.lastProbed);
}
