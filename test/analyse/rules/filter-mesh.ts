import type { CaptureId } from "../../../src/model/capture.ts";
import { allSilent, endpointSilent, hostIP, type MeshOptions, type Probes, silent, timedOut } from "../mesh.ts";

/** Which pairs fail: to a node, from it, both, between the zones of `twoZones`, or all of them. */
export type Where = (from: number, to: number) => boolean;
export const to =
  (...nodes: number[]): Where =>
  (_from, sink) =>
    nodes.includes(sink);
export const from =
  (...nodes: number[]): Where =>
  (source) =>
    nodes.includes(source);
export const around =
  (...nodes: number[]): Where =>
  (source, sink) =>
    nodes.includes(source) || nodes.includes(sink);
export const everywhere: Where = () => true;
export const betweenZones: Where = (source, sink) => isNorth(source) !== isNorth(sink);
export const onlyBetween =
  (one: number, other: number): Where =>
  (source, sink) =>
    (source === one && sink === other) || (source === other && sink === one);
export const oneWay =
  (one: number, other: number): Where =>
  (source, sink) =>
    source === one && sink === other;

const isNorth = (node: number) => node <= 3;
/** worker-1 to worker-3 in north, the rest in south. */
export const twoZones = (node: number) => (isNorth(node) ? "north" : "south");

/** What fails there; an agent's own node never does. */
export function failing(where: Where, what: (node: number) => Probes): NonNullable<MeshOptions["probes"]> {
  return (source, sink) => (source !== sink && where(source, sink) ? what(sink) : null);
}

/** Several faults at once. */
export function both(...faults: readonly NonNullable<MeshOptions["probes"]>[]): NonNullable<MeshOptions["probes"]> {
  return (source, sink) => Object.assign({}, ...faults.map((fault) => fault(source, sink) ?? {}));
}

export const podPath = endpointSilent;
export const everything = allSilent;
export const hostPort = (node: number): Probes => ({ hostHttp: silent(hostIP(node)) });
export const hostPing = (): Probes => ({ hostIcmp: timedOut });

export const native = { "routing-mode": "native", "auto-direct-node-routes": "true" };

/** The captures that a host filter is read from. */
export function filter(rules: string): (node: number) => Partial<Record<CaptureId, string>> {
  return (node) => ({ "iptables.txt": rules, "ip-addr.txt": addresses(node) });
}

export function addresses(node: number): string {
  return `lo               UNKNOWN        127.0.0.1/8 ::1/128 \neth0             UP             ${hostIP(node)}/24 fe80::1/64 \ncilium_host@cilium_net UP             10.244.${node}.1/32 \n`;
}

/** The same, at one node; the others accept all. */
export function filterAt(where: number, rules: string): (node: number) => Partial<Record<CaptureId, string>> {
  return (node) => filter(node === where ? rules : accepting)(node);
}

/** As an agent's host has them: Cilium's own chains first. */
export const accepting = `-P INPUT ACCEPT
-P FORWARD ACCEPT
-P OUTPUT ACCEPT
-N CILIUM_INPUT
-A INPUT -m comment --comment "cilium-feeder: CILIUM_INPUT" -j CILIUM_INPUT
-A CILIUM_INPUT -m mark --mark 0x200/0xf00 -m comment --comment "cilium: ACCEPT for proxy traffic" -j ACCEPT
`;

/** A hardening script: nothing comes in but answers, SSH and the kubelet. */
export const hardened = `${accepting.replace("-P INPUT ACCEPT", "-P INPUT DROP")}-A INPUT -i lo -j ACCEPT
-A INPUT -m conntrack --ctstate RELATED,ESTABLISHED -j ACCEPT
-A INPUT -p tcp -m multiport --dports 22,10250 -j ACCEPT
`;
