import { ownText } from "../model/matrix.ts";
import { rowsHead, tallyMark, tallySlowNs, tallyTargets } from "../model/short-forms.ts";
import type { AddressProbes } from "./health-json.ts";
import { readTarget } from "./health-rows.ts";
import { type Parsed, wrongText } from "./json.ts";
import { parseGoDuration, parseTime } from "./time.ts";

/** One agent's view in a tally (`model/short-forms.ts`): what is good is counted, the rest is told. */
export interface HealthTally {
  readonly localName: string;
  /** Start of the probe cycle, epoch milliseconds, 0 when missing. */
  readonly timestamp: number;
  /** Nanoseconds, null before 1.18: probes have no time of their own then. */
  readonly probeIntervalNs: number | null;
  /** Epoch seconds before which no counted probe was made. */
  readonly notBefore: number;
  /** Entries of the view, whatever is in them. */
  readonly nodes: number;
  readonly host: TargetTally;
  readonly endpoint: TargetTally;
  /** Latencies of the host's address, of nodes picked by their place in the list alone. */
  readonly sample: readonly NamedLatencies[];
}

/** Numbers are of nodes. */
export interface TargetTally {
  /** ICMP and HTTP have ended alike: both well, or both with one text. */
  readonly alike: number;
  readonly pingFailed: number;
  /** Of each node whose ICMP and HTTP did not end alike, everything. */
  readonly different: readonly NamedProbes[];
  /** Probes out of the window of time. */
  readonly outOfTime: number;
  /** Addresses beside the primary ones: they are not counted. */
  readonly further: number;
  /** Both latencies of nodes that ICMP took long to. */
  readonly slow: readonly NamedLatencies[];
}

export interface NamedProbes {
  readonly name: string;
  readonly addresses: readonly AddressProbes[];
}

export interface NamedLatencies {
  readonly name: string;
  readonly icmpNs: number;
  readonly httpNs: number;
}

export function isHealthTally(text: string): boolean {
  return text.startsWith(`${tallyMark}\t`);
}

/** Reads line by line what the form prints; a line that is none of it makes the whole no tally. */
export function parseHealthTally(text: string): Parsed<HealthTally> {
  const lines = text.trimEnd().split("\n");
  const head = (lines[0] ?? "").split("\t");
  const [, oldest = "", , timestamp = "", localName = "", interval = ""] = head;
  // Times are compared as texts: only one zone sorts.
  if (head.length !== 3 + rowsHead.length || !timestamp.endsWith("Z")) return notATally;
  const rest = lineReader(lines.slice(1));
  const nodes = rest.dots();
  const host = readTargetTally(rest, tallyTargets.host.cells.length);
  const endpoint = readTargetTally(rest, tallyTargets.endpoint.cells.length);
  const sample = rest.latenciesUntil("end");
  if (nodes < 0 || host === null || endpoint === null || sample === null || !rest.isAtEnd()) return notATally;
  return {
    ok: true,
    value: {
      localName: ownText(localName),
      timestamp: parseTime(timestamp),
      probeIntervalNs: interval === "" ? null : parseGoDuration(interval),
      notBefore: interval === "" ? 0 : parseTime(oldest) / 1000,
      nodes,
      host,
      endpoint,
      sample,
    },
  };
}

const notATally = wrongText("the view in a tally does not add up");

/** Both protocols take long: what a slow path is made of. */
export function slowNodes({ slow }: TargetTally): string[] {
  return slow.filter(({ httpNs }) => httpNs > tallySlowNs).map(({ name }) => name);
}

type LineReader = ReturnType<typeof lineReader>;

function lineReader(lines: readonly string[]) {
  let at = 0;
  const cells = () => (lines[at++] ?? "").split("\t");
  return {
    /** A line of dots as their number, -1 for any other line. */
    dots: () => {
      const line = lines[at++];
      return line !== undefined && /^\.*$/.test(line) ? line.length : -1;
    },
    cells,
    /** null where a line is not a name and two numbers. */
    latenciesUntil: (end: string): NamedLatencies[] | null => {
      const found: NamedLatencies[] = [];
      while (at < lines.length && lines[at] !== end) {
        const [name = "", icmp = "", http = "", ...more] = cells();
        const [icmpNs, httpNs] = [Number(icmp), Number(http)];
        if (more.length > 0 || !Number.isFinite(icmpNs) || !Number.isFinite(httpNs)) return null;
        found.push({ name, icmpNs, httpNs });
      }
      return at++ < lines.length ? found : null;
    },
    isAtEnd: () => at === lines.length,
  };
}

function readTargetTally(lines: LineReader, cells: number): TargetTally | null {
  const [alike, pingFailed, differing] = [lines.dots(), lines.dots(), lines.dots()];
  const different: NamedProbes[] = [];
  for (let row = 0; row < differing; row++) {
    const [name = "", ...rest] = lines.cells();
    const addresses = rest.length === cells ? readTarget(rest, 0) : null;
    if (addresses == null) return null;
    different.push({ name, addresses });
  }
  const [outOfTime, further] = [lines.dots(), lines.dots()];
  const slow = lines.latenciesUntil("");
  const isWhole = [alike, pingFailed, differing, outOfTime, further].every((number) => number >= 0);
  return isWhole && slow !== null ? { alike, pingFailed, different, outOfTime, further, slow } : null;
}
