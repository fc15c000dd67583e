import type { NeedKind } from "../../model/ports.ts";
import { unexplainedShape } from "../rules/unexplained-shape.ts";

const between: readonly NeedKind[] = [
  "health-http",
  "health-icmp",
  "health-icmpv6",
  "endpoint-http",
  "endpoint-icmp",
  "endpoint-icmpv6",
  "tunnel",
  "pods",
  "wireguard",
];
const routed: readonly NeedKind[] = ["pods", "endpoint-http", "endpoint-icmp", "endpoint-icmpv6"];

/** Findings that say what is shut, and which kinds of need that is. All others explain a failure by something else. */
const blames: ReadonlyMap<string, readonly NeedKind[]> = new Map<string, readonly NeedKind[]>([
  ["vxlan-udp-blocked", ["tunnel"]],
  ["geneve-udp-blocked", ["tunnel"]],
  ["wireguard-udp-blocked", ["wireguard"]],
  ["ipsec-esp-blocked", ["esp"]],
  ["health-tcp-4240-blocked", ["health-http", "endpoint-http"]],
  ["icmp-blocked", ["health-icmp", "health-icmpv6", "endpoint-icmp", "endpoint-icmpv6"]],
  ["underlay-partition", between],
  ["clustermesh-underlay", between],
  ["host-input-drop", between],
  ["host-firewall-reject", between],
  ["host-policy-blocks-probes", between],
  ["native-no-l2-route", routed],
  ["cloud-route-missing", routed],
  ["aws-source-dest-check", routed],
  ["openstack-port-security", routed],
  ["azure-gcp-ip-forwarding", routed],
]);

const shapes: ReadonlySet<string> = new Set(unexplainedShape.causes.map(({ id }) => id));

/** Whether a finding says that this is shut, names a cause of another kind, or none at all. */
export function blameOf(finding: string | null, kind: NeedKind): "blocked" | "explained" | "fails" {
  if (finding === null || shapes.has(finding)) return "fails";
  return blames.get(finding)?.includes(kind) === true ? "blocked" : "explained";
}
