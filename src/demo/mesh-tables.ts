import { derivedOutput } from "./derived-outputs.ts";
import { agentName, allNodes, homeOf, type MeshNode, type MeshPlan } from "./mesh-plan.ts";
import { linkList, packetFilter } from "./mesh-settings.ts";
import { type AgentReply, printed } from "./scenario.ts";
import { hashOf } from "./seeded.ts";

/**
 * What a reader types to confirm a finding, answered from what the generated agent prints in another form: one device, one
 * route, one chain, and tables of JSON. null where it is none of these.
 */
export function meshTableReply(plan: MeshPlan, node: MeshNode, argv: readonly string[]): AgentReply | null {
  const line = argv.join(" ").replace(/^cilium /, "cilium-dbg ");
  if (line === "cilium-dbg node list") return printed(nodeTable(plan, node));
  const device = /^ip -s link show (\S+)$/.exec(line)?.[1];
  if (device !== undefined) return deviceReply(plan, node, device);
  const address = /^ip route get ([0-9.]+)$/.exec(line)?.[1];
  if (address !== undefined) return printed(routeTo(plan, node, address));
  const derived = derivedOutput(argv);
  if (derived?.file !== "iptables.txt") return null;
  const rules = derived.text(packetFilter(node));
  return rules === null ? printed("", "iptables: No chain/target/match by that name.\n", 1) : printed(rules);
}

/** `ip -s link show DEV` of iproute2 6.1; the counters are those of `ip -j -s link`. */
function deviceReply(plan: MeshPlan, node: MeshNode, name: string): AgentReply {
  const link = linkList(node).find(({ ifname }) => ifname === name);
  if (link === undefined) return printed("", `Device "${name}" does not exist.\n`, 1);
  const { ifindex, flags, mtu, operstate, link_type: type } = link;
  const { rx, tx } = link.stats64;
  const mac = [0, 1, 2, 3, 4].map((at) => hashOf(plan.seed, node.index, 80 + 8 * ifindex + at) % 256);
  const address = ["ca", ...mac.map((byte) => byte.toString(16).padStart(2, "0"))].join(":");
  const ends = type === "loopback" ? "00:00:00:00:00:00 brd 00:00:00:00:00:00" : `${address} brd ff:ff:ff:ff:ff:ff`;
  const counts = ({ bytes, packets, errors, dropped }: typeof rx) =>
    `${[bytes, packets].map((count) => String(count).padStart(8)).join("")}${[errors, dropped, 0, 0].map((count) => String(count).padStart(8)).join("")} \n`;
  return printed(
    `${ifindex}: ${name}: <${flags.join(",")}> mtu ${mtu} qdisc noqueue state ${operstate} mode DEFAULT group default \n` +
      `    link/${type} ${ends}\n` +
      `    RX:  bytes packets errors dropped  missed   mcast           \n    ${counts(rx)}` +
      `    TX:  bytes packets errors dropped carrier collsns           \n    ${counts(tx)}`,
  );
}

/** `ip route get`, by the routes of `ip route`: pods by cilium_host, nodes directly, all else by the gateway. */
function routeTo(plan: MeshPlan, self: MeshNode, address: string): string {
  const [host = "", router = ""] = [self.hostIPs[0], self.routerIPs[0]];
  const isIn = (range: string) => address.startsWith(range.replace(/0\/24$/, ""));
  const owner = allNodes(plan).find(({ podCIDRs }) => podCIDRs.some(isIn));
  if (address === host) return `local ${address} dev lo src ${host} uid 0 \n    cache <local> \n`;
  if (owner !== undefined) {
    const mtu = owner === self ? "" : "mtu 1450 ";
    return `${address} via ${router} dev cilium_host src ${router} uid 0 \n    cache ${mtu}\n`;
  }
  const gateway = address.startsWith("172.16.") ? "" : "via 172.16.255.254 ";
  return `${address} ${gateway}dev eth0 src ${host} uid 0 \n    cache \n`;
}

/** Columns of Go's tabwriter, 3 blanks between (cilium-dbg/cmd/node_list.go, 1.19.3). */
function nodeTable(plan: MeshPlan, self: MeshNode): string {
  const rows = allNodes(plan)
    .map((node) => {
      const source = node === self ? "local" : homeOf(plan, node) === plan ? "custom-resource" : "clustermesh";
      const { hostIPs, podCIDRs } = node;
      return [agentName(plan, node), hostIPs[0], podCIDRs[0], hostIPs[1], podCIDRs[1], source].map(
        (cell) => cell ?? "",
      );
    })
    .sort(([a = ""], [b = ""]) => (a < b ? -1 : 1));
  const table = [["Name", "IPv4 Address", "Endpoint CIDR", "IPv6 Address", "Endpoint CIDR", "Source"], ...rows];
  const widths = table[0]?.map((_, at) => table.reduce((most, row) => Math.max(most, (row[at] ?? "").length + 3), 0));
  const last = (table[0]?.length ?? 0) - 1;
  return table
    .map((row) => `${row.map((cell, at) => (at === last ? cell : cell.padEnd(widths?.[at] ?? 0))).join("")}\n`)
    .join("");
}
