import type { Counter, LiveCounters } from "./live-counters.ts";
import { type AgentReply, type KubeObject, printed } from "./scenario.ts";

/** A burst of connections, as `pair --locate` sends it; null for every other command. */
export function burstOf(argv: readonly string[]): { readonly address: string; readonly count: number } | null {
  const [program, option, , name, address = "", , count = ""] = argv;
  if (program !== "bash" || option !== "-c" || name !== "cilium-health-locate" || argv.length !== 7) return null;
  return /^\d{1,2}$/.test(count) ? { address, count: Number(count) } : null;
}

/** What a recording tells of its fault, as far as packets meet it. */
export interface BurstWorld {
  readonly ciliumNodes: readonly KubeObject[];
  readonly native: boolean;
  /** Whether probes of this target fail from one node to the other. */
  fails(target: "host" | "endpoint", from: string, to: string): boolean;
  /** Rule ids of the injected faults with the nodes concerned, "all" for every one. */
  readonly causes: readonly { readonly id: string; readonly nodes: readonly string[] | "all" }[];
}

type Grows = readonly (readonly [node: string, counter: Counter, each: number])[];

const link = (device: string, way: "rx" | "tx"): Counter => ({ kind: "link", device, way });

/** Counts the packets on every device they pass until the fault, and says how the connections ended. */
export function burstReply(
  world: BurstWorld,
  from: string,
  { address, count }: { readonly address: string; readonly count: number },
  live: LiveCounters,
): AgentReply {
  const found = targetOf(world.ciliumNodes, address);
  if (found === null) return printed("1 No route to host\n".repeat(count));
  const fails = world.fails(found.target, from, found.node);
  const grows = fails ? lost(world, from, found) : answered(world, from, found);
  for (const [node, counter, each] of grows) live.add(node, counter, each * count);
  const stdout = [(fails ? "124 \n" : "0 \n").repeat(count)];
  return { kind: "output", stdout, stderr: "", exitCode: 0, delayMs: 0, overMs: fails ? 900 : 50 };
}

interface Found {
  readonly node: string;
  readonly target: "host" | "endpoint";
}

function targetOf(nodes: readonly KubeObject[], address: string): Found | null {
  for (const { metadata, spec } of nodes) {
    if (JSON.stringify(spec?.["health"] ?? {}).includes(`"${address}"`))
      return { node: metadata.name, target: "endpoint" };
    if (JSON.stringify(spec?.["addresses"] ?? []).includes(`"${address}"`))
      return { node: metadata.name, target: "host" };
  }
  return null;
}

/** Handshake and end: four packets there, two back. */
function answered(world: BurstWorld, from: string, found: Found): Grows {
  return [...there(world, from, found, 4), ...inside(found, 4, 2), ...back(world, from, found, 2)];
}

function lost(world: BurstWorld, from: string, found: Found): Grows {
  const cause = (id: string, node: string) =>
    world.causes.some((one) => one.id === id && (one.nodes === "all" || one.nodes.includes(node)));
  const card: Grows = [...leaving(world, from, found, 1), [found.node, link("eth0", "rx"), 1]];
  if (cause("policy-blocks-health", found.node)) {
    const denied: Counter = { kind: "drop", reason: "Policy denied", direction: "ingress" };
    return [...there(world, from, found, 1), [found.node, denied, 1]];
  }
  if (cause("forward-drop", found.node)) return there(world, from, found, 1);
  if (cause("vxlan-udp-blocked", found.node)) return card;
  if (cause("vxlan-udp-blocked", from)) {
    const answer = back(world, from, found, 1).filter(([node, counter]) => node !== from || isCard(counter));
    return [...there(world, from, found, 1), ...inside(found, 1, 1), ...answer];
  }
  return leaving(world, from, found, 1);
}

function isCard(counter: Counter): boolean {
  return counter.kind === "link" && counter.device === "eth0";
}

function leaving(world: BurstWorld, from: string, found: Found, each: number): Grows {
  return devices(world, found).map((device) => [from, link(device, "tx"), each]);
}

function there(world: BurstWorld, from: string, found: Found, each: number): Grows {
  const arriving: Grows = devices(world, found).map((device) => [found.node, link(device, "rx"), each]);
  return [...leaving(world, from, found, each), ...arriving];
}

function inside({ node, target }: Found, into: number, out: number): Grows {
  if (target === "host") return [];
  return [
    [node, link("lxc_health", "tx"), into],
    [node, link("lxc_health", "rx"), out],
  ];
}

function back(world: BurstWorld, from: string, found: Found, each: number): Grows {
  return devices(world, found).flatMap(
    (device): Grows => [
      [found.node, link(device, "tx"), each],
      [from, link(device, "rx"), each],
    ],
  );
}

/** A node's own address is reached bare, a health endpoint through the tunnel where there is one. */
function devices({ native }: BurstWorld, { target }: Found): readonly string[] {
  return native || target === "host" ? ["eth0"] : ["cilium_vxlan", "eth0"];
}
