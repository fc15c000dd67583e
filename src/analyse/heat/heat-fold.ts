import type { HeatEntry, HeatFold } from "../../model/heat-map.ts";
import type { Scope } from "../../model/request.ts";
import { globPattern } from "../matrix/scope.ts";
import type { HeatNode } from "./heat-order.ts";

export interface Folded {
  readonly fold: HeatFold | null;
  readonly entries: readonly HeatEntry[];
}

/**
 * The nodes as at most `capacity` entries. Everything alone if that fits. Else what the scope opened stands alone and
 * the rest by zone; without a scope all by zone, or by subnet where there is but one zone; and where even that is too
 * much the worst nodes alone and one entry for the rest. Two or more opened zones are shown without the others.
 */
export function foldToFit(nodes: readonly HeatNode[], scope: Scope, capacity: number): Folded {
  const shown = scope.zones.length > 1 ? nodes.filter(({ node }) => scope.zones.includes(node.zone)) : nodes;
  if (shown.length <= capacity) return { fold: null, entries: shown.map(alone) };
  const inside = insideOf(shown, scope);
  if (inside !== null && inside.length < shown.length) return foldAround(shown, inside, capacity);
  if (inside === null) {
    for (const [fold, keyOf] of folds) {
      const groups = groupsOf(shown, keyOf);
      if (groups.length > 1 && groups.length <= capacity) return { fold, entries: groups };
    }
  }
  return { fold: "trouble", entries: worstAlone(shown, capacity) };
}

const folds: readonly (readonly [HeatFold, (node: HeatNode) => string])[] = [
  ["zone", ({ heading }) => heading],
  ["subnet", ({ node }) => subnetOf(node.ip)],
];

/** Nodes that --node or --zone name; null when neither was given. */
function insideOf(nodes: readonly HeatNode[], scope: Scope): readonly HeatNode[] | null {
  if (scope.nodes.length === 0 && scope.zones.length === 0) return null;
  const patterns = scope.nodes.map(globPattern);
  return nodes.filter(
    ({ node }) =>
      (patterns.length === 0 || patterns.some((pattern) => pattern.test(node.name))) &&
      (scope.zones.length === 0 || scope.zones.includes(node.zone)),
  );
}

function foldAround(shown: readonly HeatNode[], inside: readonly HeatNode[], capacity: number): Folded {
  const named = new Set(inside);
  const rest = shown.filter((node) => !named.has(node));
  const zones = groupsOf(rest, ({ heading }) => heading);
  const around =
    zones.length <= Math.max(1, capacity - inside.length, capacity / 4) ? zones : [groupOf("the others", rest)];
  const room = Math.max(1, capacity - around.length);
  const fits = inside.length <= room;
  const entries = fits ? inside.map(alone) : worstAlone(inside, room);
  return { fold: fits ? "zone" : "trouble", entries: [...entries, ...around] };
}

function worstAlone(nodes: readonly HeatNode[], capacity: number): HeatEntry[] {
  const worst = [...nodes].sort((a, b) => b.trouble - a.trouble).slice(0, Math.max(0, capacity - 1));
  const named = new Set(worst.filter(({ trouble }) => trouble > 0));
  const rest = nodes.filter((node) => !named.has(node));
  return [
    ...nodes.filter((node) => named.has(node)).map(alone),
    ...(rest.length > 0 ? [groupOf("the others", rest)] : []),
  ];
}

function groupsOf(nodes: readonly HeatNode[], keyOf: (node: HeatNode) => string): HeatEntry[] {
  const groups = new Map<string, HeatNode[]>();
  for (const node of nodes) {
    const group = groups.get(keyOf(node));
    if (group === undefined) groups.set(keyOf(node), [node]);
    else group.push(node);
  }
  return [...groups].map(([label, members]) => groupOf(label, members));
}

function groupOf(label: string, nodes: readonly HeatNode[]): HeatEntry {
  return {
    label,
    heading: "",
    members: nodes.map(({ node }) => node.index),
    isFrom: nodes.some(({ isFrom }) => isFrom),
    isTo: nodes.some(({ isTo }) => isTo),
  };
}

function alone({ node, heading, isFrom, isTo }: HeatNode): HeatEntry {
  return { label: node.name, heading, members: [node.index], isFrom, isTo };
}

/** The /24 of an IPv4 address, the /64 of an IPv6 one. */
function subnetOf(ip: string): string {
  const v4 = /^(\d+\.\d+\.\d+)\.\d+$/.exec(ip)?.[1];
  if (v4 !== undefined) return `${v4}.0/24`;
  if (!ip.includes(":")) return "";
  const [head = "", tail] = ip.split("::");
  const left = head.split(":").filter((group) => group !== "");
  const right = (tail ?? "").split(":").filter((group) => group !== "");
  const groups = tail === undefined ? left : [...left, ...Array(8 - left.length - right.length).fill("0"), ...right];
  return `${groups.slice(0, 4).join(":")}::/64`;
}
