/**
 * The short forms in which a large cluster is asked, as both ends need them: what is printed, in which order, and the
 * words by which a reply is known. They are jsonpath templates (k8s.io/client-go/util/jsonpath), which walk the Go
 * structs of api/v1/health/models and api/v1/models: a failure prints latency 0, a missing result an empty cell.
 */

/** First and last word of a reply in rows; without the last one it was cut. */
export const rowsMark = "rows";
export const nodesMark = "nodes";
export const tallyMark = "tally";
export const fieldsMark = "fields";
export const endMark = "end";

const probeCells = ["latency", "status", "lastProbed"] as const;

/** Cells of one target: address, ICMP, HTTP of the primary address, then all secondary addresses as one JSON list. */
function targetCells(primary: string, whole: string): string[] {
  const probes = ["icmp", "http"].flatMap((protocol) => probeCells.map((cell) => `${primary}.${protocol}.${cell}`));
  return [`${primary}.ip`, ...probes, `${whole}.secondary-addresses`];
}

/** Cells of a head line. */
export const rowsHead = [".timestamp", ".local.name", ".probeInterval"] as const;

/**
 * Cells of a node's line, parted by tabs. `endpoint` is filled by every release; `health-endpoint`, since 1.12, tells
 * whether there is one, and prints `[]` where it has no further address.
 */
export const rowCells: readonly string[] = [
  ".name",
  ...targetCells(".host.primary-address", ".host"),
  ...targetCells(".endpoint", ".health-endpoint"),
];

/** Places of a target's cells in a node's line. */
export const rowPlaces = { host: 1, endpoint: 1 + targetCells("", "").length } as const;
export const probePlaces = { icmp: 1, http: 1 + probeCells.length } as const;
export const secondaryPlace = 1 + 2 * probeCells.length;

/** A target's name in a template, and the cells of its part of a node's line. */
export interface TallyTarget {
  /** Path of the primary address. */
  readonly primary: string;
  /** Path of what holds the further addresses. */
  readonly whole: string;
  readonly cells: readonly string[];
}

/** The view in a tally is made of the same parts for each target. */
export const tallyTargets = {
  host: { primary: ".host.primary-address", whole: ".host", cells: targetCells(".host.primary-address", ".host") },
  endpoint: { primary: ".endpoint", whole: ".health-endpoint", cells: targetCells(".endpoint", ".health-endpoint") },
} as const satisfies Record<string, TallyTarget>;

/** One node in so many is named with its latencies, whatever the order in which the agent lists them. */
export const tallyStep = 32;

/**
 * Pings slower than this are named, in nanoseconds: none that is faster is ever out of the ordinary, whatever is usual
 * (`analyse/evidence/latency-norm.ts`).
 */
export const tallySlowNs = 5_000_000;

/**
 * The clock of an agent that counted is reckoned from others' and held against the newest of the times below: it may be
 * off by this much, milliseconds. The window of its probes is narrower than it may be by as much.
 */
export const tallySlackMs = 90_000;

/** Parts of `cilium-dbg status` in fields: sections, in them items, in them cells; texts may hold tabs and newlines. */
export const sectionEnd = "\u001d";
export const itemEnd = "\u001e";
export const cellEnd = "\u001f";

/** The one item of the first section, by what it is read as. */
export const statusCells = {
  message: ".cilium.msg",
  state: ".cilium.state",
  ciliumHealthState: ".cluster.ciliumHealth.state",
  kvstoreState: ".kvstore.state",
  kvstoreMessage: ".kvstore.msg",
  routingMode: ".routing.inter-host-routing-mode",
  tunnelProtocol: ".routing.tunnel-protocol",
  hostRouting: ".routing.intra-host-routing-mode",
  oldHostRouting: ".host-routing.mode",
  encryption: ".encryption.mode",
  nodeEncryption: ".encryption.wireguard.node-encryption",
  kubeProxyReplacement: ".kube-proxy-replacement.mode",
  masquerading: ".masquerading.mode",
  hostFirewall: ".host-firewall.mode",
  cniChaining: ".cni-chaining.mode",
  ipamStatus: ".ipam.status",
} as const;

/** The further sections: a list each, with the cells of its items. */
export const statusLists = [
  { list: ".encryption.wireguard.interfaces[*]", cells: [".public-key", ".peer-count"] },
  {
    list: ".controllers[?(@.status.consecutive-failure-count>0)]",
    cells: [".name", ".status.consecutive-failure-count", ".status.last-failure-msg", ".status.last-failure-timestamp"],
  },
  { list: ".cluster-mesh.clusters[*]", cells: [".name", ".ready", ".num-nodes", ".status", ".last-failure"] },
  // Run every 30 and 60 s, whatever is configured: their newest success tells the agent's clock.
  { list: '.controllers[?(@.name=="k8s-heartbeat")]', cells: [".status.last-success-timestamp"] },
  { list: '.controllers[?(@.name=="cilium-health-ep")]', cells: [".status.last-success-timestamp"] },
] as const;

/** Cells of a line of `cilium-dbg node list`, parted by tabs: the two families of each address side by side. */
export const nodeCells: readonly string[] = [
  ".name",
  ...[".primary-address", ".health-endpoint-address"].flatMap((address) => families(address, "ip")),
  ...families(".primary-address", "alloc-range"),
];

/** Places of a line's pairs of cells. */
export const nodePlaces = { ips: 1, healthIPs: 3, podCIDRs: 5 } as const;

function families(address: string, key: string): string[] {
  return ["ipv4", "ipv6"].map((family) => `${address}.${family}.${key}`);
}
