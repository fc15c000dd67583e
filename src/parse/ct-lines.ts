import type { ConntrackEntry, TrackedSide } from "../model/conntrack.ts";
import { readTuple } from "./tracked-tuple.ts";

const closingFlags = 0x3;
const seenNonSynFlag = 0x10;

/**
 * One line of `cilium-dbg bpf ct list global` (CtEntry in pkg/maps/ctmap/types.go): null for a line that is no entry.
 * Up to 1.15 each side has its count of packets, from 1.16 on there is one for both, 0 where the agent does not count;
 * 1.4 has neither flags nor times of a side. Moments are on the agent's conntrack clock.
 */
export function readConntrackLine(line: string): ConntrackEntry | null {
  const read = readTuple(line);
  if (read === null) return null;
  const { tuple, rest } = read;
  const expires = field(rest, "expires");
  if (expires === null) return null;
  const [rx, tx] = [side(rest, "Rx"), side(rest, "Tx")];
  const flags = hexField(rest, "Flags");
  const { requests, answers } =
    tuple.direction === "in" ? { requests: rx, answers: tx } : { requests: tx, answers: rx };
  return {
    ...tuple,
    expires,
    requests,
    answers,
    packets: packetsOf(rest, rx, tx),
    seenNonSyn: (flags & seenNonSynFlag) !== 0,
    closing: (flags & closingFlags) !== 0,
    sourceIdentity: field(rest, "SourceSecurityID") ?? 0,
  };
}

/** Rx is what came to the tracked end and Tx what left it: whoever that was that began. */
function side(text: string, name: "Rx" | "Tx"): TrackedSide {
  return {
    packets: field(text, `${name}Packets`),
    flags: hexField(text, `${name}FlagsSeen`),
    last: field(text, `Last${name}Report`),
  };
}

function packetsOf(text: string, rx: TrackedSide, tx: TrackedSide): number | null {
  const both = field(text, "Packets");
  if (both !== null) return both === 0 ? null : both;
  return rx.packets === null || tx.packets === null ? null : rx.packets + tx.packets;
}

function field(text: string, name: string): number | null {
  const digits = new RegExp(`(?:^| )${name}=(\\d{1,15})(?: |$)`).exec(text)?.[1];
  return digits === undefined ? null : Number(digits);
}

/** `0x0410`, and `410` up to 1.4 (`%x`); 0 where there is none. */
function hexField(text: string, name: string): number {
  const digits = new RegExp(`(?:^| )${name}=(?:0x)?([0-9a-f]{1,8})(?: |$)`).exec(text)?.[1];
  return digits === undefined ? 0 : Number.parseInt(digits, 16);
}
