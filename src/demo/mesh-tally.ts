import { agentName, type MeshNode, type MeshPlan } from "./mesh-plan.ts";
import {
  type AddressProbes,
  cycleStart,
  intervalText,
  type Probe,
  peersOf,
  probesOfPeer,
  viewOf,
} from "./mesh-probes.ts";
import { targetRow } from "./mesh-short.ts";

/**
 * What an agent prints for the jsonpath template in which most agents of a large cluster are asked to count. The
 * template stands here once more, word by word: a change of the one end alone is noticed.
 */
const tab = '{"\\t"}';
const newline = '{"\\n"}';
const time = "\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\dZ";
const twoTimes = new RegExp(`^jsonpath=tally\\{"\\\\t"\\}(${time})\\{"\\\\t"\\}(${time})\\{"`);

/** Probes before the one and after the other time are not counted as good; RFC 3339, compared as texts. */
export interface TallyTimes {
  readonly oldest: string;
  readonly newest: string;
}

/** The times in a template, null where it is another one. */
export function tallyWindow(template: string): TallyTimes | null {
  const [, oldest = "", newest = ""] = twoTimes.exec(template) ?? [];
  return template === tallyTemplate({ oldest, newest }) ? { oldest, newest } : null;
}

function tallyTemplate(times: TallyTimes): string {
  const latencies = `${tab}{.host.primary-address.icmp.latency}${tab}{.host.primary-address.http.latency}`;
  return [
    `jsonpath=tally${tab}${times.oldest}${tab}${times.newest}${tab}{.timestamp}${tab}{.local.name}${tab}{.probeInterval}`,
    `${newline}{range .nodes[*]}.{end}${newline}`,
    targetTemplate(".host.primary-address", ".host", times),
    targetTemplate(".endpoint", ".health-endpoint", times),
    `{range .nodes[::32]}{.name}${latencies}${newline}{end}end`,
  ].join("");
}

function targetTemplate(at: string, whole: string, { oldest, newest }: TallyTimes): string {
  const each = (condition: string, item = ".") => `{range .nodes[?(@${condition})]}${item}{end}`;
  const results = ["icmp", "http"].flatMap((probe) =>
    ["latency", "status", "lastProbed"].map((cell) => `${tab}{${at}.${probe}.${cell}}`),
  );
  const row = `{.name}${tab}{${at}.ip}${results.join("")}${tab}{${whole}.secondary-addresses}${newline}`;
  const times = ["icmp", "http"].map(
    (probe) => each(`${at}.${probe}.lastProbed<"${oldest}"`) + each(`${at}.${probe}.lastProbed>"${newest}"`),
  );
  return [
    `${each(`${at}.icmp.status==@${at}.http.status`)}${newline}`,
    `${each(`${at}.icmp.status!=""`)}${newline}`,
    `${each(`${at}.icmp.status!=@${at}.http.status`)}${newline}`,
    `${each(`${at}.icmp.status!=@${at}.http.status`, row)}${times.join("")}${newline}`,
    `${each(`${whole}.secondary-addresses[*].ip`)}${newline}`,
    each(`${at}.icmp.latency>5000000`, `{.name}${tab}{${at}.icmp.latency}${tab}{${at}.http.latency}${newline}`),
    newline,
  ].join("");
}

/** One address of a peer with both results; a filter sees a result only where there is one. */
interface Seen {
  readonly name: string;
  readonly addresses: readonly AddressProbes[];
  readonly icmp: Probe | null;
  readonly http: Probe | null;
}

/** The view in a tally. */
export function* healthTally(plan: MeshPlan, from: MeshNode, times: TallyTimes): Generator<string> {
  const view = viewOf(plan, from);
  const hosts: Seen[] = [];
  const endpoints: Seen[] = [];
  const add = (some: Seen[], name: string, addresses: readonly AddressProbes[]) =>
    some.push({ name, addresses, icmp: addresses[0]?.icmp ?? null, http: addresses[0]?.http ?? null });
  for (const to of peersOf(view)) {
    const probes = probesOfPeer(view, to);
    add(hosts, agentName(plan, to), probes.host);
    if (probes.endpoint !== null) add(endpoints, agentName(plan, to), probes.endpoint);
  }
  const head = [times.oldest, times.newest, cycleStart(view), agentName(plan, from), intervalText(view)];
  yield `tally\t${head.join("\t")}\n${".".repeat(hosts.length)}\n`;
  yield targetTally(hosts, times, plan.version.minor >= 18);
  yield targetTally(endpoints, times, plan.version.minor >= 18);
  const sample = hosts.filter((_seen, at) => at % 32 === 0);
  yield `${sample.map(latencyLine).join("")}end\n`;
}

function targetTally(seen: readonly Seen[], { oldest, newest }: TallyTimes, knowsTimes: boolean): string {
  const dots = (some: readonly unknown[]) => ".".repeat(some.length);
  const both = seen.filter(({ icmp, http }) => icmp !== null && http !== null);
  const differing = both.filter(({ icmp, http }) => icmp?.failure !== http?.failure);
  const outside = (probe: Probe | null) =>
    knowsTimes && probe !== null && (probe.lastProbed < oldest || probe.lastProbed > newest);
  const slow = seen.filter(({ icmp }) => icmp !== null && shownLatency(icmp) > 5_000_000);
  return [
    `${dots(both.slice(differing.length))}\n`,
    `${dots(seen.filter(({ icmp }) => icmp !== null && icmp.failure !== ""))}\n`,
    `${dots(differing)}\n`,
    ...differing.map(({ name, addresses }) => `${name}\t${targetRow(addresses)}\n`),
    `${dots(seen.flatMap(({ icmp, http }) => [icmp, http].filter(outside)))}\n`,
    `${dots(seen.filter(({ addresses }) => addresses.length > 1))}\n`,
    ...slow.map(latencyLine),
    "\n",
  ].join("");
}

function latencyLine({ name, icmp, http }: Seen): string {
  return `${name}\t${icmp === null ? "" : shownLatency(icmp)}\t${http === null ? "" : shownLatency(http)}\n`;
}

function shownLatency({ failure, latency }: Probe): number {
  return failure === "" ? latency : 0;
}
