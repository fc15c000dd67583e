import type { DropParty } from "./drops.ts";

/** Ends of a tracked connection, as the agent prints them: the initiator's first. */
export interface TrackedTuple {
  /** `TCP`, `UDP`, `ICMP`, `ICMPv6`, …: Cilium's names (pkg/u8proto). */
  readonly protocol: string;
  /** As the agent's node sees it: come in, gone out, or a Service's own entry. */
  readonly direction: "in" | "out" | "service";
  readonly sourceIP: string;
  /** Identifier of an echo where the protocol is ICMP. */
  readonly sourcePort: number;
  readonly destinationIP: string;
  readonly destinationPort: number;
  /** Made beside a connection, for ICMP errors about it; carries no packets of its own. */
  readonly related: boolean;
}

/** What one side of a connection was seen to send. `packets` is null where the agent does not count them. */
export interface TrackedSide {
  readonly packets: number | null;
  /** TCP flags seen, as a byte. */
  readonly flags: number;
  /** When it last sent, on the agent's conntrack clock; 0 never; null where the version does not say. */
  readonly last: number | null;
}

/** An entry of `cilium-dbg bpf ct list global`. */
export interface ConntrackEntry extends TrackedTuple {
  /** Moment on the agent's conntrack clock. */
  readonly expires: number;
  readonly requests: TrackedSide;
  readonly answers: TrackedSide;
  /** Both sides together, null where the agent does not count. */
  readonly packets: number | null;
  /** TCP: more than the first packet and its answer was seen. */
  readonly seenNonSyn: boolean;
  readonly closing: boolean;
  readonly sourceIdentity: number;
}

/** An entry of `cilium-dbg bpf nat list`. */
export interface NatEntry extends TrackedTuple {
  readonly translated: "source" | "destination";
  readonly toIP: string;
  readonly toPort: number;
  /** Seconds since it was made, null where the version does not say. */
  readonly createdSecondsAgo: number | null;
}

/**
 * `answered` seen both ways · `half-open` answered, and nothing came after the answer: it was lost on its way back, or is
 * on it · `unanswered` the request alone was seen · `requests-stopped` and `answers-stopped`: seen both ways, and for a
 * while the other side alone · `service` a Service's own entry, which sees requests alone · `unknown` the version does not
 * say.
 */
export type ConntrackState =
  | "answered"
  | "half-open"
  | "unanswered"
  | "requests-stopped"
  | "answers-stopped"
  | "service"
  | "unknown";

/** Entries of probes alike in everything but their ports. */
export interface ConntrackRow {
  /** Whose agent keeps them. */
  readonly node: string;
  readonly from: DropParty;
  readonly to: DropParty;
  readonly protocol: string;
  readonly direction: TrackedTuple["direction"];
  readonly state: ConntrackState;
  /** Between nodes of which one does not reach the other. */
  readonly failing: boolean;
  readonly entries: number;
  /** null where the agent does not count. */
  readonly packets: number | null;
  /** From the last packet of these to the last of the whole table; null where the version does not say. */
  readonly age: number | null;
  /** From the last packet of the whole table to when the last of these expires. */
  readonly expiresIn: number | null;
  /** A security identity: a reserved one by name, "" where the agent knew none. */
  readonly identity: string;
}

/** NAT entries of probes alike in everything but their ports. */
export interface NatRow {
  readonly node: string;
  readonly from: DropParty;
  readonly to: DropParty;
  readonly protocol: string;
  readonly direction: TrackedTuple["direction"];
  readonly failing: boolean;
  readonly translated: NatEntry["translated"];
  readonly toIP: string;
  readonly entries: number;
  /** Of the newest. */
  readonly createdSecondsAgo: number | null;
}

/** `none` there is no such map · `cut` it was longer than is read · `failed`, see the message. */
export type ListState = "read" | "none" | "cut" | "failed";

export interface ListRead {
  readonly state: ListState;
  /** "" where it was read to its end. */
  readonly message: string;
  /** Entries of probes, of everything else, and lines that were neither. */
  readonly probes: number;
  readonly others: number;
  readonly unread: number;
}

export interface TrackingAgent {
  readonly node: string;
  readonly conntrack: ListRead;
  readonly nat: ListRead;
}

/** What the agents' connection tracking has of the probes. */
export interface Tracking {
  readonly agents: readonly TrackingAgent[];
  /** Those of failing pairs first. */
  readonly entries: readonly ConntrackRow[];
  readonly nat: readonly NatRow[];
  /** Entries of more kinds than are kept apart. */
  readonly unlisted: number;
}
