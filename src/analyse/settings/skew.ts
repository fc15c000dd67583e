import {
  type CellJudge,
  isWell,
  isWhole,
  type Judged,
  judgeAll,
  podPathFails,
  probeAt,
} from "../matrix/judged-cells.ts";
import { enough } from "../matrix/lines.ts";
import { blank, failed, refused, textOf } from "../matrix/planes.ts";
import type { Scene } from "../scene.ts";
import { tunnelPorts } from "./tunnel-ports.ts";
import { isTunnel, tunnelPort } from "./wire.ts";

/** Agents that agree about a setting. */
export interface Group {
  readonly value: string;
  readonly nodes: readonly number[];
}

/** A setting whose groups fail towards each other, and not among themselves. */
export interface Skew extends Judged {
  readonly setting:
    | "routing mode"
    | "tunnel protocol"
    | "tunnel port"
    | "encryption"
    | "health port"
    | "release"
    | "agent start";
  /** The smaller group first. */
  readonly groups: readonly Group[];
  /** What cilium-config has for it now, "" when that is not known. */
  readonly configured: string;
}

/** The most exact one comes first: what agents say they run with, then what merely parts them. */
export function findSkew(scene: Scene): Skew | null {
  if (scene.shapes.length === 0) return null;
  for (const attribute of attributes(scene)) {
    const groups = groupBy(scene, attribute.read);
    if (groups.length < 2) continue;
    if (attribute.setting === "release" && !isTelling(scene, groups)) continue;
    const cut = cutBetween(scene, groups, attribute.judge);
    if (cut !== null) return { setting: attribute.setting, groups, configured: attribute.configured, ...cut };
  }
  return skewByStart(scene);
}

interface Attribute {
  readonly setting: Skew["setting"];
  readonly configured: string;
  readonly judge: CellJudge;
  readonly read: (node: number) => string;
}

function attributes(scene: Scene): Attribute[] {
  const { facts, settings, nodes } = scene;
  const status = (node: number) => nodes[node]?.agent?.status;
  const judge = podPathFails(scene);
  const pod = (setting: Skew["setting"], configured: string, read: (node: number) => string): Attribute => ({
    setting,
    configured: facts.config === null ? "" : configured.toLowerCase(),
    judge,
    read: (node) => read(node).toLowerCase(),
  });
  return [
    pod("routing mode", settings.routingMode, (node) => status(node)?.routingMode ?? ""),
    pod("tunnel protocol", settings.tunnelProtocol, (node) => status(node)?.tunnelProtocol ?? ""),
    ...(isTunnel(scene) ? [pod("tunnel port", String(tunnelPort(scene).port), tunnelPorts(scene))] : []),
    pod("encryption", settings.encryption, (node) => status(node)?.encryption ?? ""),
    {
      setting: "health port",
      configured: facts.config?.get("cluster-health-port") ?? "",
      judge: portRefused(scene),
      read: probedPorts(scene),
    },
    pod("release", "", (node) => status(node)?.version || (nodes[node]?.agent?.pod.imageVersion ?? "")),
  ];
}

/** The port each agent probes, as its own failure texts have it: without a failure nothing is known of it. */
function probedPorts(scene: Scene): (node: number) => string {
  const cells = scene.shapes.filter(({ probes }) => probes.includes("host-http")).flatMap((shape) => shape.cells);
  const ports = new Map<number, string>();
  for (const cell of cells) {
    const from = Math.floor(cell / scene.size);
    if (ports.has(from)) continue;
    const port = /:(\d+)\/hello/.exec(textOf(scene.facts, from, cell % scene.size, "host-http"))?.[1];
    if (port !== undefined) ports.set(from, port);
  }
  return (node) => ports.get(node) ?? "";
}

function groupBy(scene: Scene, read: (node: number) => string): Group[] {
  const groups = new Map<string, number[]>();
  for (let node = 0; node < scene.size; node++) {
    const value = read(node);
    if (value === "") continue;
    const group = groups.get(value);
    if (group === undefined) groups.set(value, [node]);
    else group.push(node);
  }
  return [...groups].map(([value, nodes]) => ({ value, nodes })).sort(smallerFirst);
}

function smallerFirst(one: Group, other: Group): number {
  return one.nodes.length - other.nodes.length;
}

/** null unless nearly all paths between different groups fail and nearly none within one. */
function cutBetween(scene: Scene, groups: readonly Group[], judge: CellJudge): Judged | null {
  const cut = judgeAll(pathsAmong(scene, groups, false), judge);
  return isWhole(cut) && isWell(judgeAll(pathsAmong(scene, groups, true), judge)) ? cut : null;
}

function* pathsAmong({ size }: Scene, groups: readonly Group[], isWithin: boolean): Generator<number> {
  for (const one of groups) {
    for (const other of groups) {
      if ((one === other) !== isWithin) continue;
      for (const from of one.nodes) {
        for (const to of other.nodes) if (from !== to) yield from * size + to;
      }
    }
  }
}

/** Ping passes, and the port is refused: the node listens elsewhere. */
function portRefused(scene: Scene): CellJudge {
  return (cell) => {
    const [ping, http] = [probeAt(scene, "host-icmp", cell), probeAt(scene, "host-http", cell)];
    if (http === blank || failed(ping)) return null;
    return http === refused;
  };
}

/**
 * A release or a start alone is weak evidence: a single odd node may fail for any reason, and a zone, subnet or node
 * pool with the very same members explains the cut as well.
 */
function isTelling(scene: Scene, groups: readonly Group[]): boolean {
  if (groups.some(({ nodes }) => nodes.length < 2)) return false;
  const own = membersKey(groups.map(({ nodes }) => nodes));
  return !scene.groupings.some(({ by, groups: others }) => by !== "Cilium version" && membersKey(others) === own);
}

function membersKey(lists: readonly (readonly number[])[]): string {
  return lists
    .map((list) => [...list].sort((a, b) => a - b).join(","))
    .sort()
    .join(";");
}

/** A roll-out that stopped half-way leaves a gap: agents restarted one after the other start minutes apart. */
const leastGapMs = 300_000;

/**
 * Agents started before a moment and after it, for settings that no agent reports, as the tunnel port before its rules are read. Only failing
 * paths are looked at for each gap; they must lie between the two groups.
 */
function skewByStart(scene: Scene): Skew | null {
  const judge = podPathFails(scene);
  const started = scene.nodes
    .flatMap(({ agent }, node) => {
      const at = agent?.health == null ? Number.NaN : Date.parse(agent.pod.startedAt);
      return Number.isNaN(at) ? [] : [{ node, at }];
    })
    .sort((a, b) => a.at - b.at);
  const gaps = started
    .slice(1)
    .flatMap(({ at }, index) => (at - (started[index]?.at ?? at) >= leastGapMs ? [index + 1] : []));
  if (gaps.length === 0) return null;
  const failing = failingPaths(scene, judge);
  const rank = new Map(started.map(({ node }, index) => [node, index]));
  for (const gap of gaps) {
    if (!liesAcross(scene, failing, rank, gap)) continue;
    const groups = [
      { value: `by ${timeOf(started[gap - 1]?.at)}`, nodes: started.slice(0, gap).map(({ node }) => node) },
      { value: `from ${timeOf(started[gap]?.at)} on`, nodes: started.slice(gap).map(({ node }) => node) },
    ];
    const cut = isTelling(scene, groups) ? cutBetween(scene, groups, judge) : null;
    if (cut !== null) return { setting: "agent start", groups: groups.sort(smallerFirst), configured: "", ...cut };
  }
  return null;
}

function failingPaths(scene: Scene, judge: CellJudge): number[] {
  const cells = new Set<number>();
  for (const shape of scene.shapes) {
    for (const cell of shape.cells) if (cell % (scene.size + 1) !== 0 && judge(cell) === true) cells.add(cell);
  }
  return [...cells];
}

function liesAcross(
  { size }: Scene,
  failing: readonly number[],
  rank: ReadonlyMap<number, number>,
  gap: number,
): boolean {
  let across = 0;
  for (const cell of failing) {
    const [from, to] = [rank.get(Math.floor(cell / size)), rank.get(cell % size)];
    if (from !== undefined && to !== undefined && from < gap !== to < gap) across++;
  }
  return across > 0 && across >= failing.length * enough;
}

function timeOf(ms: number | undefined): string {
  return ms === undefined ? "" : new Date(ms).toISOString().replace(".000Z", "Z");
}
