import type { ConfirmingCaptureId } from "../../model/capture.ts";
import type { Want } from "../../model/report.ts";
import { readAgentConfig } from "../reads/agent-config.ts";
import { readRoutes, routeLookup } from "../reads/ip-route.ts";
import { readIptables } from "../reads/iptables.ts";
import { type Fate, fateOf, type Packet } from "../reads/packet-fate.ts";
import { ipForwardOf, reversePathFilters, strictInterfaces } from "../reads/sysctl.ts";
import { confirmingText, nameOf, type Scene } from "../scene.ts";
import { parseAddress } from "../settings/cidr.ts";
import { isPodPathFine, type PodPathFailures } from "./pod-path.ts";

/**
 * Whether packets for a pod pass the kernel's own forwarding, and with it ip_forward and the FORWARD chain. `always`
 * with endpoint routes; `never` where BPF hands them to the pod, as tunnel mode does without endpoint routes; `perhaps`
 * in native mode, where the kernel forwards from the NIC to cilium_host unless a BPF program sits on the NIC.
 */
export type KernelForwards = "always" | "never" | "perhaps";

export function kernelForwards(scene: Scene, node: number): KernelForwards {
  const routes = endpointRoutes(scene, node);
  if (routes === true) return "always";
  if (routes === null) return "perhaps";
  const isByBpf = scene.nodes[node]?.agent?.status?.hostRouting.toUpperCase() === "BPF";
  return scene.settings.routingMode === "native" && !isByBpf ? "perhaps" : "never";
}

/**
 * The agent's own setting, else cilium-config's, else the route of its health endpoint: a route of its own on lxc_health
 * with endpoint routes, the node's range on cilium_host without. Null when nothing tells: a flag given on the command
 * line stands in no config map.
 */
export function endpointRoutes(scene: Scene, node: number): boolean | null {
  const facts = scene.nodes[node];
  const own = readAgentConfig(confirmingText(facts, "cilium-config.json") ?? "")?.get("EnableEndpointRoutes");
  const word = own ?? scene.facts.config?.get("enable-endpoint-routes");
  if (word === "true" || word === "false") return word === "true";
  const dev = healthRouteDevice(scene, node);
  return dev === "" ? null : dev.startsWith("lxc") || dev === "cilium_health";
}

function healthRouteDevice(scene: Scene, node: number): string {
  const address = parseAddress(healthIPv4(scene, node));
  const text = confirmingText(scene.nodes[node], "ip-route.txt");
  if (address === null || text === null) return "";
  const dev = routeLookup(readRoutes(text))(address)?.dev ?? "";
  return dev.startsWith("lxc") || dev.startsWith("cilium_") ? dev : "";
}

/** The health endpoint's IPv4 address, "" when it has none: the settings read here are those of IPv4. */
function healthIPv4(scene: Scene, node: number): string {
  const facts = scene.nodes[node];
  const ips = [...(facts?.agent?.endpoints?.health?.ips ?? []), ...(facts?.cilium?.healthIPs ?? [])];
  return ips.find((ip) => parseAddress(ip)?.family === 4) ?? "";
}

const mostSuspects = 4;

/** What a setting says of a node: it stops forwarded packets, it does not, or it was not read. */
export type Reading = "guilty" | "clear" | "unread";

/** A setting that another node carries without harm stops nothing here either. */
function unlessHarmlessElsewhere(scene: Scene, node: number, read: (node: number) => Reading): Reading {
  const reading = read(node);
  if (reading !== "guilty") return reading;
  for (let other = 0; other < scene.size; other++) {
    const isRead = (scene.nodes[other]?.agent?.confirming.size ?? 0) > 0;
    if (other !== node && isRead && read(other) === "guilty" && isPodPathFine(scene, other)) return "clear";
  }
  return reading;
}

export function forwardingOff(scene: Scene, node: number): Reading {
  return unlessHarmlessElsewhere(scene, node, (one) => {
    const isOn = ipForwardOf(confirmingText(scene.nodes[one], "ip_forward.txt") ?? "");
    return isOn === null ? "unread" : isOn ? "clear" : "guilty";
  });
}

export function forwardDropped(scene: Scene, node: number): Reading {
  return unlessHarmlessElsewhere(scene, node, (one) => {
    const fate = forwardFate(scene, one);
    return fate === null ? "unread" : fate.outcome === "drop" || fate.outcome === "reject" ? "guilty" : "clear";
  });
}

export function reversePathStrict(scene: Scene, node: number): Reading {
  return unlessHarmlessElsewhere(scene, node, (one) => {
    const strict = strictPodInterfaces(scene, one);
    return strict === null ? "unread" : strict.length > 0 ? "guilty" : "clear";
  });
}

/** Interfaces of pods and of Cilium with strict reverse path filtering; null when it was not read. */
export function strictPodInterfaces(scene: Scene, node: number): string[] | null {
  const text = confirmingText(scene.nodes[node], "rp_filter.txt");
  const values = text === null ? null : reversePathFilters(text);
  if (values === null || values.size === 0) return null;
  return strictInterfaces(values).filter((name) => /^(?:lxc|cilium_)/.test(name));
}

/** What the FORWARD chain does to a probe of this node's health endpoint, or to its answer; null when unread. */
export function forwardFate(scene: Scene, node: number): Fate | null {
  const facts = scene.nodes[node];
  const text = confirmingText(facts, "iptables.txt") ?? confirmingText(facts, "iptables-forward.txt");
  if (text === null) return null;
  const rules = readIptables(text);
  const fates = forwardedPackets(scene, node).map((packet) => fateOf(rules, "FORWARD", packet));
  return fates.find((fate) => fate?.outcome === "drop" || fate?.outcome === "reject") ?? fates[0] ?? null;
}

/**
 * Through the tunnel the request alone is forwarded: BPF puts the answer back into the tunnel. In native mode the answer
 * leaves through the chain as well.
 */
function forwardedPackets(scene: Scene, node: number): Packet[] {
  const isNative = scene.settings.routingMode === "native";
  const pod = kernelForwards(scene, node) === "always" || !isNative ? "lxc_health" : "cilium_host";
  const nic = defaultDevice(scene, node);
  const outside = isNative ? nic : `cilium_${scene.settings.tunnelProtocol || "vxlan"}`;
  const address = parseAddress(healthIPv4(scene, node));
  const common = { protocol: "tcp", destinationPort: 4240 } as const;
  const request: Packet = {
    ...common,
    inInterface: outside,
    outInterface: pod,
    source: null,
    destination: address,
    state: "NEW",
  };
  const answer: Packet = {
    ...common,
    destinationPort: 0,
    inInterface: "lxc_health",
    outInterface: nic,
    source: address,
    destination: null,
    state: "ESTABLISHED",
  };
  return isNative ? [request, answer] : [request];
}

function defaultDevice(scene: Scene, node: number): string {
  const text = confirmingText(scene.nodes[node], "ip-route.txt");
  return text === null ? "" : (readRoutes(text).find((route) => route.isDefault)?.dev ?? "");
}

/**
 * Nodes that a setting stops packets at: those it was read on; and where it was read on as many as are asked and found
 * wrong on each, the other cut-off nodes as well, which are many and share their image.
 */
export function guiltyNodes(
  scene: Scene,
  { columns }: PodPathFailures,
  read: (scene: Scene, node: number) => Reading,
): { readonly read: readonly number[]; readonly unread: readonly number[] } {
  const readings = new Map(columns.map((node) => [node, read(scene, node)]));
  const guilty = columns.filter((node) => readings.get(node) === "guilty");
  const unread = columns.filter((node) => readings.get(node) === "unread");
  const isCommon = guilty.length >= mostSuspects && guilty.length + unread.length === columns.length;
  return { read: guilty, unread: isCommon ? unread : [] };
}

export function alikeEvidence(unread: readonly number[]): { readonly text: string }[] {
  if (unread.length === 0) return [];
  return [{ text: `${unread.length} more nodes are cut off alike; their settings were not read` }];
}

/** One signature for three settings: they are always read together (ip_forward, FORWARD, rp_filter), and who decides. */
const hostSettings: readonly ConfirmingCaptureId[] = [
  "cilium-config.json",
  "ip_forward.txt",
  "iptables.txt",
  "rp_filter.txt",
  "ip-route.txt",
  "ip-rule.txt",
];

/** The settings of the first few nodes whose pod path nobody gets through, and of one that all get through to. */
export function wantHostSettings(scene: Scene, failures: PodPathFailures): Want[] {
  const heard = failures.columns.filter((node) => scene.nodes[node]?.agent?.health != null);
  const suspects = heard.slice(0, mostSuspects);
  if (suspects.length === 0) return [];
  const control = scene.nodes.findIndex((_, node) => isPodPathFine(scene, node));
  return [...suspects, ...(control < 0 ? [] : [control])].flatMap((node) =>
    hostSettings.map((capture) => ({ node: nameOf(scene, node), capture })),
  );
}
