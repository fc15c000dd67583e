import { isDeepStrictEqual } from "node:util";
import {
  failureText,
  type MatrixBuilder,
  type MatrixRow,
  matrixBuilder,
  protocols,
  targets,
} from "../../src/model/matrix.ts";
import { encodeRow } from "../../src/parse/encode-row.ts";
import { encodeScan } from "../../src/parse/encode-scan.ts";
import { isOwn, parseEndpointList } from "../../src/parse/endpoint-list.ts";
import { scanEndpointList } from "../../src/parse/endpoint-list-scan.ts";
import { type HealthReply, parseHealth, readIP } from "../../src/parse/health-json.ts";
import { parseHealthRows } from "../../src/parse/health-rows.ts";
import { type ScannedHealth, scanHealth } from "../../src/parse/health-scan.ts";
import { cell, cellsEach, endpointPlace, HealthTape, noPlace, noProbe, probe } from "../../src/parse/health-tape.ts";
import type { Parsed } from "../../src/parse/json.ts";
import { parseNodeList } from "../../src/parse/node-list.ts";
import { scanNodeList } from "../../src/parse/node-list-scan.ts";
import { scanRows } from "../../src/parse/rows-scan.ts";
import { TextPool } from "../../src/parse/text-pool.ts";

const tape = new HealthTape();
const texts = new TextPool();
type Columns = (name: string) => number;

/** Which scans read the reply; throws where one reads anything else than its parser does. */
export function scansThatAgree(bytes: Uint8Array): string[] {
  return [
    ...(healthAgrees(bytes, scanHealth(bytes, tape, texts), parseHealth) ? ["health"] : []),
    ...(healthAgrees(bytes, scanRows(bytes, tape, texts), parseRows) ? ["rows"] : []),
    ...(nodeListAgrees(bytes) ? ["nodes"] : []),
    ...(endpointListAgrees(bytes) ? ["endpoints"] : []),
  ];
}

/** The same text, with a mark before it that every decoder drops and no scan knows: for the parser alone. */
export function unscanned(bytes: Uint8Array): Uint8Array {
  return Uint8Array.of(0xef, 0xbb, 0xbf, ...bytes);
}

type ParseHealth = (bytes: Uint8Array) => Parsed<HealthReply>;

const parseRows: ParseHealth = (bytes) => parseHealthRows(new TextDecoder().decode(bytes));

function healthAgrees(bytes: Uint8Array, scanned: ScannedHealth | null, parse: ParseHealth): boolean {
  if (scanned === null) return false;
  const reply = replyOf(scanned);
  mustBeEqual({ ok: true, value: reply }, parse(bytes));
  const row = plainRow((builder, columnOf) => encodeScan(builder, scanned, texts, columnOf));
  if (row !== null) {
    mustBeEqual(
      row,
      plainRow((builder, columnOf) => encodeRow(builder, reply.nodes ?? [], columnOf)),
    );
  }
  return true;
}

function nodeListAgrees(bytes: Uint8Array): boolean {
  const scanned = scanNodeList(bytes, texts);
  if (scanned === null) return false;
  const value = Array.from({ length: scanned.count }, (_, entry) => scanned.element(entry));
  mustBeEqual({ ok: true, value }, parseNodeList(bytes));
  for (const [entry, { ips, healthIPs }] of value.entries()) {
    const answers = [
      scanned.hasAddresses(entry, ips.toReversed(), healthIPs),
      scanned.hasAddresses(entry, [...ips, "192.0.2.99"], healthIPs),
      scanned.hasAddresses(entry, ips, ["192.0.2.99"]),
    ];
    mustBeEqual(answers, [true, false, false]);
  }
  return true;
}

function endpointListAgrees(bytes: Uint8Array): boolean {
  if (scanEndpointList(bytes, isOwn) === null) return false;
  mustBeEqual(parseEndpointList(bytes), parseEndpointList(unscanned(bytes)));
  return true;
}

function mustBeEqual(one: unknown, other: unknown): void {
  if (isDeepStrictEqual(one, other)) return;
  throw new Error(`scanned ${JSON.stringify(one)?.slice(0, 2000)}\nparsed ${JSON.stringify(other)?.slice(0, 2000)}`);
}

/** The tape as the objects that a parser makes. */
function replyOf({ localName, timestamp, probeIntervalNs, bytes }: ScannedHealth): HealthReply {
  const nodes = Array.from({ length: tape.nodes }, (_, node) => ({
    name: texts.text(bytes, tape.names[node * 2] ?? 0, tape.names[node * 2 + 1] ?? 0),
    host: addressesOf(bytes, node, 0),
    endpoint: addressesOf(bytes, node, endpointPlace),
  }));
  return { localName, timestamp, probeIntervalNs, nodes };
}

function addressesOf(bytes: Uint8Array, node: number, from: number) {
  const found = [];
  for (let at = 0; at < tape.addresses * cellsEach; at += cellsEach) {
    const place = tape.cells[at + cell.place] ?? noPlace;
    const isMine = tape.cells[at + cell.node] === node && place !== noPlace && place >= endpointPlace === from > 0;
    if (isMine) found[place - from] = addressAt(bytes, at);
  }
  return found.length === 0 ? null : found;
}

function addressAt(bytes: Uint8Array, at: number) {
  const ip = readIP(texts.text(bytes, tape.cells[at + cell.ipStart] ?? 0, tape.cells[at + cell.ipEnd] ?? 0));
  return { ip, icmp: probeAt(bytes, at + cell.icmp), http: probeAt(bytes, at + cell.http) };
}

function probeAt(bytes: Uint8Array, at: number) {
  const start = tape.cells[at + probe.start] ?? noProbe;
  if (start === noProbe) return null;
  return {
    status: texts.text(bytes, start, tape.cells[at + probe.end] ?? 0),
    latencyNs: tape.cells[at + probe.latency] ?? 0,
    lastProbed: tape.cells[at + probe.lastProbed] ?? 0,
  };
}

/** A row with its addresses and failure texts in place of their numbers, which depend on what was met first. */
function plainRow(encode: (builder: MatrixBuilder, columnOf: Columns) => MatrixRow | null): unknown {
  const builder = matrixBuilder();
  const names: string[] = [];
  const row = encode(builder, (name) => {
    if (name === "") return -1;
    if (!names.includes(name)) names.push(name);
    return names.indexOf(name);
  });
  if (row === null) return null;
  const { matrix } = builder;
  const cells = targets.map((target) =>
    row[target].positions.map((position) => {
      const ips = [...position.ip].map((ip) => matrix.addresses[ip] ?? "");
      const outcomes = protocols.map((protocol) =>
        [...position[protocol].outcome].map((code, column) => [code > 1, failureText(matrix, code, ips[column] ?? "")]),
      );
      return [ips, outcomes, protocols.map((one) => [[...position[one].latency], [...position[one].age]])];
    }),
  );
  return [row.width, row.newestProbe, cells, targets.map((target) => [...row[target].presence])];
}
