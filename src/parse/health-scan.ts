import { cell, endpointPlace, type HealthTape, hostPlace, noPlace, placesEach, probe } from "./health-tape.ts";
import { JsonCursor } from "./json-cursor.ts";
import { type KnownKeys, knownKeys, lastKey, once } from "./json-keys.ts";
import { giveUp, unlessSurprised } from "./surprise.ts";
import type { TextPool } from "./text-pool.ts";
import { parseGoDuration, parseTime } from "./time.ts";

/** A health report whose nodes are on a tape; it is true until the next scan onto that tape. */
export interface ScannedHealth {
  readonly localName: string;
  /** Start of the probe cycle, epoch milliseconds, 0 when missing. */
  readonly timestamp: number;
  /** Nanoseconds, null before 1.18. */
  readonly probeIntervalNs: number | null;
  readonly bytes: Uint8Array;
  readonly tape: HealthTape;
}

const [local, nodes, probeInterval, timestamp] = [0, 1, 2, 3];
const reportKeys = knownKeys(2, "local", "nodes", "probeInterval", "timestamp");
const localKeys = knownKeys(4, "name");
const [endpoint, healthEndpoint, host, name] = [0, 1, 2, 3];
const nodeKeys = knownKeys(6, "endpoint", "health-endpoint", "host", "name");
const [primary, secondary] = [0, 1];
const targetKeys = knownKeys(8, "primary-address", "secondary-addresses");
const [http, icmp, ip] = [0, 1, 2];
const [lastProbed, latency, status] = [0, 1, 2];

/** The keys of an address and of its probes, by where the address is printed. */
interface AddressForm {
  readonly address: KnownKeys;
  readonly probe: KnownKeys;
}

const deprecatedForm = addressForm(8);
const primaryForm = addressForm(10);
const secondaryForm = addressForm(12);

function addressForm(indent: number): AddressForm {
  return {
    address: knownKeys(indent, "http", "icmp", "ip"),
    probe: knownKeys(indent + 2, "lastProbed", "latency", "status"),
  };
}

/**
 * Reads `cilium-health status -o json` as `parseHealth` does, without an object a path: four times as fast, and with a
 * thousand agents that is most of a run. null for whatever is not as agents print it; then `parseHealth` has the word.
 */
export function scanHealth(bytes: Uint8Array, tape: HealthTape, texts: TextPool): ScannedHealth | null {
  return unlessSurprised(() => {
    tape.clear();
    const cursor = new JsonCursor(bytes);
    const head = scanReport(cursor, tape, texts);
    cursor.finish();
    return head;
  });
}

function scanReport(cursor: JsonCursor, tape: HealthTape, texts: TextPool): ScannedHealth {
  let seen = 0;
  let [localName, when, interval] = ["", "", ""];
  for (let key = cursor.firstKey(reportKeys); key !== lastKey; key = cursor.nextKey(reportKeys, key)) {
    seen = once(seen, key);
    if (key === local) localName = scanLocal(cursor, texts);
    else if (key === nodes) scanNodes(cursor, tape);
    else if (key === probeInterval) interval = textOf(cursor, texts);
    else if (key === timestamp) when = textOf(cursor, texts);
    else cursor.skip();
  }
  // Without nodes the report is short, and there is more than one reason for it.
  if (tape.nodes === 0) giveUp();
  const probeIntervalNs = interval === "" ? null : parseGoDuration(interval);
  return { localName, timestamp: parseTime(when), probeIntervalNs, bytes: cursor.bytes, tape };
}

function textOf(cursor: JsonCursor, texts: TextPool): string {
  cursor.string();
  return texts.text(cursor.bytes, cursor.start, cursor.end);
}

function scanLocal(cursor: JsonCursor, texts: TextPool): string {
  let seen = 0;
  let localName = "";
  for (let key = cursor.firstKey(localKeys); key !== lastKey; key = cursor.nextKey(localKeys, key)) {
    seen = once(seen, key);
    if (key >= 0) localName = textOf(cursor, texts);
    else cursor.skip();
  }
  return localName;
}

function scanNodes(cursor: JsonCursor, tape: HealthTape): void {
  for (let more = cursor.firstItem(); more; more = cursor.nextItem()) scanNode(cursor, tape);
}

/**
 * `health-endpoint` (1.12 and newer) holds both families; `endpoint`, deprecated but always filled, the primary alone:
 * it counts where the newer one has none.
 */
function scanNode(cursor: JsonCursor, tape: HealthTape): void {
  let seen = 0;
  let nameStart = 0;
  let nameEnd = 0;
  let deprecated = -1;
  let hasPrimary = false;
  for (let key = cursor.firstKey(nodeKeys); key !== lastKey; key = cursor.nextKey(nodeKeys, key)) {
    seen = once(seen, key);
    if (key === endpoint) deprecated = scanAddress(cursor, tape, endpointPlace, deprecatedForm);
    else if (key === healthEndpoint) hasPrimary = scanTarget(cursor, tape, endpointPlace);
    else if (key === host) {
      if (!scanTarget(cursor, tape, hostPlace)) tape.addAddress(hostPlace);
    } else if (key === name) {
      cursor.string();
      nameStart = cursor.start;
      nameEnd = cursor.end;
    } else cursor.skip();
  }
  if (hasPrimary && deprecated >= 0) tape.cells[deprecated + cell.place] = noPlace;
  else if (!hasPrimary && deprecated < 0 && (seen & (1 << healthEndpoint)) !== 0) tape.addAddress(endpointPlace);
  tape.addName(nameStart, nameEnd);
}

/** Whether the target has a primary address. */
function scanTarget(cursor: JsonCursor, tape: HealthTape, place: number): boolean {
  let seen = 0;
  for (let key = cursor.firstKey(targetKeys); key !== lastKey; key = cursor.nextKey(targetKeys, key)) {
    seen = once(seen, key);
    if (key === primary) scanAddress(cursor, tape, place, primaryForm);
    else if (key === secondary && cursor.isList()) scanSecondaries(cursor, tape, place);
    else cursor.skip();
  }
  return (seen & (1 << primary)) !== 0;
}

/** The other addresses of a target, a list. */
export function scanSecondaries(cursor: JsonCursor, tape: HealthTape, place: number): void {
  let position = 0;
  for (let more = cursor.firstItem(); more; more = cursor.nextItem()) {
    if (++position === placesEach) giveUp();
    scanAddress(cursor, tape, place + position, secondaryForm);
  }
}

/** The first cell of its record. */
function scanAddress(cursor: JsonCursor, tape: HealthTape, place: number, form: AddressForm): number {
  const at = tape.addAddress(place);
  let seen = 0;
  for (let key = cursor.firstKey(form.address); key !== lastKey; key = cursor.nextKey(form.address, key)) {
    seen = once(seen, key);
    if (key === http) scanProbe(cursor, tape.cells, at + cell.http, form.probe);
    else if (key === icmp) scanProbe(cursor, tape.cells, at + cell.icmp, form.probe);
    else if (key === ip) {
      cursor.string();
      tape.cells[at + cell.ipStart] = cursor.start;
      tape.cells[at + cell.ipEnd] = cursor.end;
    } else cursor.skip();
  }
  return at;
}

function scanProbe(cursor: JsonCursor, cells: Float64Array, at: number, probeKeys: KnownKeys): void {
  cells[at + probe.start] = 0;
  let seen = 0;
  for (let key = cursor.firstKey(probeKeys); key !== lastKey; key = cursor.nextKey(probeKeys, key)) {
    seen = once(seen, key);
    if (key === lastProbed) cells[at + probe.lastProbed] = cursor.seconds();
    else if (key === latency) cells[at + probe.latency] = cursor.integer();
    else if (key === status) {
      cursor.string();
      cells[at + probe.start] = cursor.start;
      cells[at + probe.end] = cursor.end;
    } else cursor.skip();
  }
}
