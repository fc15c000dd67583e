import { allNodes, fateOf, homeOf, type MeshNode, type MeshPlan, type Symptom } from "./mesh-plan.ts";
import { hashOf } from "./seeded.ts";

/** What one agent of a generated mesh knows of the others, before it is put into any form. */

/** One probe as it is printed; null in its place means the key is missing. */
export interface Probe {
  /** RFC 3339, "" before 1.18. */
  readonly lastProbed: string;
  /** Nanoseconds, 0 for a failure. */
  readonly latency: number;
  /** As the agent has it, "" for a success. */
  readonly failure: string;
}

/** What all peers of one report share. */
export interface View {
  readonly plan: MeshPlan;
  readonly from: MeshNode;
  readonly clock: ReportClock;
}

interface ReportClock {
  /** RFC 3339 of the last time that something was done which was done so many seconds before the mesh was made. */
  readonly lastTime: (secondsBefore: number) => string;
  /** Seconds between two probes of one address. */
  readonly interval: number;
}

export function viewOf(plan: MeshPlan, from: MeshNode): View {
  return { plan, from, clock: reportClock(plan, from) };
}

/** Addresses of a peer's two targets with their probes; `endpoint` is null where it is not checked. */
export interface PeerProbes {
  readonly host: readonly AddressProbes[];
  readonly endpoint: readonly AddressProbes[] | null;
}

/** All peers as one agent sees them, itself included, in no order (map iteration): each is made when it is asked for. */
export function* peersOf(view: View): Generator<MeshNode> {
  const nodes = allNodes(view.plan);
  const first = hashOf(view.plan.seed, view.from.index, 7) % nodes.length;
  for (let k = 0; k < nodes.length; k++) {
    const to = nodes[(first + k) % nodes.length];
    if (to !== undefined) yield to;
  }
}

export function probesOfPeer(view: View, to: MeshNode): PeerProbes {
  const fate = fateOf(view.plan, view.from, to);
  const home = homeOf(view.plan, to);
  const base = home === view.plan ? baseLatency(view.from, to) : betweenClusters;
  const salt = to.index * 4;
  const host = probesOf(view, to.hostIPs, { icmp: fate.hostIcmp, http: fate.hostHttp, base, salt });
  if (!home.endpointHealthChecking) return { host, endpoint: null };
  const path: Path = { icmp: fate.endpointIcmp, http: fate.endpointHttp, base: base + 90_000, salt: salt + 2 };
  return { host, endpoint: probesOf(view, to.healthIPs, path) };
}

/** RFC 3339 time at which the cycle of this report began. */
export function cycleStart({ plan, from, clock }: View): string {
  const ownTime = clock.lastTime(hashOf(plan.seed, from.index, 11) % Math.ceil(clock.interval));
  const probed = new Date(from.probedAt).toISOString().replace(/\.\d+Z$/, "Z");
  return probed > ownTime ? probed : ownTime;
}

/** The probe interval as the agent prints it, "" before 1.18. */
export function intervalText({ plan, clock }: View): string {
  return plan.version.minor >= 18 ? goDuration(clock.interval) : "";
}

/** Seconds between two probes of one address: 60 s × ln(1 + addresses) from 1.18 on (pkg/health/server/prober.go). */
function probeIntervalSeconds(plan: MeshPlan): number {
  if (plan.version.minor < 18) return 60;
  const targets = plan.endpointHealthChecking ? 2 : 1;
  return 60 * Math.log(1 + allNodes(plan).length * targets * plan.families);
}

/** One ordered pair's way to one target. */
interface Path {
  readonly icmp: Symptom;
  readonly http: Symptom;
  /** Nanoseconds of a round trip before jitter. */
  readonly base: number;
  /** Tells the targets of a mesh apart in the dice. */
  readonly salt: number;
}

export interface AddressProbes {
  readonly ip: string;
  readonly icmp: Probe | null;
  readonly http: Probe | null;
}

function probesOf({ plan, from, clock }: View, ips: readonly string[], path: Path): readonly AddressProbes[] {
  return ips.map((ip, position) => {
    const dice = hashOf(plan.seed, from.index, path.salt + position);
    const lastProbed = plan.version.minor >= 18 ? clock.lastTime(dice % Math.floor(clock.interval)) : "";
    const ping = path.base + (dice % 300_000);
    return {
      ip,
      icmp: probe(path.icmp, ip, "icmp", ping, lastProbed),
      http: probe(path.http, ip, "http", ping + 150_000 + ((dice >>> 8) % 300_000), lastProbed),
    };
  });
}

function probe(symptom: Symptom, ip: string, protocol: "icmp" | "http", latency: number, at: string): Probe | null {
  if (symptom === "unprobed") return null;
  if (symptom === "ok") return { lastProbed: at, latency, failure: "" };
  if (protocol === "icmp") return { lastProbed: at, latency: 0, failure: "Connection timed out" };
  return { lastProbed: at, latency: 0, failure: httpFailure(symptom, ip) };
}

/** Go's texts as recorded from 1.19.3 agents. */
function httpFailure(symptom: Exclude<Symptom, "ok" | "unprobed">, ip: string): string {
  const server = ip.includes(":") ? `[${ip}]:4240` : `${ip}:4240`;
  const get = `Get "http://${server}/hello"`;
  switch (symptom) {
    case "timeout":
      return `${get}: context deadline exceeded (Client.Timeout exceeded while awaiting headers)`;
    case "no-route":
      return `${get}: dial tcp ${server}: connect: no route to host`;
    case "refused":
      return `${get}: dial tcp ${server}: connect: connection refused`;
    case "hostile":
      return `${get}: \u001b[2J\u001b[1;32mall fine\u001b[0m \u202enoitpecxe\u202c <b>&amp;</b>\r\u009b31m`;
    default: {
      const never: never = symptom;
      return never;
    }
  }
}

/** Nanoseconds of a round trip before jitter, from a site to the other. */
const betweenClusters = 2_400_000;

/** Nanoseconds of a round trip before jitter: within a node, a zone, between zones. */
function baseLatency(from: MeshNode, to: MeshNode): number {
  if (from === to) return 60_000;
  return from.zone === to.zone ? 210_000 : 850_000;
}

/**
 * What was done so many seconds before the mesh was made is done once an interval from then on. Times are the same few
 * hundred strings over and over: each is formatted once a report.
 */
function reportClock(plan: MeshPlan, from: MeshNode): ReportClock {
  const now = plan.now() - from.lateSeconds * 1000;
  const known: string[] = [];
  const format = (seconds: number) => new Date(now - seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
  const interval = probeIntervalSeconds(plan);
  const sinceMade = (plan.now() - plan.madeAt) / 1000;
  return {
    interval,
    lastTime: (before) => {
      known[before] ??= format(before + sinceMade < interval ? before + sinceMade : (before + sinceMade) % interval);
      return known[before];
    },
  };
}

/** Seconds as Go prints a Duration: `23.978952727s`, `5m18.299s`, `1h0m0s`. */
function goDuration(seconds: number): string {
  const ns = Math.round(seconds * 1e9);
  const whole = Math.floor(ns / 1e9);
  const fraction = String(ns % 1e9)
    .padStart(9, "0")
    .replace(/0+$/, "");
  const rest = `${whole % 60}${fraction === "" ? "" : `.${fraction}`}s`;
  const hours = Math.floor(whole / 3600);
  const minutes = Math.floor(whole / 60) % 60;
  return hours > 0 ? `${hours}h${minutes}m${rest}` : whole >= 60 ? `${minutes}m${rest}` : rest;
}
