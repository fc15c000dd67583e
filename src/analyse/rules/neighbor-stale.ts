import type { Want } from "../../model/report.ts";
import { failingAmong } from "../matrix/failing.ts";
import { blank, failed, unroutable } from "../matrix/planes.ts";
import { isUnresolved, type Neighbour, readNeighbours } from "../reads/ip-neigh.ts";
import type { Claim, Rule } from "../rule.ts";
import { columnCells, confirmingText, nameOf, type Scene } from "../scene.ts";
import { listNames, namesOf } from "../shapes/figure-words.ts";
import type { Shape } from "../shapes/shapes.ts";

const id = "neighbor-stale";

/** An old neighbour entry for a node's address (cilium/cilium#17905, #15993, #38834, #48109). */
export const neighborStale: Rule = {
  causes: [
    {
      id,
      severity: "error",
      title: "a node holds a wrong neighbour entry for another",
      meaning:
        "A node has an old or unresolved link-layer address for another node's IP, as after a machine was replaced under the same address, and sends its packets to nobody. Others reach that node. Older agents keep such entries on purpose, as permanent ones.",
      apart:
        "node-ip-changed probes another address than the node has; node-down is unreachable for all, not for one or a few.",
      confirm:
        "`ip neigh show ADDRESS` in the agent of the node that fails to reach shows the entry PERMANENT or FAILED, or with another link-layer address than other nodes have.",
      fix: "delete the entry (ip neigh del ADDRESS dev LINK) on the node that fails to reach, restart its agent, and upgrade Cilium if the entry was permanent",
      docs: "node-to-node",
    },
  ],
  wants,
  find: (scene) => {
    const tables = neighbourTables(scene);
    const suspicions = suspectCells(scene).flatMap((cell) => suspicionOf(scene, tables, cell));
    return suspicions.length === 0 ? [] : [claim(scene, suspicions)];
  },
};

/** Whether a neighbour table, or the agent's controller for it, explains a pair: a fact that was read, not a guess. */
export function holdsWrongNeighbour(scene: Scene, { kind, cells }: Pick<Shape, "kind" | "cells">): boolean {
  if (kind !== "pair" && kind !== "one-way") return false;
  const suspects = new Set(suspectCells(scene));
  const tables = neighbourTables(scene);
  const own = cells.filter((cell) => suspects.has(cell)).flatMap((cell) => suspicionOf(scene, tables, cell));
  return own.some(({ confidence }) => confidence !== "possible");
}

/**
 * Paths whose node address gives no answer, from single senders, to nodes that others reach. A whole row is looked at as
 * well: a sender may have lost them all.
 */
function suspectCells(scene: Scene): number[] {
  const http = scene.planes.primary["host-http"];
  const icmp = scene.planes.primary["host-icmp"];
  const reached = new Map<number, boolean>();
  const isReached = (to: number) => {
    const known = reached.get(to) ?? columnCells(scene, to).some((cell) => isAnswered(scene, cell));
    reached.set(to, known);
    return known;
  };
  const kinds: readonly string[] = ["pair", "one-way", "row"];
  const cells = scene.shapes.flatMap((shape) =>
    kinds.includes(shape.kind) && shape.probes.includes("host-http") ? shape.cells : [],
  );
  return [...new Set(cells)].filter(
    (cell) => failed(http[cell]) && (failed(icmp[cell]) || icmp[cell] === blank) && isReached(cell % scene.size),
  );
}

function isAnswered({ planes, size }: Scene, cell: number): boolean {
  const value = planes.primary["host-http"][cell];
  return cell % (size + 1) !== 0 && value !== blank && !failed(value);
}

const mostSenders = 4;

/** The neighbour tables of the first few senders, and of one other node that reaches the first address. */
function wants(scene: Scene): Want[] {
  const cells = suspectCells(scene);
  const [first] = cells;
  if (first === undefined) return [];
  const isHeard = (node: number) => scene.nodes[node]?.agent?.health != null;
  const senders = [...new Set(cells.map((cell) => Math.floor(cell / scene.size)))]
    .filter(isHeard)
    .slice(0, mostSenders);
  const witness = columnCells(scene, first % scene.size).find((cell) => isAnswered(scene, cell));
  const asked = [...senders, ...(witness === undefined ? [] : [Math.floor(witness / scene.size)])];
  return [...new Set(asked)].map((node) => ({ node: nameOf(scene, node), capture: "ip-neigh.txt" }));
}

interface Suspicion {
  readonly cell: number;
  readonly confidence: Claim["confidence"];
  readonly text: string;
  readonly capture: "ip-neigh.txt" | "cilium-status.json" | null;
}

/** What the nodes that were read hold, by node and address. */
type Tables = ReadonlyMap<number, ReadonlyMap<string, Neighbour>>;

function neighbourTables(scene: Scene): Tables {
  const tables = new Map<number, ReadonlyMap<string, Neighbour>>();
  scene.nodes.forEach((node, index) => {
    const text = confirmingText(node, "ip-neigh.txt");
    if (text !== null) tables.set(index, new Map(readNeighbours(text).map((entry) => [entry.ip, entry])));
  });
  return tables;
}

function suspicionOf(scene: Scene, tables: Tables, cell: number): Suspicion[] {
  const [from, to] = [Math.floor(cell / scene.size), cell % scene.size];
  const ip = probedIP(scene, cell);
  const say = (confidence: Claim["confidence"], text: string, capture: Suspicion["capture"]) => [
    { cell, confidence, text, capture },
  ];
  const [sender, target] = [nameOf(scene, from), nameOf(scene, to)];
  const entry = tables.get(from)?.get(ip) ?? null;
  const other = witnessOf(tables, from, ip);
  if (entry !== null && other !== null && entry.mac !== "" && entry.mac !== other.mac) {
    const text = `${sender} holds ${entry.mac} (${entry.state}) for ${ip} of ${target}, other nodes hold ${other.mac}`;
    return say("confirmed", text, "ip-neigh.txt");
  }
  if (entry !== null && isUnresolved(entry)) {
    return say(
      "likely",
      `${sender} gets no link-layer address for ${ip} of ${target} (${entry.state})`,
      "ip-neigh.txt",
    );
  }
  const controller = scene.nodes[from]?.agent?.status?.failingControllers.find(({ name }) =>
    /neighbor-link/.test(name),
  );
  if (controller !== undefined) {
    return say(
      "likely",
      `controller ${controller.name} of ${sender} fails: ${controller.lastFailure}`,
      "cilium-status.json",
    );
  }
  if (entry !== null || scene.planes.primary["host-http"][cell] !== unroutable) return [];
  return say("possible", `${sender} gets "no route to host" for ${ip} of ${target}, which others reach`, null);
}

function probedIP(scene: Scene, cell: number): string {
  const [from, to] = [Math.floor(cell / scene.size), cell % scene.size];
  const index = scene.facts.matrix.rows[from]?.host.positions[0]?.ip[to] ?? 0;
  return scene.facts.matrix.addresses[index] ?? "";
}

/** What another node that was read holds for the address. */
function witnessOf(tables: Tables, sender: number, ip: string): Neighbour | null {
  for (const [node, table] of tables) {
    const entry = node === sender ? undefined : table.get(ip);
    if (entry !== undefined && entry.mac !== "" && !isUnresolved(entry)) return entry;
  }
  return null;
}

/** What the other node begins fails as well: the answers to it go the same wrong way. */
function waysBack({ size }: Scene, cells: readonly number[]): number[] {
  return cells.map((cell) => (cell % size) * size + Math.floor(cell / size));
}

const order: readonly Claim["confidence"][] = ["confirmed", "likely", "possible"];

function claim(scene: Scene, suspicions: readonly Suspicion[]): Claim {
  const cells = suspicions.map(({ cell }) => cell);
  const senders = [...new Set(cells.map((cell) => Math.floor(cell / scene.size)))];
  const targets = [...new Set(cells.map((cell) => cell % scene.size))];
  const worst = Math.max(...suspicions.slice(0, 1000).map(({ confidence }) => order.indexOf(confidence)));
  return {
    id,
    confidence: order[worst] ?? "possible",
    title: `${listNames(namesOf(scene, senders))} holds a wrong neighbour entry for ${listNames(namesOf(scene, targets))}`,
    nodes: namesOf(scene, [...new Set([...senders, ...targets])]),
    ...failingAmong(scene, [...cells, ...waysBack(scene, cells)]),
    evidence: suspicions.slice(0, 5).map(({ cell, text, capture }) => ({
      text,
      node: nameOf(scene, Math.floor(cell / scene.size)),
      ...(capture === null ? {} : { capture }),
    })),
    alternatives:
      worst === order.length - 1
        ? [{ id: "host-firewall-reject", why: "the other node would reject the port for this sender" }]
        : [],
    confirm: suspicions.slice(0, 2).map(({ cell }) => ({
      node: nameOf(scene, Math.floor(cell / scene.size)),
      argv: ["ip", "neigh", "show", probedIP(scene, cell)],
      expect: "PERMANENT or FAILED, or another address than the other nodes have",
    })),
  };
}
