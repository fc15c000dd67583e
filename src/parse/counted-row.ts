import {
  type AddressColumns,
  encodeLatency,
  isFailure,
  listedWith,
  type Matrix,
  type MatrixBuilder,
  type MatrixRow,
  noResult,
  notListed,
  type ProbeColumns,
  success,
  type Target,
  type TargetColumns,
  targets,
} from "../model/matrix.ts";
import { tallyStep } from "../model/short-forms.ts";
import { writeTarget } from "./encode-row.ts";
import { type HealthTally, slowNodes, type TargetTally } from "./health-tally.ts";

/** Whom an agent is taken to have counted, and at which addresses: what agents that told each probe agree on. */
export interface MeshReference {
  readonly width: number;
  readonly count: number;
  /** By column, 1 for who is listed. */
  readonly listed: Uint8Array;
  /** Every probe of who is listed a success. */
  readonly good: { readonly [target in Target]: TargetColumns };
}

/**
 * What the rows given agree on. Each must list the same nodes at the same single addresses with both targets, and have a
 * result of each probe. Otherwise the sentence why nobody can be counted by them.
 */
export function meshReference({ rows }: Matrix, told: readonly number[]): MeshReference | string {
  const whole = told.flatMap((at) => (rows[at] == null || !isCountable(rows[at]) ? [] : [rows[at]]));
  const [first, ...others] = whole;
  if (first === undefined || others.length === 0) return "too few agents have a single result of every probe";
  const width = whole.reduce((most, row) => Math.max(most, row.width), 0);
  const like = first;
  if (others.some((row) => !isSameMesh(like, row, width))) return "agents list other nodes, or at other addresses";
  const listed = padded(first.host.presence, width).map((presence) => (presence === listedWith ? 1 : 0));
  const count = listed.reduce((sum, one) => sum + one, 0);
  return { width, count, listed, good: { host: goodOf(first.host, listed), endpoint: goodOf(first.endpoint, listed) } };
}

/** Whether an agent with this view could have said it in a tally: single addresses, both targets, all results. */
function isCountable(row: MatrixRow): boolean {
  return targets.every((target) => {
    const [position, ...further] = row[target].positions;
    if (position === undefined || further.some(({ ip }) => ip.some((id) => id !== 0))) return false;
    for (let to = 0; to < row.width; to++) {
      const presence = row[target].presence[to];
      if (presence === notListed && row.host.presence[to] === notListed) continue;
      if (presence !== listedWith || position.ip[to] === 0) return false;
      if (position.icmp.outcome[to] === noResult || position.http.outcome[to] === noResult) return false;
    }
    return true;
  });
}

function isSameMesh(one: MatrixRow, other: MatrixRow, width: number): boolean {
  return targets.every((target) => {
    const [a, b] = [one[target].positions[0]?.ip, other[target].positions[0]?.ip];
    for (let to = 0; to < width; to++) if ((a?.[to] ?? 0) !== (b?.[to] ?? 0)) return false;
    return true;
  });
}

function padded<T extends Uint8Array | Uint32Array>(column: T, width: number): T {
  if (column.length === width) return column;
  const wide = column instanceof Uint8Array ? new Uint8Array(width) : new Uint32Array(width);
  wide.set(column);
  return wide as T; // of the same type as `column`, by the line before
}

function goodOf({ presence, positions }: TargetColumns, listed: Uint8Array): TargetColumns {
  const width = listed.length;
  const outcome = Uint16Array.from(listed, (one) => (one === 1 ? success : noResult));
  const probe: ProbeColumns = { outcome, latency: new Uint32Array(width), age: new Uint16Array(width) };
  const ip = padded(positions[0]?.ip ?? new Uint32Array(0), width);
  return { presence: padded(presence, width), positions: [{ ip, icmp: probe, http: probe }] };
}

/**
 * The row of an agent that counted; or the sentence why the numbers leave something open, so that it is to be asked for
 * every probe. A number of nodes is all there is to tell that none is missing: an agent that lists, in place of one node
 * of the mesh, another that nobody else lists, and has four good probes of it, is not found out (unless it happens to
 * name it).
 */
export function countedRow(
  builder: MatrixBuilder,
  reference: MeshReference,
  tally: HealthTally,
  columnOf: (name: string) => number,
): MatrixRow | string {
  const columns = (names: readonly { readonly name: string }[]) => names.map(({ name }) => columnOf(name));
  const isListed = (column: number) => column >= 0 && reference.listed[column] === 1;
  const named = [tally.sample, ...targets.flatMap((target) => [tally[target].different, tally[target].slow])];
  const why =
    whyNotComplete(tally, reference) ??
    targets.map((target) => whyNotGood(tally[target], tally.nodes)).find((text) => text !== null) ??
    (named.flatMap(columns).every(isListed) ? null : "it names a node that others do not list");
  if (why !== null) return why;
  const newestProbe = newestTold(tally);
  const row = {
    width: reference.width,
    newestProbe,
    counted: true,
    notBefore: tally.notBefore,
    host: toldRow(builder, reference, tally, "host", newestProbe, columnOf),
    endpoint: toldRow(builder, reference, tally, "endpoint", newestProbe, columnOf),
  };
  const [host] = row.host.positions;
  if (host === undefined) return row;
  return { ...row, host: { ...row.host, positions: [withSample(host, tally, columnOf)] } };
}

function whyNotComplete({ nodes, sample }: HealthTally, { count }: MeshReference): string | null {
  if (nodes !== count) return `it lists ${nodes} nodes, others ${count}`;
  return sample.length === Math.ceil(nodes / tallyStep) ? null : "its sample has another size than asked for";
}

/** A target's numbers add up only if each node has both results. */
function whyNotGood(target: TargetTally, nodes: number): string | null {
  const { alike, pingFailed, different, outOfTime, further } = target;
  const missing = nodes - alike - different.length;
  if (missing !== 0) return `${missing} nodes have no result of a probe, or are not checked`;
  const failed = different.filter(({ addresses: [first] }) => (first?.icmp?.status ?? "") !== "").length;
  if (failed !== pingFailed) return "ICMP and HTTP failed with the same text";
  if (outOfTime > 0) return `${outOfTime} probes are old, or have no time of their own`;
  if (further > 0) return "it probes further addresses, which cannot be counted";
  return slowNodes(target).length > 0 ? "it names slow paths" : null;
}

function newestTold(tally: HealthTally): number {
  let newest = 0;
  for (const target of targets) {
    for (const { addresses } of tally[target].different) {
      for (const { icmp, http } of addresses) {
        newest = Math.max(newest, icmp?.lastProbed ?? 0, http?.lastProbed ?? 0);
      }
    }
  }
  return newest;
}

/** The good columns as they are, shared by all rows, or a copy with what the agent told of single nodes. */
function toldRow(
  builder: MatrixBuilder,
  { good }: MeshReference,
  tally: HealthTally,
  target: Target,
  newestProbe: number,
  columnOf: (name: string) => number,
): TargetColumns {
  const { different } = tally[target];
  const all = good[target];
  if (different.length === 0) return all;
  const copy: TargetColumns = { presence: all.presence, positions: all.positions.map(copyOf) };
  for (const { name, addresses } of different) {
    writeTarget(builder, newestProbe, copy, columnOf(name), addresses);
  }
  return copy;
}

function copyOf({ ip, icmp, http }: AddressColumns): AddressColumns {
  const probe = ({ outcome, latency, age }: ProbeColumns) => ({
    outcome: outcome.slice(),
    latency: latency.slice(),
    age: age.slice(),
  });
  return { ip: ip.slice(), icmp: probe(icmp), http: probe(http) };
}

function withSample(host: AddressColumns, { sample }: HealthTally, columnOf: (name: string) => number): AddressColumns {
  const icmp = host.icmp.latency.slice();
  const http = host.http.latency.slice();
  for (const { name, icmpNs, httpNs } of sample) {
    const column = columnOf(name);
    if (!isFailure(host.icmp.outcome[column] ?? noResult)) icmp[column] = encodeLatency(icmpNs);
    if (!isFailure(host.http.outcome[column] ?? noResult)) http[column] = encodeLatency(httpNs);
  }
  return { ip: host.ip, icmp: { ...host.icmp, latency: icmp }, http: { ...host.http, latency: http } };
}
