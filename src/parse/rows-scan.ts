import { endMark, rowsMark } from "../model/short-forms.ts";
import { type ScannedHealth, scanSecondaries } from "./health-scan.ts";
import { cell, endpointPlace, type HealthTape, hostPlace, noPlace, probe } from "./health-tape.ts";
import { JsonCursor } from "./json-cursor.ts";
import { RowsCursor } from "./rows-cursor.ts";
import { giveUp, unlessSurprised } from "./surprise.ts";
import type { TextPool } from "./text-pool.ts";
import { parseGoDuration, parseTime } from "./time.ts";

/**
 * Reads a view in rows (`model/short-forms.ts`) as `parseHealthRows` does, without an object a path. null for whatever
 * is out of the ordinary; then `parseHealthRows` has the word.
 */
export function scanRows(reply: Uint8Array, tape: HealthTape, texts: TextPool): ScannedHealth | null {
  return unlessSurprised(() => {
    tape.clear();
    const lists = new JsonCursor(reply);
    const { bytes } = lists;
    const cursor = new RowsCursor(bytes);
    const text = () => texts.text(bytes, cursor.start, cursor.end);
    cursor.word(rowsMark);
    cursor.cell();
    const timestamp = parseTime(text());
    cursor.cell();
    const localName = text();
    cursor.lastCell();
    const interval = text();
    scanNodes({ cursor, lists, tape });
    cursor.dots(tape.nodes);
    cursor.finish(endMark);
    const probeIntervalNs = interval === "" ? null : parseGoDuration(interval);
    return { localName, timestamp, probeIntervalNs, bytes, tape };
  });
}

interface Scan {
  readonly cursor: RowsCursor;
  /** Reads the lists of further addresses, JSON within a cell. */
  readonly lists: JsonCursor;
  readonly tape: HealthTape;
}

function scanNodes(scan: Scan): void {
  const { cursor, tape } = scan;
  let [anyPrimary, anyObject, anyBare] = [false, false, false];
  while (!cursor.isAtDots()) {
    cursor.cell();
    const [nameStart, nameEnd] = [cursor.start, cursor.end];
    scanTarget(scan, hostPlace);
    const endpoint = scanTarget(scan, endpointPlace);
    anyPrimary ||= (endpoint & primary) !== 0;
    anyObject ||= (endpoint & object) !== 0;
    anyBare ||= endpoint === bare;
    tape.addName(nameStart, nameEnd);
  }
  // Which endpoints there are is not told then: see `parseHealthRows`.
  if (tape.nodes === 0 || (anyPrimary && !anyObject && anyBare) || (anyObject && !anyPrimary)) giveUp();
}

/** What a target's cells hold: nothing, a primary address with its results, an object that has further addresses. */
const [bare, primary, object] = [0, 1, 2];

function scanTarget({ cursor, lists, tape }: Scan, place: number): number {
  const at = tape.addAddress(place);
  cursor.cell();
  tape.cells[at + cell.ipStart] = cursor.start;
  tape.cells[at + cell.ipEnd] = cursor.end;
  let holds = cursor.start < cursor.end ? primary : bare;
  if (scanProbe(cursor, tape.cells, at + cell.icmp)) holds |= primary;
  if (scanProbe(cursor, tape.cells, at + cell.http)) holds |= primary;
  if (place === endpointPlace) cursor.lastCell();
  else cursor.cell();
  if (cursor.start < cursor.end) {
    if (!cursor.isEmptyList()) {
      lists.moveTo(cursor.start);
      scanSecondaries(lists, tape, place);
      if (lists.positionBehind() !== cursor.end) giveUp();
    }
    holds |= object;
  }
  if (holds === bare) tape.cells[at + cell.place] = noPlace;
  return holds;
}

/** Whether there is a result. */
function scanProbe(cursor: RowsCursor, cells: Float64Array, at: number): boolean {
  cursor.cell();
  const hasResult = cursor.start < cursor.end;
  if (hasResult) cells[at + probe.latency] = cursor.integer();
  cursor.cell();
  const [start, end] = [cursor.start, cursor.end];
  cursor.cell();
  if (!hasResult) {
    if (start < end || cursor.start < cursor.end) giveUp();
    return false;
  }
  cells[at + probe.start] = start;
  cells[at + probe.end] = end;
  cells[at + probe.lastProbed] = cursor.seconds();
  return true;
}
