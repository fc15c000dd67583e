/**
 * The short forms in which a large cluster is asked, as both ends need them: what is printed, in which order, and the
 * words by which a reply is known. They are jsonpath templates (k8s.io/client-go/util/jsonpath), which walk the Go
 * structs of api/v1/health/models and api/v1/models: a failure prints latency 0, a missing result an empty cell.
 */

/** First and last word of a reply in rows; without the last one it was cut. */
export const rowsMark = "rows";
export const nodesMark = "nodes";
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
