import { agentName, fateOf, type MeshNode, type MeshPlan, type Symptom } from "./mesh-plan.ts";
import { hashOf } from "./seeded.ts";

/**
 * `cilium-health status -o json` of one agent, in the shape of api/v1/health/models as Cilium 1.16 to 1.19 print it:
 * keys sorted, two-space indent, an empty line at the end. Text is put together peer by peer while it is sent; at
 * 1,000 nodes it is 1 MB, so no object is built and nothing is kept.
 */

/** One probe as it is printed; null in its place means the key is missing. */
interface Probe {
  /** RFC 3339, "" before 1.18. */
  readonly lastProbed: string;
  /** Nanoseconds, 0 for a failure. */
  readonly latency: number;
  /** A JSON string, "" for a success. */
  readonly failure: string;
}

/** What all peers of one report share. */
interface View {
  readonly plan: MeshPlan;
  readonly from: MeshNode;
  readonly clock: ReportClock;
}

interface ReportClock {
  /** RFC 3339 of so many seconds before now. */
  readonly secondsAgo: (seconds: number) => string;
  /** Seconds between two probes of one address. */
  readonly interval: number;
}

const peersPerChunk = 32;

/** The report in pieces of a few dozen peers. */
export function* healthReport(plan: MeshPlan, from: MeshNode): Generator<string> {
  const clock = reportClock(plan, from);
  const view: View = { plan, from, clock };
  yield `{\n  "local": {\n    "name": ${goJson(agentName(plan, from))}\n  },\n  "nodes": [\n`;
  const count = plan.nodes.length;
  const first = hashOf(plan.seed, from.index, 7) % count; // agents list peers in no order (map iteration)
  let chunk = "";
  for (let k = 0; k < count; k++) {
    const to = plan.nodes[(first + k) % count];
    if (to === undefined) continue;
    chunk += peer(view, to);
    chunk += k === count - 1 ? "\n" : ",\n";
    if (k % peersPerChunk === peersPerChunk - 1) {
      yield chunk;
      chunk = "";
    }
  }
  const cycle = hashOf(plan.seed, from.index, 11) % Math.ceil(clock.interval);
  const interval = plan.version.minor >= 18 ? `  "probeInterval": "${goDuration(clock.interval)}",\n` : "";
  yield `${chunk}  ],\n${interval}  "timestamp": "${clock.secondsAgo(cycle)}"\n}\n\n`;
}

/** Seconds between two probes of one address: 60 s × ln(1 + addresses) from 1.18 on (pkg/health/server/prober.go). */
export function probeIntervalSeconds(plan: MeshPlan): number {
  if (plan.version.minor < 18) return 60;
  const targets = plan.endpointHealthChecking ? 2 : 1;
  return 60 * Math.log(1 + plan.nodes.length * targets * plan.families);
}

function peer(view: View, to: MeshNode): string {
  const fate = fateOf(view.plan, view.from.index, to.index);
  const base = baseLatency(view.from, to);
  const salt = to.index * 4;
  const host = probesOf(view, to.hostIPs, { icmp: fate.hostIcmp, http: fate.hostHttp, base, salt });
  const hostText = `      "host": ${targetText("      ", host)},\n`;
  const nameText = `      "name": ${goJson(agentName(view.plan, to))}\n    }`;
  if (!view.plan.endpointHealthChecking) return `    {\n${hostText}${nameText}`;
  const path: Path = { icmp: fate.endpointIcmp, http: fate.endpointHttp, base: base + 90_000, salt: salt + 2 };
  const endpoint = probesOf(view, to.healthIPs, path);
  const deprecated = `      "endpoint": ${addressText("      ", endpoint[0])},\n`;
  return `    {\n${deprecated}      "health-endpoint": ${targetText("      ", endpoint)},\n${hostText}${nameText}`;
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

interface AddressProbes {
  readonly ip: string;
  readonly icmp: Probe | null;
  readonly http: Probe | null;
}

function probesOf({ plan, from, clock }: View, ips: readonly string[], path: Path): readonly AddressProbes[] {
  return ips.map((ip, position) => {
    const dice = hashOf(plan.seed, from.index, path.salt + position);
    const lastProbed = plan.version.minor >= 18 ? clock.secondsAgo(dice % Math.floor(clock.interval)) : "";
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
  if (protocol === "icmp") return { lastProbed: at, latency: 0, failure: '"Connection timed out"' };
  return { lastProbed: at, latency: 0, failure: goJson(httpFailure(symptom, ip)) };
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

function targetText(pad: string, addresses: readonly AddressProbes[]): string {
  const inner = `${pad}  `;
  const [primary, ...secondary] = addresses;
  const first = primary === undefined ? "" : `${inner}"primary-address": ${addressText(inner, primary)},\n`;
  const items = secondary.map((address) => `${inner}  ${addressText(`${inner}  `, address)}`).join(",\n");
  const list = items === "" ? "[]" : `[\n${items}\n${inner}]`;
  return `{\n${first}${inner}"secondary-addresses": ${list}\n${pad}}`;
}

function addressText(pad: string, address: AddressProbes | undefined): string {
  if (address === undefined) return "{}";
  const inner = `${pad}  `;
  const http = address.http === null ? "" : `${inner}"http": ${probeText(inner, address.http)},\n`;
  const icmp = address.icmp === null ? "" : `${inner}"icmp": ${probeText(inner, address.icmp)},\n`;
  return `{\n${http}${icmp}${inner}"ip": "${address.ip}"\n${pad}}`;
}

function probeText(pad: string, { lastProbed, latency, failure }: Probe): string {
  const when = lastProbed === "" ? "" : `${pad}  "lastProbed": "${lastProbed}",\n`;
  const result = failure === "" ? `"latency": ${latency}` : `"status": ${failure}`;
  return `{\n${when}${pad}  ${result}\n${pad}}`;
}

/** Nanoseconds of a round trip before jitter: within a node, a zone, between zones. */
function baseLatency(from: MeshNode, to: MeshNode): number {
  if (from === to) return 60_000;
  return from.zone === to.zone ? 210_000 : 850_000;
}

/** Times are the same few hundred strings over and over: each is formatted once a report. */
function reportClock(plan: MeshPlan, from: MeshNode): ReportClock {
  const now = plan.now() - from.lateSeconds * 1000;
  const known: string[] = [];
  const format = (seconds: number) => new Date(now - seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
  return {
    interval: probeIntervalSeconds(plan),
    secondsAgo: (seconds) => {
      known[seconds] ??= format(seconds);
      return known[seconds];
    },
  };
}

/** A JSON string as Go's encoder writes it: `<`, `>`, `&` and the two line separators are escaped. */
export function goJson(text: string): string {
  const escaped = (mark: string) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return JSON.stringify(text).replace(/[<>&\u2028\u2029]/g, escaped);
}

/** Seconds as Go prints a Duration: `23.978952727s`, `5m18.299s`, `1h0m0s`. */
export function goDuration(seconds: number): string {
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
