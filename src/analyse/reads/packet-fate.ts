import { type Address, contains, parseCidr } from "../settings/cidr.ts";
import type { IptablesRule, Ruleset } from "./iptables.ts";

/** A packet as far as it is known; "" or null matches a condition perhaps. */
export interface Packet {
  readonly inInterface: string;
  readonly outInterface: string;
  readonly source: Address | null;
  readonly destination: Address | null;
  /** A `udp` or `tcp` packet comes from a port of no meaning. */
  readonly protocol: "tcp" | "icmp" | "udp" | "esp";
  /** Of an `icmp` packet: an echo reply; left out it is a request. */
  readonly isReply?: boolean;
  /** Connection tracking: the first packet, or an answer. */
  readonly state: "NEW" | "ESTABLISHED";
  readonly destinationPort: number;
  /** The netfilter mark, 0 for what comes from the wire; left out where it is not known. */
  readonly mark?: number;
}

export type Outcome = "accept" | "drop" | "reject" | "rewrite";

export interface Fate {
  readonly outcome: Outcome;
  /** The rule that decides, or the chain's policy. */
  readonly by: string;
  /** False when a rule that may match, which cannot be told from the text, would decide otherwise before. */
  readonly certain: boolean;
}

const outcomes: ReadonlyMap<string, Outcome> = new Map([
  ["ACCEPT", "accept"],
  ["DROP", "drop"],
  ["REJECT", "reject"],
  ["MASQUERADE", "rewrite"],
  ["SNAT", "rewrite"],
]);

/** A ruleset may be written to loop or to branch without end; a real one takes a few hundred steps. */
const mostSteps = 100_000;
const deepest = 32;

interface Walk {
  readonly rules: Ruleset;
  readonly packet: Packet;
  /** Outcomes of rules passed over because it cannot be told whether they match. */
  readonly perhaps: Set<Outcome>;
  steps: number;
}

/**
 * What becomes of a packet in a built-in chain: its rules in order, chains it jumps to included, then the policy.
 * Null when the text does not hold the chain, or cannot be followed to an end.
 */
export function fateOf(rules: Ruleset, chain: string, packet: Packet): Fate | null {
  if (!rules.chains.has(chain)) return null;
  const walk: Walk = { rules, packet, perhaps: new Set(), steps: 0 };
  const end = through(walk, chain, 0, "yes");
  if (end === "lost") return null;
  const policy = rules.policies.get(chain) ?? "ACCEPT";
  const decided = end === "back" ? { outcome: outcomes.get(policy) ?? "accept", by: `-P ${chain} ${policy}` } : end;
  return { ...decided, certain: [...walk.perhaps].every((outcome) => isAlike(outcome, decided.outcome)) };
}

function isAlike(one: Outcome, other: Outcome): boolean {
  const stops = (outcome: Outcome) => outcome === "drop" || outcome === "reject";
  return one === other || (stops(one) && stops(other));
}

type End = { readonly outcome: Outcome; readonly by: string } | "back" | "lost";
type Match = "yes" | "perhaps" | "no";

/**
 * `sure` is whether the packet comes here at all; where it only may, outcomes are noted and none is returned. A RETURN
 * that may match leaves the rest of its chain in doubt.
 */
function through(walk: Walk, chain: string, depth: number, sure: "yes" | "perhaps"): End {
  if (depth > deepest) return "lost";
  let here = sure;
  for (const rule of walk.rules.chains.get(chain) ?? []) {
    if (++walk.steps > mostSteps) return "lost";
    const match = matches(rule.conditions, walk.packet);
    if (match === "no") continue;
    if (rule.target === "RETURN") {
      if (match === "yes") return "back";
      here = "perhaps";
      continue;
    }
    const comes = here === "yes" && match === "yes" ? "yes" : "perhaps";
    const end = follow(walk, rule, depth, comes);
    if (end === "lost" || (end !== "back" && comes === "yes")) return end;
    if (end !== "back") walk.perhaps.add(end.outcome);
    if (match === "yes" && (end !== "back" || rule.isGoto)) return "back";
  }
  return "back";
}

function follow(walk: Walk, rule: IptablesRule, depth: number, match: "yes" | "perhaps"): End {
  const outcome = outcomes.get(rule.target);
  if (outcome !== undefined) return { outcome, by: rule.text };
  if (walk.rules.chains.has(rule.target)) return through(walk, rule.target, depth + 1, match);
  const assumed = unseenChain(rule.target, walk.packet);
  if (assumed !== null) walk.perhaps.add(assumed);
  return "back";
}

/**
 * A chain whose rules were not printed. Cilium's own accepts what enters or leaves by its interfaces
 * (pkg/datapath/iptables/iptables.go, installForwardChainRules); of any other nothing is known.
 */
function unseenChain(target: string, { inInterface, outInterface }: Packet): Outcome | null {
  const isCiliums = [inInterface, outInterface].some((name) => /^(?:lxc|cilium_)/.test(name));
  return target === "CILIUM_FORWARD" && isCiliums ? "accept" : null;
}

function both(one: Match, other: Match): Match {
  if (one === "no" || other === "no") return "no";
  return one === "yes" && other === "yes" ? "yes" : "perhaps";
}

function matches(conditions: readonly string[], packet: Packet): Match {
  let match: Match = "yes";
  for (let at = 0; at < conditions.length && match !== "no"; at++) {
    const isNegated = conditions[at] === "!";
    if (isNegated) at++;
    const [word = "", value = ""] = [conditions[at], conditions[at + 1]];
    if (silent.has(word)) {
      at++;
      continue;
    }
    const result = word.startsWith("-") ? condition(word, value, packet) : "yes";
    match = both(match, isNegated ? negated(result) : result);
    if (known.has(word)) at++;
  }
  return match;
}

/** Words that, with the next one, ask nothing of a packet. */
const silent: ReadonlySet<string> = new Set(["-m", "--match", "--comment"]);
const known: ReadonlySet<string> = new Set([
  "-i",
  "-o",
  "-s",
  "-d",
  "-p",
  "--ctstate",
  "--state",
  "--dport",
  "--dports",
  "--sport",
  "--sports",
  "--icmp-type",
  "--mark",
]);

function condition(word: string, value: string, packet: Packet): Match {
  switch (word) {
    case "-i":
      return isInterface(value, packet.inInterface);
    case "-o":
      return isInterface(value, packet.outInterface);
    case "-s":
      return isWithin(value, packet.source);
    case "-d":
      return isWithin(value, packet.destination);
    case "-p":
      return certainly(value === packet.protocol || value === "all");
    case "--ctstate":
    case "--state":
      return certainly(value.split(",").includes(packet.state));
    case "--dport":
    case "--dports":
      return isPort(value, packet.destinationPort);
    case "--sport":
    case "--sports":
      return isWellKnown(value) ? "no" : "perhaps";
    case "--icmp-type":
      return certainly(packet.protocol === "icmp" && (packet.isReply === true ? echoReply : echoRequest).test(value));
    case "--mark":
      return packet.mark === undefined ? "perhaps" : isMarked(value, packet.mark);
    default:
      return "perhaps";
  }
}

const echoRequest = /^(?:8(?:\/0)?|echo-request|any|255)$/;
const echoReply = /^(?:0(?:\/0)?|echo-reply|any|255)$/;

function negated(match: Match): Match {
  return match === "perhaps" ? match : certainly(match === "no");
}

function certainly(isTrue: boolean): Match {
  return isTrue ? "yes" : "no";
}

/** `lxc+` stands for every name that begins so. */
function isInterface(pattern: string, name: string): Match {
  if (name === "") return "perhaps";
  return certainly(pattern.endsWith("+") ? name.startsWith(pattern.slice(0, -1)) : name === pattern);
}

function isWithin(value: string, address: Address | null): Match {
  const range = parseCidr(value);
  return range === null || address === null ? "perhaps" : certainly(contains(range, address));
}

/** A port, a range, or several of both parted by commas. */
function isPort(value: string, port: number): Match {
  let match: Match = "no";
  for (const one of value.split(",")) {
    const [from, to = from] = one.split(":").map(Number);
    if (from === undefined || to === undefined || Number.isNaN(from) || Number.isNaN(to)) match = "perhaps";
    else if (from <= port && port <= to) return "yes";
  }
  return match;
}

/** Ports below 1024 alone: a probe never comes from one. */
function isWellKnown(value: string): boolean {
  return value.split(/[,:]/).every((port) => Number(port) < 1024);
}

/** `value/mask`, in hexadecimal; without a mask every bit counts. */
function isMarked(text: string, mark: number): Match {
  const [value = Number.NaN, mask = 0xffff_ffff] = text.split("/").map(Number);
  return Number.isNaN(value) || Number.isNaN(mask) ? "perhaps" : certainly((mark & mask) >>> 0 === value);
}
