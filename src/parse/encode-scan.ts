import {
  type AddressColumns,
  emptyRow,
  encodeAge,
  encodeLatency,
  listedWith,
  listedWithout,
  type MatrixBuilder,
  type MatrixRow,
  notListed,
  type ProbeColumns,
  success,
} from "../model/matrix.ts";
import { readIP } from "./health-json.ts";
import type { ScannedHealth } from "./health-scan.ts";
import { cell, cellsEach, endpointPlace, noPlace, noProbe, probe } from "./health-tape.ts";
import type { NamedNode } from "./names.ts";
import type { TextPool } from "./text-pool.ts";

/** A scanned view as a matrix row, as `encodeRow` makes it of a parsed one; null where a node stands in it twice. */
export function encodeScan(
  builder: MatrixBuilder,
  scanned: ScannedHealth,
  texts: TextPool,
  columnOf: (name: string) => number,
): MatrixRow | null {
  const columns = columnsOf(scanned, texts, columnOf);
  const row = emptyRowFor(scanned, columns);
  for (const column of columns) {
    if (column < 0) continue;
    if (row.host.presence[column] !== notListed) return null;
    row.host.presence[column] = listedWithout;
    row.endpoint.presence[column] = listedWithout;
  }
  const { cells, addresses } = scanned.tape;
  for (let at = 0; at < addresses * cellsEach; at += cellsEach) {
    const column = columns[cells[at + cell.node] ?? 0] ?? -1;
    const place = cells[at + cell.place] ?? noPlace;
    if (column >= 0 && place !== noPlace) writeAddress({ builder, row, scanned, texts }, column, place, at);
  }
  return builder.alike(row);
}

function columnsOf({ bytes, tape }: ScannedHealth, texts: TextPool, columnOf: (name: string) => number): Int32Array {
  const columns = new Int32Array(tape.nodes);
  for (let node = 0; node < tape.nodes; node++) {
    const name = texts.text(bytes, tape.names[node * 2] ?? 0, tape.names[node * 2 + 1] ?? 0);
    columns[node] = columnOf(name);
  }
  return columns;
}

function emptyRowFor({ tape }: ScannedHealth, columns: Int32Array): MatrixRow {
  const width = columns.reduce((most, column) => Math.max(most, column + 1), 0);
  let [newest, host, endpoint] = [0, 1, 1];
  for (let at = 0; at < tape.addresses * cellsEach; at += cellsEach) {
    const place = tape.cells[at + cell.place] ?? noPlace;
    if (place === noPlace || (columns[tape.cells[at + cell.node] ?? 0] ?? -1) < 0) continue;
    if (place < endpointPlace) host = Math.max(host, place + 1);
    else endpoint = Math.max(endpoint, place - endpointPlace + 1);
    const icmp = tape.cells[at + cell.icmp + probe.lastProbed] ?? 0;
    const http = tape.cells[at + cell.http + probe.lastProbed] ?? 0;
    newest = Math.max(newest, icmp, http);
  }
  return emptyRow(width, newest, host, endpoint);
}

/** What every record of a view is written with. */
interface Writing {
  readonly builder: MatrixBuilder;
  readonly row: MatrixRow;
  readonly scanned: ScannedHealth;
  readonly texts: TextPool;
}

function writeAddress(writing: Writing, column: number, place: number, at: number): void {
  const { builder, row, scanned, texts } = writing;
  const { cells } = scanned.tape;
  const isHost = place < endpointPlace;
  const target = isHost ? row.host : row.endpoint;
  target.presence[column] = listedWith;
  const columns: AddressColumns | undefined = target.positions[isHost ? place : place - endpointPlace];
  if (columns === undefined) return;
  const ip = readIP(texts.text(scanned.bytes, cells[at + cell.ipStart] ?? 0, cells[at + cell.ipEnd] ?? 0));
  columns.ip[column] = builder.address(ip);
  writeProbe(writing, columns.icmp, column, at + cell.icmp, ip);
  writeProbe(writing, columns.http, column, at + cell.http, ip);
}

/** The latency beside a failure means nothing (formats of 1.17 and later print 0, older ones the last success). */
function writeProbe(
  { builder, row, scanned, texts }: Writing,
  to: ProbeColumns,
  column: number,
  at: number,
  ip: string,
): void {
  const { cells } = scanned.tape;
  const start = cells[at + probe.start] ?? noProbe;
  const end = cells[at + probe.end] ?? 0;
  if (start === noProbe) return;
  const ok = start === end;
  to.outcome[column] = ok ? success : builder.failure(texts.text(scanned.bytes, start, end), ip);
  to.latency[column] = ok ? encodeLatency(cells[at + probe.latency] ?? 0) : 0;
  to.age[column] = encodeAge(row.newestProbe, cells[at + probe.lastProbed] ?? 0);
}

/** Every node of the view with its own addresses. */
export function hostAddressesOf({ bytes, tape }: ScannedHealth, texts: TextPool): readonly NamedNode[] {
  const ips: string[][] = Array.from({ length: tape.nodes }, () => []);
  for (let at = 0; at < tape.addresses * cellsEach; at += cellsEach) {
    const place = tape.cells[at + cell.place] ?? noPlace;
    if (place === noPlace || place >= endpointPlace) continue;
    const ip = texts.text(bytes, tape.cells[at + cell.ipStart] ?? 0, tape.cells[at + cell.ipEnd] ?? 0);
    ips[tape.cells[at + cell.node] ?? 0]?.push(readIP(ip));
  }
  return ips.map((own, node) => {
    const name = texts.text(bytes, tape.names[node * 2] ?? 0, tape.names[node * 2 + 1] ?? 0);
    return { name, ips: own };
  });
}
