import { endpointSilent, healthIP, hostIP, type MeshOptions, type Patch } from "../mesh.ts";
import { soundHost } from "./forwarding-mesh.ts";

/** A main table as `ip route` prints it: the link, the default route, and routes to these nodes' pods. */
export function table(node: number, routed: readonly number[], address = hostIP(node)): string {
  const link = `${address.split(".").slice(0, 3).join(".")}.0/24`;
  return [
    `default via ${link.replace("0/24", "1")} dev eth0 `,
    `10.244.${node}.0/24 via 10.244.${node}.1 dev cilium_host proto kernel src 10.244.${node}.1 `,
    ...routed.map((to) => `10.244.${to}.0/24 via ${hostIP(to)} dev eth0 proto kernel `),
    `${link} dev eth0 proto kernel scope link src ${address} `,
    "",
  ].join("\n");
}

export const native = { "routing-mode": "native", ipam: "kubernetes" };

/** Host routing by the kernel, and what machine it is. */
export function machine(providerID: string, more: Patch = {}): NonNullable<MeshOptions["patch"]> {
  return {
    status: () => ({ routing: { "intra-host-routing-mode": "Legacy" } }),
    node: (node) => ({ spec: { providerID }, ...(typeof more === "object" && node === 3 ? more : {}) }),
  };
}

/** Pods of other nodes are out of reach everywhere. */
export function allPodsCutOff(size: number, routed: boolean, options: Partial<MeshOptions> = {}): MeshOptions {
  const others = (node: number) => Array.from({ length: size }, (_, at) => at + 1).filter((one) => one !== node);
  return {
    size,
    probes: (from, to) => (from === to ? null : endpointSilent(to)),
    config: { ...native, "auto-direct-node-routes": String(routed) },
    confirming: (node) => ({ ...soundHost, "ip-route.txt": table(node, routed ? others(node) : []) }),
    ...options,
  };
}

export const unreachable = (to: number) =>
  `Get "http://${healthIP(to)}:4240/hello": dial tcp ${healthIP(to)}:4240: connect: network is unreachable`;
