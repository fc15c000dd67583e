import type { BaseCaptureId, CaptureId, ConfirmingCaptureId, DeepCaptureId } from "../model/capture.ts";

/** What to run in an agent, as data. */
export interface CaptureSpec {
  readonly id: CaptureId;
  /** Fixed words, never a shell line. */
  readonly argv: readonly string[];
  /** Bytes of stdout kept; beyond them the capture ends as `too-big`. */
  readonly maxBytes: number;
  /** JSON replies are checked for completeness and asked for once more when cut. */
  readonly json: boolean;
  /** What a whole text ends in, "" for anything: without it the reply was cut. */
  readonly tail: string;
}

const MiB = 1024 * 1024;

/**
 * The captures of every run, in the order they are asked: the health view first, the agent's clock right after it.
 * The in-pod program is `cilium-dbg` since 1.15 and `cilium` before (cilium-dbg/Makefile); see `withOldName`.
 */
export const baseCaptures: Readonly<Record<BaseCaptureId, CaptureSpec>> = {
  "cilium-health-status.json": json("cilium-health-status.json", ["cilium-health", "status", "-o", "json"], 32),
  "date.txt": text("date.txt", ["date", "-u", "+%Y-%m-%dT%H:%M:%S.%NZ"]),
  "cilium-status.json": json("cilium-status.json", ["cilium-dbg", "status", "-o", "json"], 16),
  "cilium-node-list.json": json("cilium-node-list.json", ["cilium-dbg", "node", "list", "-o", "json"], 32),
  "cilium-endpoint-list.json": json("cilium-endpoint-list.json", ["cilium-dbg", "endpoint", "list", "-o", "json"], 64),
};

/**
 * One line a peer: public key, endpoint, last handshake, bytes received, bytes sent, allowed addresses. No other command
 * tells the peers. The option is a list, parted by commas and CSV quotes, so the form holds neither; and the program
 * prints the word `jsonpath=` as part of the form (cilium-dbg/cmd/debuginfo.go, tried with 1.19.3): hence the first \n.
 */
const wireguardPeersForm = `jsonpath={'\\n'}{range .encryption.wireguard.interfaces[*].peers[*]}${[
  ".public-key",
  ".endpoint",
  ".last-handshake-time",
  ".transfer-rx",
  ".transfer-tx",
  ".allowed-ips",
]
  .map((key) => `{${key}}`)
  .join("{'\\t'}")}{'\\n'}{end}`;

/** Read-only commands that confirm a suspicion; run on suspects and one healthy control alone. */
export const confirmingCaptures: Readonly<Record<ConfirmingCaptureId, CaptureSpec>> = {
  "health-endpoint.json": json(
    "health-endpoint.json",
    ["cilium-dbg", "endpoint", "get", "-l", "reserved:health", "-o", "json"],
    4,
  ),
  "cilium-config.json": json("cilium-config.json", ["cilium-dbg", "config", "--all", "-o", "json"], 4),
  "bpf-metrics.json": json("bpf-metrics.json", ["cilium-dbg", "bpf", "metrics", "list", "-o", "json"], 4),
  "bpf-ipcache.json": json("bpf-ipcache.json", ["cilium-dbg", "bpf", "ipcache", "list", "-o", "json"], 32),
  "encrypt-status.json": json("encrypt-status.json", ["cilium-dbg", "encrypt", "status", "-o", "json"], 4),
  "wireguard-peers.txt": text("wireguard-peers.txt", ["cilium-dbg", "debuginfo", "--output", wireguardPeersForm]),
  "iptables.txt": text("iptables.txt", ["iptables", "-S"]),
  "iptables-nat.txt": text("iptables-nat.txt", ["iptables", "-t", "nat", "-S", "POSTROUTING"]),
  "iptables-forward.txt": text("iptables-forward.txt", ["iptables", "-S", "FORWARD"]),
  "ip_forward.txt": text("ip_forward.txt", ["cat", "/proc/sys/net/ipv4/ip_forward"]),
  "rp_filter.txt": text("rp_filter.txt", ["grep", "-r", ".", "/proc/sys/net/ipv4/conf", "--include=rp_filter"]),
  "ip-link.json": json("ip-link.json", ["ip", "-j", "-s", "link"], 4),
  "ip-route.txt": text("ip-route.txt", ["ip", "route"]),
  "ip-route-2004.txt": text("ip-route-2004.txt", ["ip", "route", "show", "table", "2004"]),
  "ip-rule.txt": text("ip-rule.txt", ["ip", "rule"]),
  "ip-addr.txt": text("ip-addr.txt", ["ip", "-br", "addr"]),
  "ip-neigh.txt": text("ip-neigh.txt", ["ip", "neigh"]),
  "snmp.txt": text("snmp.txt", ["cat", "/proc/net/snmp"]),
  "xfrm_stat.txt": text("xfrm_stat.txt", ["cat", "/proc/net/xfrm_stat"]),
};

/** Beside the confirming ones, for a support bundle alone: what a person will want to read of an implicated node. */
export const deepCaptures: Readonly<Record<DeepCaptureId, CaptureSpec>> = {
  "cilium-status-verbose.txt": text("cilium-status-verbose.txt", ["cilium-dbg", "status", "--verbose"]),
  "cilium-version.txt": text("cilium-version.txt", ["cilium-dbg", "version"]),
  "iptables-save.txt": text("iptables-save.txt", ["iptables-save", "-c"]),
  "ip-route-all.txt": text("ip-route-all.txt", ["ip", "route", "show", "table", "all"]),
  "ip-addr-all.txt": text("ip-addr-all.txt", ["ip", "-d", "addr"]),
  "sysctl.txt": text("sysctl.txt", ["sysctl", "-a", "--pattern", "^net\\.(core|ipv4|ipv6)\\."]),
};

/** The same command for agents older than 1.15, null where the program kept its name. */
export function withOldName(argv: readonly string[]): readonly string[] | null {
  return argv[0] === "cilium-dbg" ? ["cilium", ...argv.slice(1)] : null;
}

function json(id: CaptureId, argv: readonly string[], mebibytes: number): CaptureSpec {
  return { id, argv, maxBytes: mebibytes * MiB, json: true, tail: "" };
}

function text(id: CaptureId, argv: readonly string[]): CaptureSpec {
  return { id, argv, maxBytes: 4 * MiB, json: false, tail: "" };
}
