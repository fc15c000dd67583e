import type { Facts } from "../../model/facts.ts";
import {
  isFailure,
  listedWith,
  type MatrixRow,
  noResult,
  notListed,
  type Protocol,
  presenceOf,
  probedAt,
  type Target,
} from "../../model/matrix.ts";
import type { NeedKind } from "../../model/ports.ts";
import { viewStaleness } from "../matrix/correlate.ts";
import { isStale, type StalenessRule } from "../matrix/staleness.ts";

/** What the probes of one path say of a need; `none`: nothing of the kind is probed there. */
export type PathWord = "works" | "fails" | "undecided" | "none";

/** Which probes tell of a kind of need, and how they are joined. */
interface Telling {
  readonly target: Target;
  readonly protocols: readonly Protocol[];
  readonly family: 4 | 6 | null;
  /** One success is enough: what is inside the packet does not matter. */
  readonly any: boolean;
}

/** null where no probe tells. `inside` tells whether the probe of an endpoint travels in it. */
export function tellingProbes(kind: NeedKind, probesInside: boolean): Telling | null {
  const one = (target: Target, protocol: Protocol, family: 4 | 6 | null): Telling => ({
    target,
    protocols: [protocol],
    family,
    any: false,
  });
  const podPath: Telling = { target: "endpoint", protocols: ["icmp", "http"], family: null, any: true };
  switch (kind) {
    case "health-http":
      return one("host", "http", null);
    case "health-icmp":
      return one("host", "icmp", 4);
    case "health-icmpv6":
      return one("host", "icmp", 6);
    case "endpoint-http":
      return one("endpoint", "http", null);
    case "endpoint-icmp":
      return one("endpoint", "icmp", 4);
    case "endpoint-icmpv6":
      return one("endpoint", "icmp", 6);
    case "tunnel":
    case "pods":
      return podPath;
    case "wireguard":
      return probesInside ? podPath : null;
    default:
      return null;
  }
}

export interface Judge {
  word(from: number, to: number, telling: Telling): PathWord;
}

/** Reads single probes; a stale success is none, a stale failure stays one. */
export function probeJudge({ nodes, matrix }: Facts): Judge {
  const family = Uint8Array.from(matrix.addresses, (ip) => (ip === "" ? 0 : ip.includes(":") ? 6 : 4));
  const rules = matrix.rows.map((row, from): StalenessRule | null => {
    const agent = nodes[from]?.agent ?? null;
    return row === null || agent === null ? null : viewStaleness(agent, row, matrix.messages);
  });
  return {
    word: (from, to, telling) => {
      const [row, rule] = [matrix.rows[from] ?? null, rules[from] ?? null];
      if (row === null || rule === null) return "undecided";
      const presence = presenceOf(row, telling.target, to);
      if (presence === notListed) return "undecided";
      if (presence !== listedWith) return telling.target === "endpoint" ? "none" : "undecided";
      return wordOf(row, rule, to, telling, family);
    },
  };
}

function wordOf(row: MatrixRow, rule: StalenessRule, to: number, telling: Telling, family: Uint8Array): PathWord {
  let [good, bad, open] = [0, 0, 0];
  for (const position of row[telling.target].positions) {
    const of = family[position.ip[to] ?? 0] ?? 0;
    if (of === 0 || (telling.family !== null && of !== telling.family)) continue;
    for (const protocol of telling.protocols) {
      const probe = position[protocol];
      const outcome = probe.outcome[to] ?? noResult;
      if (outcome === noResult) open++;
      else if (isFailure(outcome)) bad++;
      else if (isStale(rule, probedAt(row, probe, to) * 1000)) open++;
      else good++;
    }
  }
  if (good + bad + open === 0) return "none";
  if (telling.any && good > 0) return "works";
  if (bad > 0 && !(telling.any && open > 0)) return "fails";
  return open > 0 ? "undecided" : "works";
}
