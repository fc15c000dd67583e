import type { AddressProbes, HealthNode, HealthReply } from "./health-json.ts";
import {
  reachableProbes,
  readAddress,
  readSummaryHead,
  summaryRow,
  unknownProbes,
  unreachableProbes,
} from "./health-text-lines.ts";

/**
 * One line a node with counts of addresses, the default since 1.17: `name   ip,ip   2/2   1/2 (1 unknown)`. `0/0` is a
 * target that is not checked. A count tells how many addresses fail, not which: where they differ none is named.
 */
export function parseHealthCounts(lines: readonly string[]): HealthReply {
  const start = lines.findIndex((line) => readSummaryHead(line) !== null);
  const head = readSummaryHead(lines[start] ?? "");
  let localName = "";
  const nodes = lines.slice(start + 1).flatMap((line): HealthNode[] => {
    const row = readRow(line);
    if (row === null) return [];
    if (row.local) localName = row.node.name;
    return [row.node];
  });
  return { localName, nodes, timestamp: head?.timestamp ?? 0, probeIntervalNs: head?.probeIntervalNs ?? null };
}

/** The header line is the same as that of the words of older versions; the rows tell them apart. */
export function isCountsLine(line: string): boolean {
  return readRow(line) !== null;
}

const rowOf = summaryRow(/\d+\/\d+(?: \(\d+ unknown\))?/);

function readRow(line: string): { readonly node: HealthNode; readonly local: boolean } | null {
  const row = rowOf(line);
  const hostCount = readCount(row?.host ?? "");
  const endpointCount = readCount(row?.endpoint ?? "");
  if (row === null || hostCount === null || endpointCount === null) return null;
  const node = {
    name: row.name,
    host: addresses(hostCount, row.ips.split(",")),
    endpoint: addresses(endpointCount, []),
  };
  return { node, local: row.isLocal };
}

interface Count {
  readonly reachable: number;
  readonly unknown: number;
  readonly total: number;
}

/** More addresses than a node can have are no count of ours. */
const mostAddresses = 8;

function readCount(cell: string): Count | null {
  const match = /^(\d+)\/(\d+)(?: \((\d+) unknown\))?$/.exec(cell);
  if (match === null) return null;
  const [reachable, total, unknown] = [Number(match[1]), Number(match[2]), Number(match[3] ?? 0)];
  return total > mostAddresses || reachable + unknown > total ? null : { reachable, unknown, total };
}

function addresses({ reachable, unknown, total }: Count, ips: readonly string[]): readonly AddressProbes[] | null {
  if (total === 0) return null;
  const probes = [
    ...Array.from({ length: total - reachable - unknown }, () => unreachableProbes),
    ...Array.from({ length: unknown }, () => unknownProbes),
    ...Array.from({ length: reachable }, () => reachableProbes),
  ];
  const alike = [reachable, unknown, total - reachable - unknown].includes(total);
  return probes.map((probe, at) => ({ ip: alike ? readAddress(ips[at] ?? "") : "", ...probe }));
}
