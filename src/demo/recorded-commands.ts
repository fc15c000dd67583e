/** Which recorded file is which command's output; every `cilium-dbg` command also answers to the old name `cilium`. */
const files: Readonly<Record<string, readonly string[]>> = {
  "cilium-health-status.json": ["cilium-health status -o json"],
  "cilium-health-status.txt": ["cilium-health status"],
  "cilium-health-status-verbose.txt": ["cilium-health status --verbose"],
  "cilium-status.json": ["cilium-dbg status -o json"],
  "cilium-status-brief.json": ["cilium-dbg status --brief -o json"],
  "cilium-status.txt": ["cilium-dbg status"],
  "cilium-node-list.json": ["cilium-dbg node list -o json"],
  "cilium-endpoint-list.json": ["cilium-dbg endpoint list -o json"],
  "health-endpoint.json": ["cilium-dbg endpoint get -l reserved:health -o json"],
  "cilium-ip-list.json": ["cilium-dbg ip list -o json"],
  "cilium-service-list.json": ["cilium-dbg service list -o json"],
  "cilium-lrp-list.json": ["cilium-dbg lrp list -o json"],
  "bpf-ipcache.json": ["cilium-dbg bpf ipcache list -o json"],
  "bpf-metrics.json": ["cilium-dbg bpf metrics list -o json"],
  "encrypt-status.json": ["cilium-dbg encrypt status -o json"],
  "cilium-config.json": ["cilium-dbg config --all -o json"],
  "cilium-version.txt": ["cilium-dbg version"],
  "iptables.txt": ["iptables -S"],
  "iptables-nat.txt": ["iptables -t nat -S POSTROUTING"],
  "iptables-forward.txt": ["iptables -S FORWARD"],
  "ip_forward.txt": ["cat /proc/sys/net/ipv4/ip_forward"],
  "rp_filter.txt": ["grep -r . /proc/sys/net/ipv4/conf --include=rp_filter"],
  "ip-addr.txt": ["ip -br addr"],
  "ip-link.json": ["ip -j -s link"],
  "ip-route.txt": ["ip route"],
  "ip-route-2004.txt": ["ip route show table 2004"],
  "ip-rule.txt": ["ip rule"],
  "ip-neigh.txt": ["ip neigh"],
  "vxlan-link.txt": ["ip -s link show cilium_vxlan"],
  "snmp.txt": ["cat /proc/net/snmp"],
  "xfrm_stat.txt": ["cat /proc/net/xfrm_stat"],
  "date.txt": ["date -u", "date -u +%Y-%m-%dT%H:%M:%S.%NZ"],
};

/** The programs an agent's image carries, as far as a recording knows. */
export const agentPrograms: ReadonlySet<string> = new Set([
  "cilium-health",
  "cilium-dbg",
  "cilium",
  "iptables",
  "ip",
  "cat",
  "grep",
  "date",
  "timeout",
  "bash",
]);

const fileByCommand = new Map<string, string>();
for (const [file, lines] of Object.entries(files)) {
  for (const line of lines) {
    fileByCommand.set(key(line.split(" ")), file);
    if (line.startsWith("cilium-dbg ")) fileByCommand.set(key(line.replace("cilium-dbg", "cilium").split(" ")), file);
  }
}

/** Every recorded command with its file, one entry for each name a command answers to. */
export const recordedCommands: readonly { readonly argv: readonly string[]; readonly file: string }[] = [
  ...fileByCommand,
].map(([words, file]) => ({ argv: words.split("\0"), file }));

/** The file that holds this command's output, null when none does. */
export function recordedFile(argv: readonly string[]): string | null {
  return fileByCommand.get(key(argv)) ?? null;
}

function key(argv: readonly string[]): string {
  return argv.join("\0");
}
