import type { CaptureId } from "../../../src/model/capture.ts";
import { endpointSilent, type MeshOptions, type Probes } from "../mesh.ts";

/** Nobody but its own agent gets through to the pods of these nodes. */
export function podsCutOff(...nodes: readonly number[]): (from: number, to: number) => Probes | null {
  return (from, to) => (from !== to && nodes.includes(to) ? endpointSilent(to) : null);
}

export type Confirming = Partial<Record<CaptureId, string>>;

/** What the second round reads on a node whose host settings are as they should be. */
export const soundHost: Confirming = {
  "cilium-config.json": JSON.stringify({ EnableEndpointRoutes: false, RoutingMode: "tunnel" }),
  "ip_forward.txt": "1\n",
  "iptables.txt":
    "-P FORWARD ACCEPT\n-N CILIUM_FORWARD\n-A FORWARD -j CILIUM_FORWARD\n-A CILIUM_FORWARD -o lxc+ -j ACCEPT\n",
  "rp_filter.txt": "/proc/sys/net/ipv4/conf/all/rp_filter:0\n/proc/sys/net/ipv4/conf/lxc_health/rp_filter:0\n",
  "ip-rule.txt": "0:\tfrom all lookup local\n32766:\tfrom all lookup main\n",
};

export const withEndpointRoutes: Confirming = {
  ...soundHost,
  "cilium-config.json": JSON.stringify({ EnableEndpointRoutes: true, RoutingMode: "tunnel" }),
};

/** Five nodes, worker-3 cut off; what is read on it, and on the others. */
export function cutOff(read: Confirming, others: Confirming = withEndpointRoutes): MeshOptions {
  return { size: 5, probes: podsCutOff(3), confirming: (node) => (node === 3 ? read : others) };
}
