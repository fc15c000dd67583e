import type { DropEvent } from "../model/drops.ts";
import { isObject, numberAt, objectAt, stringAt } from "./json.ts";
import { textLines } from "./text-lines.ts";

/** What one line of `cilium-dbg monitor --type drop --json` says. */
export type MonitorLine =
  | { readonly kind: "drop"; readonly drop: DropEvent }
  /** `CPU 01: Lost 5 events` (pkg/monitor/format/format.go): the agent's ring buffer overflowed. */
  | { readonly kind: "lost"; readonly events: number }
  /** The program's own log, on the same stream: `time=… level=info msg="Initializing dissection cache..."`. */
  | { readonly kind: "notice"; readonly text: string }
  | { readonly kind: "unread" };

/** Broken events in one stream beyond which none is parsed: each costs as much as a hundred that are whole. */
const mostBroken = 1_000;

export interface MonitorReader {
  /** Bytes as they come, cut anywhere. */
  take(piece: Uint8Array): readonly MonitorLine[];
}

/**
 * Reads events out of a stream of bytes. A stream that is mostly broken is no monitor's: the rest of it is counted as
 * unread, events or not.
 */
export function monitorReader(): MonitorReader {
  const lines = textLines();
  let broken = 0;
  const read = (line: string | null) => {
    if (line === null) return unread;
    if (broken >= mostBroken) return line.trim() === "" ? null : unread;
    const found = readMonitorLine(line);
    if (found === unread) broken++;
    return found;
  };
  return {
    take: (piece) =>
      lines
        .take(piece)
        .map(read)
        .filter((line) => line !== null),
  };
}

const unread: MonitorLine = { kind: "unread" };

/** One line; null for an empty one and for events that are no drops. Never throws, whatever it is given. */
export function readMonitorLine(line: string): MonitorLine | null {
  const text = line.trim();
  if (text === "") return null;
  if (text.startsWith("{")) return readEvent(text);
  const lost = /^(?:Unknown payload type: \d+, )?CPU \d+: Lost (\d{1,15}) events$/.exec(text);
  if (lost !== null) return { kind: "lost", events: Number(lost[1]) };
  return { kind: "notice", text: text.slice(0, 500) };
}

function readEvent(text: string): MonitorLine | null {
  const value = attempt(text);
  if (!isObject(value)) return unread;
  const type = stringAt(value, "type");
  if (type !== "drop") return type === "" ? unread : null;
  return { kind: "drop", drop: toDrop(value) };
}

function attempt(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** `DropNotifyVerbose` (pkg/monitor/datapath_drop.go) with its `DissectSummary` (pkg/monitor/dissect.go). */
function toDrop(value: Readonly<Record<string, unknown>>): DropEvent {
  const summary = objectAt(value, "summary");
  const [l3, l4] = [objectAt(summary, "l3"), objectAt(summary, "l4")];
  const protocol = protocolOf(summary);
  return {
    reason: stringAt(value, "reason"),
    bytes: count(numberAt(value, "bytes")),
    sourceIP: stringAt(l3, "src"),
    destinationIP: stringAt(l3, "dst"),
    sourcePort: portOf(stringAt(l4, "src")),
    destinationPort: portOf(stringAt(l4, "dst")),
    protocol,
    icmpType: protocol === "ICMP" || protocol === "ICMPv6" ? icmpType(summary) : "",
    sourceIdentity: count(numberAt(value, "srcLabel")),
    destinationIdentity: count(numberAt(value, "dstLabel")),
    endpoint: count(numberAt(value, "dstID")),
  };
}

const layers: readonly (readonly [string, string])[] = [
  ["tcp", "TCP"],
  ["udp", "UDP"],
  ["sctp", "SCTP"],
  ["icmpv4", "ICMP"],
  ["icmpv6", "ICMPv6"],
];

/** The layer that was dissected, else what the IP header names: `Protocol=ESP`, `NextHeader=ESP`. */
function protocolOf(summary: Readonly<Record<string, unknown>>): string {
  const layer = layers.find(([key]) => stringAt(summary, key) !== "");
  if (layer !== undefined) return layer[1];
  const header = `${stringAt(summary, "ipv4")} ${stringAt(summary, "ipv6")}`;
  return /\b(?:Protocol|NextHeader)=([A-Za-z0-9-]{1,30})/.exec(header)?.[1] ?? "";
}

/** `ICMPv4\t{… TypeCode=EchoRequest Checksum=…}`: gopacket's printing of a layer. */
function icmpType(summary: Readonly<Record<string, unknown>>): string {
  const text = stringAt(summary, "icmpv4") || stringAt(summary, "icmpv6");
  return /\bTypeCode=([A-Za-z0-9]{1,40}(?:\([A-Za-z0-9]{1,40}\))?)/.exec(text)?.[1] ?? "";
}

/** `4240`, and `4240(http-alt)` where gopacket knows a name. */
function portOf(text: string): number {
  const digits = /^(\d{1,5})(?:\(|$)/.exec(text)?.[1];
  const port = digits === undefined ? 0 : Number(digits);
  return port <= 65_535 ? port : 0;
}

function count(value: number): number {
  return Number.isSafeInteger(value) && value >= 0 ? value : 0;
}
