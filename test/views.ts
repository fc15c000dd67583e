import { analyse } from "../src/analyse/analyse.ts";
import type { Capture, CaptureId, CaptureOutcome } from "../src/model/capture.ts";
import type { Facts, Source } from "../src/model/facts.ts";
import type { KubeResource } from "../src/model/kube.ts";
import type { Report } from "../src/model/report.ts";
import type { FailOn, IgnoreFlag, Scope } from "../src/model/request.ts";
import { cellIsStale, cellStatus } from "../src/model/status.ts";
import { factsReducer } from "../src/parse/facts.ts";

/** The moment all made-up agents answer at, by their own clocks. */
export const now = "2031-05-02T09:15:00Z";

export function secondsAgo(seconds: number): string {
  return new Date(Date.parse(now) - seconds * 1000).toISOString().replace(".000Z", "Z");
}

export const source: Source = { kind: "captures", context: "", cluster: "", server: "", name: "test" };

export const silence =
  'Get "http://192.0.2.1:4240/hello": context deadline exceeded (Client.Timeout exceeded while awaiting headers)';
export const refusal = 'Get "http://192.0.2.1:4240/hello": dial tcp 192.0.2.1:4240: connect: connection refused';
export const timedOut = "Connection timed out";

/** "" is success, a text a failure, null no result yet. */
export type Result = string | null;

export interface ProbeTimes {
  /** null leaves `lastProbed` out, as before 1.18. */
  readonly probedAgo?: number | null;
  readonly latencyNs?: number;
}

export function connectivity(result: Result, times: ProbeTimes = {}): object | undefined {
  if (result === null) return undefined;
  const probedAgo = times.probedAgo === undefined ? 30 : times.probedAgo;
  return {
    latency: times.latencyNs ?? 400_000,
    ...(result === "" ? {} : { status: result }),
    ...(probedAgo === null ? {} : { lastProbed: secondsAgo(probedAgo) }),
  };
}

export function address(ip: string, icmp: Result, http: Result, times: ProbeTimes = {}): object {
  const probes = { icmp: connectivity(icmp, times), http: connectivity(http, times) };
  return { ip, ...Object.fromEntries(Object.entries(probes).filter(([, probe]) => probe !== undefined)) };
}

/** One node of a health reply; every target "" by default, `endpoint: null` leaves the endpoint out. */
export interface RowEntry {
  readonly name: string;
  readonly host?: readonly object[] | null;
  readonly endpoint?: readonly object[] | null;
}

export function rowEntry({ name, host, endpoint }: RowEntry): object {
  const paths = (list: readonly object[]) => ({ "primary-address": list[0], "secondary-addresses": list.slice(1) });
  return {
    name,
    ...(host == null ? {} : { host: paths(host) }),
    ...(endpoint == null ? {} : { endpoint: endpoint[0], "health-endpoint": paths(endpoint) }),
  };
}

export interface HealthView {
  readonly local?: string;
  readonly timestamp?: string;
  /** null leaves it out, as before 1.18. */
  readonly interval?: string | null;
  readonly nodes: readonly object[] | null;
}

export function healthReply({ local, timestamp, interval, nodes }: HealthView): object {
  return {
    local: local === undefined ? {} : { name: local },
    nodes,
    ...(interval === null ? {} : { probeInterval: interval ?? "1m56.7546089s" }),
    timestamp: timestamp ?? secondsAgo(60),
  };
}

export function kubeNode(
  name: string,
  more: {
    readonly ip?: string;
    readonly labels?: object;
    readonly ready?: string;
    readonly os?: string;
    readonly kernel?: string;
  } = {},
): object {
  return {
    metadata: { name, labels: more.labels ?? {} },
    spec: {},
    status: {
      addresses: [{ type: "InternalIP", address: more.ip ?? "192.0.2.1" }],
      conditions: [{ type: "Ready", status: more.ready ?? "True", message: "" }],
      nodeInfo: { operatingSystem: more.os ?? "linux", kernelVersion: more.kernel ?? "" },
    },
  };
}

export function agentPod(
  node: string,
  more: {
    readonly name?: string;
    readonly version?: string;
    readonly waiting?: string;
    readonly phase?: string;
    readonly createdAt?: string;
  } = {},
): object {
  const state = more.waiting === undefined ? { running: { startedAt: now } } : { waiting: { reason: more.waiting } };
  const isOver = more.phase === "Failed" || more.phase === "Succeeded";
  return {
    metadata: {
      name: more.name ?? `cilium-${node}`,
      namespace: "kube-system",
      creationTimestamp: more.createdAt ?? "2031-05-01T00:00:00Z",
    },
    spec: {
      nodeName: node,
      containers: [{ name: "cilium-agent", image: `quay.io/cilium/cilium:v${more.version ?? "1.19.3"}` }],
    },
    status: {
      phase: more.phase ?? "Running",
      containerStatuses: isOver ? [] : [{ name: "cilium-agent", ready: true, restartCount: 0, state }],
    },
  };
}

export function ciliumNode(name: string, ip: string, healthIP = ""): object {
  return {
    metadata: { name },
    spec: { addresses: [{ type: "InternalIP", ip }], health: healthIP === "" ? {} : { ipv4: healthIP } },
  };
}

export function bytes(value: unknown): Uint8Array {
  return new TextEncoder().encode(typeof value === "string" ? value : JSON.stringify(value));
}

export function printed(value: unknown): CaptureOutcome {
  return { kind: "ok", stdout: bytes(value), stderr: "" };
}

export function capture(node: string, id: CaptureId, outcome: CaptureOutcome): Capture {
  return { node, pod: `cilium-${node}`, id, argv: [], outcome };
}

export interface Snapshot {
  readonly nodes?: readonly object[] | string;
  readonly pods?: readonly object[];
  readonly ciliumNodes?: readonly object[];
  /** cilium-config's data; a text is why it could not be read. */
  readonly config?: object | string;
  readonly captures?: readonly Capture[];
}

/** FACTS of a snapshot; a text in place of a list is why it could not be read. */
export function factsOf(snapshot: Snapshot): Facts {
  const reducer = factsReducer(source, "cilium-agent");
  const add = (resource: KubeResource, items: readonly unknown[] | string) =>
    reducer.addList(
      typeof items === "string"
        ? { resource, outcome: { kind: "absent", status: 403, message: items } }
        : { resource, outcome: { kind: "ok", items } },
    );
  add("nodes", snapshot.nodes ?? []);
  add("pods", snapshot.pods ?? []);
  add("ciliumnodes", snapshot.ciliumNodes ?? []);
  const config = snapshot.config ?? {};
  add("cilium-config", typeof config === "string" ? config : [{ data: config }]);
  for (const one of snapshot.captures ?? []) reducer.add(one);
  return reducer.finish();
}

/** What a made-up agent on `from` sees of `to`. */
export interface PairView {
  readonly hostIcmp?: Result;
  readonly hostHttp?: Result;
  readonly endpointIcmp?: Result;
  readonly endpointHttp?: Result;
  /** Results against the secondary (IPv6) addresses; left out, there are none. */
  readonly secondary?: PairView;
  readonly times?: ProbeTimes;
}

export interface MeshOptions {
  readonly see?: (from: string, to: string) => PairView;
  readonly zones?: Readonly<Record<string, string>>;
  /** More of a node's API object, by name. */
  readonly node?: (name: string) => Parameters<typeof kubeNode>[1];
  readonly config?: Snapshot["config"];
  /** Agents whose exec ends otherwise. */
  readonly outcome?: (name: string) => CaptureOutcome | null;
  readonly pod?: (name: string) => Parameters<typeof agentPod>[1];
  readonly prefix?: string;
}

/** A cluster where every agent answers and, unless `see` says otherwise, every probe succeeds. */
export function meshFacts(names: readonly string[], options: MeshOptions = {}): Facts {
  return factsOf(meshSnapshot(names, options));
}

export function meshSnapshot(names: readonly string[], options: MeshOptions = {}): Snapshot {
  const prefix = options.prefix ?? "";
  const reply = (from: string) =>
    healthReply({ local: `${prefix}${from}`, nodes: names.map((to, at) => pairEntry(names, from, to, at, options)) });
  return {
    nodes: names.map((name, at) =>
      kubeNode(name, {
        ip: hostIP(at),
        labels: options.zones?.[name] === undefined ? {} : { "topology.kubernetes.io/zone": options.zones[name] },
        ...options.node?.(name),
      }),
    ),
    pods: names.map((name) => agentPod(name, options.pod?.(name))),
    config: options.config ?? {},
    captures: names.flatMap((name) => {
      const outcome = options.outcome?.(name) ?? printed(reply(name));
      const health = capture(name, "cilium-health-status.json", outcome);
      return outcome.kind === "not-run" ? [health] : [health, capture(name, "date.txt", printed(now))];
    }),
  };
}

function pairEntry(names: readonly string[], from: string, to: string, at: number, options: MeshOptions): object {
  const view = options.see?.(from, to) ?? {};
  const { times, secondary } = view;
  const or = (result: Result | undefined) => (result === undefined ? "" : result);
  const both = (
    ip: string,
    six: string,
    icmp: Result | undefined,
    http: Result | undefined,
    kind: "host" | "endpoint",
  ) => [
    address(ip, or(icmp), or(http), times),
    ...(secondary === undefined
      ? []
      : [address(six, or(secondary[`${kind}Icmp`]), or(secondary[`${kind}Http`]), secondary.times ?? times)]),
  ];
  return rowEntry({
    name: `${options.prefix ?? ""}${names[at] ?? to}`,
    host: both(hostIP(at), `2001:db8::${at + 1}`, view.hostIcmp, view.hostHttp, "host"),
    endpoint: both(`10.0.${at}.7`, `2001:db8:1::${at + 1}`, view.endpointIcmp, view.endpointHttp, "endpoint"),
  });
}

function hostIP(at: number): string {
  return `192.0.2.${at + 1}`;
}

export interface ReportOptions {
  readonly scope?: Partial<Scope>;
  readonly failOn?: FailOn;
  readonly ignores?: readonly IgnoreFlag[];
  readonly partial?: boolean;
}

export function reportOf(facts: Facts, options: ReportOptions = {}): Report {
  return analyse(facts, {
    scope: { nodes: [], zones: [], target: null, protocol: null, ...options.scope },
    failOn: options.failOn ?? "warning",
    ignores: options.ignores ?? [],
    generatedAt: now,
    partial: options.partial ?? false,
    spell: ({ argv }) => ({ argv, command: argv.join(" ") }),
  });
}

/** The status word of one path, with ` stale` behind a stale failure; "none" where there is no path. */
export function statusOf(report: Report, from: string, to: string, target: "host" | "endpoint"): string {
  const code = cellCodeOf(report, from, to, target);
  const status = cellStatus(code) ?? "none";
  return status === "unreachable" && cellIsStale(code) ? "unreachable stale" : status;
}

function cellCodeOf(report: Report, from: string, to: string, target: "host" | "endpoint"): number {
  const index = (name: string) => {
    const found = report.nodes.find((node) => node.name === name);
    if (found === undefined) throw new Error(`no node ${name} in the report`);
    return found.index;
  };
  return report.cells[target][index(from) * report.cells.size + index(to)] ?? 0;
}
