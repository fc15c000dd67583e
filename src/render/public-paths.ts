import {
  decodeLatency,
  failureText,
  isFailure,
  listedWith,
  type MatrixRow,
  noResult,
  type ProbeColumns,
  type Protocol,
  presenceOf,
  probedAt,
  type Target,
  targets,
} from "../model/matrix.ts";
import type { Cells, Report, ReportNode } from "../model/report.ts";
import { cellIsStale, cellStatus, noPath, type PathStatus } from "../model/status.ts";

/** One path as the public JSON shows it. */
export interface PublicPath {
  readonly from: string;
  readonly to: string;
  readonly target: Target;
  readonly status: PathStatus;
  readonly stale: boolean;
  /** Index into `findings`; null when no finding claims it. */
  readonly finding: number | null;
  readonly addresses: readonly PublicAddress[];
}

export interface PublicAddress {
  readonly ip: string;
  readonly family: 4 | 6;
  readonly icmp: PublicProbe;
  readonly http: PublicProbe;
}

export interface PublicProbe {
  readonly status: "reachable" | "unreachable" | "unknown";
  /** Nanoseconds; null for a failure, or when the agent gave none. */
  readonly latencyNs: number | null;
  /** RFC 3339; null before Cilium 1.18. */
  readonly lastProbed: string | null;
  /** The agent's own words for the failure, "" otherwise. */
  readonly message: string;
}

const shownByDefault: ReadonlySet<PathStatus> = new Set(["unreachable", "unknown", "stale"]);

/** Paths in order of from, to, target: the unreachable, unknown and stale ones, or all of them. */
export function* publicPaths(report: Report, all: boolean): Generator<PublicPath> {
  for (const from of report.nodes) {
    for (const to of report.nodes) {
      for (const target of targets) {
        const path = publicPath(report.cells, from, to, target);
        if (path !== null && (all || shownByDefault.has(path.status))) yield path;
      }
    }
  }
}

/** One path; null where there is none. */
export function publicPath(cells: Cells, from: ReportNode, to: ReportNode, target: Target): PublicPath | null {
  const at = from.index * cells.size + to.index;
  const code = cells[target][at] ?? noPath;
  const status = cellStatus(code);
  if (status === null) return null;
  const claim = cells.claims[target][at] ?? 0;
  return {
    from: from.name,
    to: to.name,
    target,
    status,
    stale: cellIsStale(code),
    finding: claim === 0 ? null : claim - 1,
    addresses: addressesOf(cells, from.index, to.index, target),
  };
}

function addressesOf(cells: Cells, from: number, to: number, target: Target): PublicAddress[] {
  const row = cells.matrix.rows[from] ?? null;
  if (row === null || presenceOf(row, target, to) !== listedWith) return [];
  return row[target].positions.flatMap((_address, position) => {
    const address = addressAt(cells, row, target, position, to);
    return address === null ? [] : [address];
  });
}

function addressAt(cells: Cells, row: MatrixRow, target: Target, position: number, to: number): PublicAddress | null {
  const address = row[target].positions[position];
  if (address === undefined) return null;
  const ip = cells.matrix.addresses[address.ip[to] ?? 0] ?? "";
  const hasResult = address.icmp.outcome[to] !== noResult || address.http.outcome[to] !== noResult;
  if (position > 0 && ip === "" && !hasResult) return null;
  const probe = (protocol: Protocol) => publicProbe(cells, row, address[protocol], to, ip);
  return { ip, family: ip.includes(":") ? 6 : 4, icmp: probe("icmp"), http: probe("http") };
}

function publicProbe(cells: Cells, row: MatrixRow, probe: ProbeColumns, to: number, ip: string): PublicProbe {
  const outcome = probe.outcome[to] ?? noResult;
  // That a counted probe is no older than its row's limit is not when it was made.
  const seconds = probe.age[to] === 0 ? 0 : probedAt(row, probe, to);
  const latencyNs = decodeLatency(probe.latency[to] ?? 0);
  return {
    status: outcome === noResult ? "unknown" : isFailure(outcome) ? "unreachable" : "reachable",
    latencyNs: latencyNs === 0 ? null : latencyNs,
    lastProbed: seconds === 0 ? null : new Date(seconds * 1000).toISOString().replace(".000Z", "Z"),
    message: failureText(cells.matrix, outcome, ip),
  };
}
