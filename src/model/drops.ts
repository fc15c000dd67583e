import type { Tracking } from "./conntrack.ts";
import type { Source } from "./facts.ts";

/** Seconds that `drops` may watch, and does unless told otherwise: the agents' own `timeout` ends it. */
export const watchSeconds = { range: [1, 300], usual: 10 } as const;

/** One dropped packet, as an agent's monitor reports it. Addresses and reasons are the agent's own words. */
export interface DropEvent {
  /** Cilium's words: `Policy denied`, `CT: Map insertion failed`, …; "" when the agent gave none. */
  readonly reason: string;
  /** Bytes of the packet. */
  readonly bytes: number;
  /** "" when the packet could not be dissected. */
  readonly sourceIP: string;
  readonly destinationIP: string;
  /** 0 where the protocol has none. */
  readonly sourcePort: number;
  readonly destinationPort: number;
  /** `TCP`, `UDP`, `SCTP`, `ICMP`, `ICMPv6`, …; "" when it could not be told. */
  readonly protocol: string;
  /** gopacket's name of an ICMP type, `EchoRequest`; "" for everything else. */
  readonly icmpType: string;
  readonly sourceIdentity: number;
  readonly destinationIdentity: number;
  /** Number of the endpoint the packet was for, 0 for none. */
  readonly endpoint: number;
}

/** Who stands at one end of a dropped packet. */
export interface DropParty {
  readonly ip: string;
  /** `node` its own or its router address · `health` its health endpoint · `pod` · `outside` none of these. */
  readonly kind: "node" | "health" | "pod" | "outside";
  /** Node it is or lives on, "" when unknown. */
  readonly node: string;
  /** A pod as `namespace/name`, "" for every other kind and for a pod that nobody named. */
  readonly name: string;
}

/** Packets alike in everything but their time and ephemeral port. */
export interface DropRow {
  readonly reason: string;
  readonly from: DropParty;
  readonly to: DropParty;
  readonly protocol: string;
  readonly icmpType: string;
  /** The service's port, 0 where there is none. */
  readonly port: number;
  /** Whose port that is: a reply comes from it. */
  readonly portOf: "destination" | "source";
  readonly identity: { readonly source: string; readonly destination: string };
  /** A packet of a health probe, or of the answer to one. */
  readonly probe: boolean;
  readonly count: number;
  readonly bytes: number;
  /** Agents that dropped them, most first. */
  readonly droppedBy: readonly { readonly node: string; readonly count: number }[];
}

/** What a drop counter of an agent's datapath did between two reads. */
export interface DropGrowth {
  readonly reason: string;
  readonly direction: string;
  readonly packets: number;
}

/** `watched` to the end · `counters-only` no monitor could be bounded there · `failed`, see `message` · `partial` ended early. */
export type WatchState = "watched" | "counters-only" | "failed" | "partial";

export interface WatchedAgent {
  readonly node: string;
  readonly pod: string;
  readonly state: WatchState;
  /** Why it was not watched to the end, "" where it was. */
  readonly message: string;
  readonly events: number;
  /** Events the agent itself lost before anybody read them. */
  readonly lost: number;
  /** Lines that were no event anybody can read. */
  readonly unread: number;
  /** null where the counters could not be read twice. */
  readonly growth: readonly DropGrowth[] | null;
}

/** Which agents are watched, and why these. */
export interface DropsChoice {
  readonly why: "named" | "failing" | "all";
  readonly nodes: readonly string[];
  /** Nodes that would be watched if there were not so many. */
  readonly leftOut: readonly string[];
  /** Nodes without an agent that could be asked, with the reason. */
  readonly unasked: readonly { readonly node: string; readonly reason: string }[];
}

/** `drops`: what the agents' datapath dropped within a bounded time, joined. */
export interface DropsReport {
  /** RFC 3339. */
  readonly generatedAt: string;
  readonly source: Source;
  /** Interrupted: less time was watched than asked for. */
  readonly partial: boolean;
  /** Seconds the monitors were to run. */
  readonly seconds: number;
  readonly choice: DropsChoice;
  readonly agents: readonly WatchedAgent[];
  /** Most packets first. */
  readonly rows: readonly DropRow[];
  readonly packets: number;
  readonly probePackets: number;
  /** Packets of kinds beyond the most that are kept apart. */
  readonly unlisted: number;
  /** null where it was not asked for, and where the run was interrupted before. */
  readonly conntrack: Tracking | null;
  readonly exitCode: 0 | 1 | 3;
}
