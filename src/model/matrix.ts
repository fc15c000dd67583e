/**
 * All agents' views in one structure: a row is one agent's view, a column one probed node. Typed arrays only; nothing
 * here is an object per path, since 5,000 nodes make 25 million ordered pairs.
 */

export type Target = "host" | "endpoint";
export type Protocol = "icmp" | "http";
export const targets: readonly Target[] = ["host", "endpoint"];
export const protocols: readonly Protocol[] = ["icmp", "http"];

/** How one probe ended, by code: 0 no result, 1 success, from 2 on a failure whose text is `messages[code - 2]`. */
export const noResult = 0;
export const success = 1;
const firstMessage = 2;
const mostMessages = 65_000;
const longestMessage = 400;

/** Whether an agent's view holds a target of a node: the node is missing, checking is off, or an address is probed. */
export const notListed = 0;
export const listedWithout = 1;
export const listedWith = 2;

/** One protocol's results against one address position, for every node of a row. */
export interface ProbeColumns {
  /** See `noResult`, `success`, `failure`. */
  readonly outcome: Uint16Array;
  /** Coded nanoseconds, see `encodeLatency`; 0 unknown. */
  readonly latency: Uint32Array;
  /** Seconds before the row's `newestProbe`, plus 1; 0 when the agent gave no time. */
  readonly age: Uint16Array;
}

/** The primary (position 0) or a secondary address of a target. */
export interface AddressColumns {
  /** Index into the matrix's `addresses`; 0 when there is no address at this position. */
  readonly ip: Uint32Array;
  readonly icmp: ProbeColumns;
  readonly http: ProbeColumns;
}

export interface TargetColumns {
  /** `notListed`, `listedWithout` or `listedWith`. */
  readonly presence: Uint8Array;
  /** Position 0 is the primary address; further ones exist only when some node of this row has them. */
  readonly positions: readonly AddressColumns[];
}

/** One agent's view. Columns beyond `width` were unknown when the view arrived: not listed. */
export interface MatrixRow {
  readonly width: number;
  /** Epoch seconds of the newest lastProbed in this view; 0 when it has none. */
  readonly newestProbe: number;
  /** Set where the agent counted its good probes instead of telling each (`model/short-forms.ts`, the tally). */
  readonly counted: boolean;
  /** Epoch seconds before which no probe without an age of its own was made; 0 when that is not known. */
  readonly notBefore: number;
  readonly host: TargetColumns;
  readonly endpoint: TargetColumns;
}

export interface Matrix {
  /** By node index; null where the agent gave no row. */
  readonly rows: (MatrixRow | null)[];
  /** Interned addresses; entry 0 is "". */
  readonly addresses: string[];
  /** Interned failure texts, the probed address replaced by `addressMark`. */
  readonly messages: string[];
}

const addressMark = "\u0001";

export interface MatrixBuilder {
  readonly matrix: Matrix;
  address(ip: string): number;
  failure(text: string, ip: string): number;
  /** The row, holding in place of its own columns those of earlier rows that are equal to them. */
  alike(row: MatrixRow): MatrixRow;
}

const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** A copy that does not keep the whole reply alive it was cut out of, as a slice of a longer text does. */
export function ownText(text: string): string {
  return decoder.decode(encoder.encode(text));
}

/** Interning is what keeps a matrix small: a mesh where all fails still has only a handful of texts. */
export function matrixBuilder(): MatrixBuilder {
  const matrix: Matrix = { rows: [], addresses: [""], messages: [] };
  const addressIds = new Map<string, number>([["", 0]]);
  const messageIds = new Map<string, number>();
  const intern = (ids: Map<string, number>, list: string[], text: string) => {
    const known = ids.get(text);
    if (known !== undefined) return known;
    const own = ownText(text);
    ids.set(own, list.length);
    list.push(own);
    return list.length - 1;
  };
  const same = columnPool();
  return {
    matrix,
    alike: (row) => sharedRow(row, same),
    address: (ip) => intern(addressIds, matrix.addresses, ip),
    failure: (text, ip) => {
      const short = text.length > longestMessage ? `${text.slice(0, longestMessage)}…` : text;
      const template = ip === "" ? short : short.replaceAll(ip, addressMark);
      const full = messageIds.size >= mostMessages && !messageIds.has(template);
      return (
        firstMessage + intern(messageIds, matrix.messages, full ? "(one failure text too many to keep)" : template)
      );
    },
  };
}

type Column = Uint8Array | Uint16Array | Uint32Array;

/** Of equal columns under a name only the first is kept; compared with the one kept last, which is nearly always it. */
function columnPool(): <T extends Column>(name: string, column: T) => T {
  const kept = new Map<string, Column>();
  return <T extends Column>(name: string, column: T): T => {
    const known = kept.get(name);
    if (known !== undefined && (known === column || isEqual(known, column))) return known as T; // a name has columns of one type alone
    kept.set(name, column);
    return column;
  };
}

function isEqual(one: Column, other: Column): boolean {
  if (one.length !== other.length) return false;
  for (let at = 0; at < one.length; at++) if (one[at] !== other[at]) return false;
  return true;
}

/** Agents list the same nodes at the same addresses, most probes succeed, and both protocols are probed at one time. */
function sharedRow(row: MatrixRow, same: ReturnType<typeof columnPool>): MatrixRow {
  const probe = (name: string, { outcome, latency, age }: ProbeColumns): ProbeColumns => ({
    outcome: same(`${name} outcome`, outcome),
    latency,
    age: same(name.replace(/icmp|http/, "age"), age),
  });
  const target = (name: Target): TargetColumns => ({
    presence: same(`${name} presence`, row[name].presence),
    positions: row[name].positions.map(({ ip, icmp, http }, at) => ({
      ip: same(`${name} ${at} ip`, ip),
      icmp: probe(`${name} ${at} icmp`, icmp),
      http: probe(`${name} ${at} http`, http),
    })),
  });
  return { ...row, host: target("host"), endpoint: target("endpoint") };
}

export function isFailure(outcome: number): boolean {
  return outcome >= firstMessage;
}

/** The failure text of a probe against `ip`; "" for a success or a missing result. */
export function failureText(matrix: Matrix, outcome: number, ip: string): string {
  if (outcome < firstMessage) return "";
  return (matrix.messages[outcome - firstMessage] ?? "").replaceAll(addressMark, ip);
}

const micro = 0x8000_0000;

/** Nanoseconds exactly below 2.1 s; above, in microseconds with the top bit set (up to 35 minutes). */
export function encodeLatency(ns: number): number {
  if (!(ns > 0)) return 0;
  if (ns < micro) return Math.round(ns);
  return (micro + Math.min(Math.round(ns / 1000), micro - 1)) >>> 0;
}

/** Nanoseconds; 0 when unknown. */
export function decodeLatency(code: number): number {
  return code < micro ? code : (code - micro) * 1000;
}

const oldestAge = 0xffff - 1;

/** Of epoch seconds; 0 of a probe without a time. What is older than 18 hours counts as that old. */
export function encodeAge(newestProbe: number, lastProbed: number): number {
  return lastProbed === 0 ? 0 : 1 + Math.min(newestProbe - lastProbed, oldestAge - 1);
}

/** Epoch seconds of a probe, at the earliest where the agent counted it; 0 when the agent gave none. */
export function probedAt(row: MatrixRow, probe: ProbeColumns, column: number): number {
  const age = probe.age[column] ?? 0;
  return age === 0 ? row.notBefore : row.newestProbe - (age - 1);
}

export function presenceOf(row: MatrixRow, target: Target, column: number): number {
  return column < row.width ? (row[target].presence[column] ?? notListed) : notListed;
}

function probeColumns(width: number): ProbeColumns {
  return { outcome: new Uint16Array(width), latency: new Uint32Array(width), age: new Uint16Array(width) };
}

function addressColumns(width: number): AddressColumns {
  return { ip: new Uint32Array(width), icmp: probeColumns(width), http: probeColumns(width) };
}

/** An empty row of `width` nodes with `positions` address positions a target. */
export function emptyRow(
  width: number,
  newestProbe: number,
  hostPositions: number,
  endpointPositions: number,
): MatrixRow {
  const target = (positions: number): TargetColumns => ({
    presence: new Uint8Array(width),
    positions: Array.from({ length: positions }, () => addressColumns(width)),
  });
  return {
    width,
    newestProbe,
    counted: false,
    notBefore: 0,
    host: target(hostPositions),
    endpoint: target(endpointPositions),
  };
}
