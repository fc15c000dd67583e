import fc from "fast-check";

/** As JSON has it; keys may be missing. */
export interface ProbeJson {
  latency?: number;
  status?: string;
  lastProbed?: string;
}

export interface StatusJson {
  ip?: string;
  icmp?: ProbeJson;
  http?: ProbeJson;
}

interface PathsJson {
  "primary-address"?: StatusJson;
  "secondary-addresses"?: StatusJson[];
}

export interface NodeJson {
  name: string;
  host?: PathsJson;
  endpoint?: StatusJson;
  "health-endpoint"?: PathsJson;
}

export interface HealthJson {
  nodes: NodeJson[] | null;
  probeInterval?: string;
  timestamp: string;
}

/** One thing that happened to a mesh, in what its agents and its API say. */
export interface Change {
  readonly what: string;
  readonly health?: (node: string, report: HealthJson) => void;
  readonly objects?: (resource: string, items: readonly unknown[]) => void;
  /** Milliseconds by which the agent's clock, and all it says, is ahead. */
  readonly skewMs?: (node: string) => number;
  readonly isSilent?: (node: string) => boolean;
}

export const probeTexts = { time: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z/g, lost: "Connection timed out" };

type Place = "host" | "endpoint";
type Protocol = "icmp" | "http";

const nameOf = (index: number, text: string) => new RegExp(`(?:^|/)node-0*${index + 1}$`).test(text);

/** The address objects of a place: an agent says its health endpoint's twice. */
function addresses(node: NodeJson, place: Place): StatusJson[] {
  const said =
    place === "host" ? [node.host?.["primary-address"]] : [node.endpoint, node["health-endpoint"]?.["primary-address"]];
  return said.filter((one) => one !== undefined);
}

function onPair(what: string, from: number | null, to: number | null, change: (node: NodeJson) => void): Change {
  return {
    what: `${what} from ${from ?? "all"} to ${to ?? "all"}`,
    health: (name, report) => {
      if (from !== null && !nameOf(from, name)) return;
      for (const node of report.nodes ?? []) if (to === null || nameOf(to, node.name)) change(node);
    },
  };
}

export function probesOf(node: NodeJson, place: Place, protocols: readonly Protocol[]): ProbeJson[] {
  return addresses(node, place).flatMap((address) =>
    protocols.flatMap((protocol) => (address[protocol] === undefined ? [] : [address[protocol]])),
  );
}

export function fail(probe: ProbeJson, status: string): void {
  probe.status = status;
  delete probe.latency;
}

export function shift(probe: ProbeJson, seconds: number): void {
  if (probe.lastProbed === undefined) return;
  probe.lastProbed = new Date(Date.parse(probe.lastProbed) + seconds * 1000).toISOString().replace(".000Z", "Z");
}

/** Things that happen, up to four of them, to a mesh in which `nodes` indices are sure to exist. */
export function changes(nodes: number): fc.Arbitrary<readonly Change[]> {
  const index = fc.nat({ max: nodes - 1 });
  const some = fc.option(index, { nil: null, freq: 3 });
  const place = fc.constantFrom<Place>("host", "endpoint");
  const protocols = fc.constantFrom<readonly Protocol[]>(["icmp"], ["http"], ["icmp", "http"]);
  const texts = fc.constantFrom(
    probeTexts.lost,
    'Get "http://192.0.2.9:4240/hello": dial tcp 192.0.2.9:4240: connect: connection refused',
    'Get "http://192.0.2.9:4240/hello": context deadline exceeded (Client.Timeout exceeded while awaiting headers)',
    "a text with\ta tab",
    "a text with\na line",
  );
  const one: fc.Arbitrary<Change> = fc.oneof(
    {
      weight: 6,
      arbitrary: fc.tuple(some, some, place, protocols, texts).map(([from, to, at, by, text]) =>
        onPair(`${at} ${by} fails`, from, to, (node) => {
          for (const protocol of by) {
            const said = by.length > 1 && protocol === "icmp" ? probeTexts.lost : text;
            for (const probe of probesOf(node, at, [protocol])) fail(probe, said);
          }
        }),
      ),
    },
    fc.tuple(index, some, place, protocols).map(([from, to, at, by]) =>
      onPair(`${at} ${by} has no result`, from, to, (node) => {
        for (const address of addresses(node, at)) for (const protocol of by) delete address[protocol];
      }),
    ),
    fc.tuple(some, index).map(([from, to]) =>
      onPair("the endpoint is not checked", from, to, (node) => {
        delete node.endpoint;
        delete node["health-endpoint"];
      }),
    ),
    fc
      .tuple(index, index)
      .map(([from, to]) => onPair("the host was never resolved", from, to, (node) => delete node.host)),
    {
      weight: 2,
      arbitrary: fc
        .tuple(index, some, place, protocols, fc.constantFrom(-7200, -900, -300, 900, 7200))
        .map(([from, to, at, by, seconds]) =>
          onPair(`${at} ${by} is ${seconds} s away`, from, to, (node) => {
            for (const probe of new Set(probesOf(node, at, by))) shift(probe, seconds);
          }),
        ),
    },
    fc.tuple(index, some, place).map(([from, to, at]) =>
      onPair(`${at} probes have no time`, from, to, (node) => {
        for (const probe of probesOf(node, at, ["icmp"])) delete probe.lastProbed;
      }),
    ),
    fc.tuple(some, some, place, protocols).map(([from, to, at, by]) =>
      onPair(`${at} ${by} is slow`, from, to, (node) => {
        for (const probe of probesOf(node, at, by)) if (probe.status === undefined) probe.latency = 250_000_000;
      }),
    ),
    fc.tuple(index, some).map(([from, to]) =>
      onPair("a further address", from, to, (node) => {
        node.host?.["secondary-addresses"]?.push({ ip: "2001:db8::1", icmp: { status: probeTexts.lost } });
      }),
    ),
    fc.tuple(some, index).map(
      ([from, to]): Change => ({
        what: `${from ?? "all"} lists no ${to}`,
        health: (name, report) => {
          if (from !== null && !nameOf(from, name)) return;
          report.nodes = report.nodes?.filter((node) => !nameOf(to, node.name)) ?? null;
        },
      }),
    ),
    // In place of a node another one that nobody knows, and that fails: a good one is not found out.
    fc.tuple(index, index, place).map(([from, to, at]) =>
      onPair("another node in its place", from, to, (node) => {
        node.name = node.name.replace(/node-\d+$/, "node-unknown");
        for (const probe of probesOf(node, at, ["http"])) fail(probe, probeTexts.lost);
      }),
    ),
    index.map(
      (from): Change => ({
        what: `${from} has finished no cycle`,
        health: (name, report) => {
          if (nameOf(from, name)) report.nodes = null;
        },
      }),
    ),
    fc.tuple(index, fc.constantFrom(-7_200_000, -600_000, 600_000, 7_200_000)).map(
      ([at, ms]): Change => ({
        what: `the clock of ${at} is off by ${ms} ms`,
        skewMs: (name) => (nameOf(at, name) ? ms : 0),
      }),
    ),
    fc.tuple(index, fc.constantFrom(-7200, -900, -300)).map(
      ([from, seconds]): Change => ({
        what: `the report of ${from} is ${seconds} s old`,
        health: (name, report) => {
          if (!nameOf(from, name)) return;
          report.timestamp = new Date(Date.parse(report.timestamp) + seconds * 1000)
            .toISOString()
            .replace(".000Z", "Z");
          for (const node of report.nodes ?? []) {
            const all = (["host", "endpoint"] as const).flatMap((at) => probesOf(node, at, ["icmp", "http"]));
            for (const probe of new Set(all)) shift(probe, seconds);
          }
        },
      }),
    ),
    fc.tuple(index, fc.constantFrom("10s", "30s", "20m0s")).map(
      ([from, interval]): Change => ({
        what: `the interval of ${from} is ${interval}`,
        health: (name, report) => {
          if (nameOf(from, name) && report.probeInterval !== undefined) report.probeInterval = interval;
        },
      }),
    ),
    // An agent of an earlier release among newer ones.
    index.map(
      (from): Change => ({
        what: `${from} is of an earlier release`,
        health: (name, report) => {
          if (!nameOf(from, name)) return;
          delete report.probeInterval;
          for (const node of report.nodes ?? []) {
            for (const at of ["host", "endpoint"] as const)
              for (const probe of probesOf(node, at, ["icmp", "http"])) delete probe.lastProbed;
          }
        },
      }),
    ),
    index.map((at): Change => ({ what: `${at} does not answer`, isSilent: (name) => nameOf(at, name) })),
    fc.tuple(index, fc.constantFrom(20, 400, 40_000)).map(([at, seconds]) =>
      objectChange(`${at} started ${seconds} s ago`, "pods", at, (pod) => {
        const startedAt = new Date(now - seconds * 1000).toISOString().replace(".000Z", "Z");
        for (const status of pod.status?.containerStatuses ?? [])
          if (status.state !== undefined) status.state = { running: { startedAt } };
      }),
    ),
    fc.tuple(index, fc.constantFrom(20, 400, 40_000)).map(([at, seconds]) =>
      objectChange(`${at} is not ready for ${seconds} s`, "nodes", at, (node) => {
        const lastTransitionTime = new Date(now - seconds * 1000).toISOString().replace(".000Z", "Z");
        for (const condition of node.status?.conditions ?? []) {
          if (condition.type === "Ready") Object.assign(condition, { status: "Unknown", lastTransitionTime });
        }
      }),
    ),
  );
  return fc.array(one, { maxLength: 4 });
}

const now = Date.parse("2031-05-02T09:20:00Z");

interface ApiObject {
  readonly metadata?: { readonly name?: string };
  readonly spec?: { readonly nodeName?: string };
  readonly status?: {
    readonly containerStatuses?: { state?: unknown }[];
    readonly conditions?: { type?: string }[];
  };
}

export function objectChange(what: string, resource: string, at: number, change: (object: ApiObject) => void): Change {
  return {
    what,
    objects: (of, items) => {
      if (of !== resource) return;
      for (const item of items as readonly ApiObject[]) {
        if (nameOf(at, item.spec?.nodeName ?? item.metadata?.name ?? "")) change(item);
      }
    },
  };
}
