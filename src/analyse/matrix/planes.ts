import type { Facts } from "../../model/facts.ts";
import { failureText, isFailure, noResult, type Protocol, success, type Target } from "../../model/matrix.ts";
import type { Cells } from "../../model/report.ts";
import { cellStatus, noPath } from "../../model/status.ts";
import type { Lens } from "./scope.ts";

/** The four probes of a pair, always in this order: ICMP and HTTP to the node's IP, then to its health endpoint's. */
export const probeKinds = ["host-icmp", "host-http", "endpoint-icmp", "endpoint-http"] as const;
export type ProbeKind = (typeof probeKinds)[number];

/** How a probe ended, from its failure text. `blank`: nothing is known, or it is explained already. */
export const blank = 0;
export const fine = 1;
export const silent = 2;
export const refused = 3;
export const unroutable = 4;
const otherFailure = 5;

/** One probe kind over all pairs, row-major by node index; values as above. */
export type Plane = Uint8Array;

export interface Planes {
  readonly size: number;
  /** By probe kind, for the primary addresses. */
  readonly primary: { readonly [kind in ProbeKind]: Plane };
  /** The same for the other family of dual-stack nodes; null when no node has one. */
  readonly secondary: { readonly [kind in ProbeKind]: Plane } | null;
}

export function targetOf(kind: ProbeKind): Target {
  return kind === "host-icmp" || kind === "host-http" ? "host" : "endpoint";
}

export function protocolOf(kind: ProbeKind): Protocol {
  return kind === "host-icmp" || kind === "endpoint-icmp" ? "icmp" : "http";
}

/** Reads the joined matrix into planes. Paths and probes out of scope stay blank. */
export function readPlanes(facts: Facts, cells: Cells, lens: Lens): Planes {
  const classes = facts.matrix.messages.map((text) => failureClass(text));
  const dual = facts.matrix.rows.some(
    (row) => row !== null && row.host.positions.length + row.endpoint.positions.length > 2,
  );
  return {
    size: cells.size,
    primary: readPositions({ facts, cells, classes, lens }, 0, 1),
    secondary: dual ? readPositions({ facts, cells, classes, lens }, 1, Number.POSITIVE_INFINITY) : null,
  };
}

interface Source {
  readonly facts: Facts;
  readonly cells: Cells;
  /** Failure class by message. */
  readonly classes: readonly number[];
  readonly lens: Lens;
}

/** Address positions from `first` up to, not including, `end`; of several, the failing one counts. */
function readPositions(source: Source, first: number, end: number): Planes["primary"] {
  const plane = (kind: ProbeKind) => readPlane(source, kind, first, end);
  return {
    "host-icmp": plane("host-icmp"),
    "host-http": plane("host-http"),
    "endpoint-icmp": plane("endpoint-icmp"),
    "endpoint-http": plane("endpoint-http"),
  };
}

function readPlane({ facts, cells, classes, lens }: Source, kind: ProbeKind, first: number, end: number): Plane {
  const { size } = cells;
  const plane = new Uint8Array(size * size);
  const target = targetOf(kind);
  if (!lens.targets.includes(target) || !lens.protocols.includes(protocolOf(kind))) return plane;
  const codes = cells[target];
  facts.matrix.rows.forEach((row, from) => {
    for (const position of row?.[target].positions.slice(first, end) ?? []) {
      const { outcome: outcomes } = position[protocolOf(kind)];
      for (let to = 0; to < outcomes.length; to++) {
        const at = from * size + to;
        const outcome = outcomes[to] ?? noResult;
        if (outcome === noResult || failed(plane[at])) continue;
        // An agent's own node has no path unless it fails; that its probe is fine is worth knowing all the same.
        if (from === to ? lens.nodes[from] !== 1 : codes[at] === noPath) continue;
        if (outcome !== success) plane[at] = classes[outcome - 2] ?? otherFailure;
        else if (cellStatus(codes[at] ?? noPath) !== "stale") plane[at] = fine;
      }
    }
  });
  return plane;
}

export function failed(value: number | undefined): boolean {
  return value !== undefined && value >= silent;
}

/**
 * The mechanism behind a failure text. ICMP only ever says "Connection timed out"; HTTP carries Go's error
 * (pkg/health/server/prober.go): silence is a drop, refused is a host that answers, no route is ARP or a REJECT.
 */
export function failureClass(text: string): number {
  if (/connection refused/i.test(text)) return refused;
  if (/no route to host|network is unreachable|host is unreachable/i.test(text)) return unroutable;
  if (/deadline exceeded|timed out|timeout|request canceled while waiting/i.test(text)) return silent;
  return otherFailure;
}

/** The text of one failing probe, "" when it did not fail. */
export function textOf(facts: Facts, from: number, to: number, kind: ProbeKind, position = 0): string {
  const address = facts.matrix.rows[from]?.[targetOf(kind)].positions[position];
  const outcome = address?.[protocolOf(kind)].outcome[to] ?? noResult;
  if (address === undefined || !isFailure(outcome)) return "";
  return failureText(facts.matrix, outcome, facts.matrix.addresses[address.ip[to] ?? 0] ?? "");
}
