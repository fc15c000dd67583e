import type { ListCaptureId } from "../../model/capture.ts";
import type { ListTable } from "../../model/lists.ts";
import type { Answer, CheckScene } from "../check.ts";
import { nameOf } from "../scene.ts";
import { notRead } from "./readings.ts";

/** An entry that a node has otherwise than most others. */
export interface OddEntry {
  readonly node: string;
  readonly key: string;
  /** null: it has no such entry. */
  readonly own: string | null;
  /** null: most others have none. */
  readonly common: string | null;
  /** How many have what is common. */
  readonly holders: number;
}

/**
 * What of a value is to be alike, null where this node's entry is not to be compared: it owns the address, or the entry
 * is of a kind that differs by nature.
 */
export type Comparable = (key: string, value: string | null, node: string) => string | null;

/** Entries in which a node differs from at least two others that agree and are more than half of those compared. */
export function oddEntries(
  table: ListTable,
  comparable: Comparable,
  isLeftOut: (key: string, common: string) => boolean,
): OddEntry[] {
  const nodes = [...table.rows];
  const odd: OddEntry[] = [];
  const seen = new Uint32Array(nodes.length);
  for (let key = 0; key < table.keys.length; key++) {
    nodes.forEach(([, row], at) => {
      seen[at] = row[key] ?? 0;
    });
    // Nearly all entries are the same everywhere: those cost no more than this.
    if (seen.every((place) => place === seen[0])) continue;
    odd.push(
      ...oddAt(
        table,
        nodes.map(([node]) => node),
        seen,
        key,
        comparable,
        isLeftOut,
      ),
    );
  }
  return odd;
}

function oddAt(
  table: ListTable,
  nodes: readonly string[],
  places: Uint32Array,
  key: number,
  comparable: Comparable,
  isLeftOut: (key: string, common: string) => boolean,
): OddEntry[] {
  const name = table.keys[key] ?? "";
  const compared = nodes.flatMap((node, at) => {
    const place = places[at] ?? 0;
    const value = place === 0 ? null : (table.values[place - 1] ?? "");
    const shown = comparable(name, value, node);
    return shown === null ? [] : [{ node, value, shown }];
  });
  const counts = new Map<string, number>();
  for (const { shown } of compared) counts.set(shown, (counts.get(shown) ?? 0) + 1);
  const [most] = [...counts].sort((a, b) => b[1] - a[1]);
  if (most === undefined || most[1] < 2 || most[1] * 2 <= compared.length || isLeftOut(name, most[0])) return [];
  const common = most[0] === absent ? null : most[0];
  return compared
    .filter(({ shown }) => shown !== most[0])
    .map(({ node, shown }) => ({ node, key: name, own: shown === absent ? null : shown, common, holders: most[1] }));
}

/** How a missing entry is compared; no value looks like it. */
export const absent = "\u0000";

/** Whether a second reading shows the same; true where there was none. */
export function isStill(odd: OddEntry, again: readonly OddEntry[] | null): boolean {
  return again === null || again.some((one) => one.node === odd.node && one.key === odd.key);
}

export interface ListRule {
  readonly id: ListCaptureId;
  readonly comparable: Comparable;
  readonly isLeftOut: (key: string, common: string) => boolean;
  /** What is said of an odd entry. */
  readonly sentence: (odd: OddEntry) => string;
  /** Whether it is worse than a warning, once it was seen twice. */
  readonly isFault: (odd: OddEntry) => boolean;
}

const mostNamed = 3;

/** One answer a node: how its list differs from the others', seen twice where that could be. */
export function listAnswers(checked: CheckScene, rule: ListRule): Answer[] {
  const { scene, nodes, lists } = checked;
  if (typeof lists.first === "string") return [{ node: null, status: "not run", text: lists.first, due: false }];
  const { again } = lists;
  const table = lists.first[rule.id];
  const second = again === null ? null : oddEntries(again[rule.id], rule.comparable, rule.isLeftOut);
  const byNode = new Map<string, OddEntry[]>();
  for (const odd of oddEntries(table, rule.comparable, rule.isLeftOut)) {
    if (!isStill(odd, second)) continue;
    const some = byNode.get(odd.node) ?? [];
    byNode.set(odd.node, some);
    some.push(odd);
  }
  return nodes.map((node) => {
    const name = nameOf(scene, node);
    if (!table.rows.has(name)) return unreadAnswer(checked, node, table, rule.id);
    const odd = byNode.get(name) ?? [];
    if (odd.length === 0) return { node, status: "ok", text: "" };
    const said = odd.slice(0, mostNamed).map(rule.sentence);
    const more = odd.length > mostNamed ? ` and ${odd.length - mostNamed} more` : "";
    const isFault = second !== null && odd.some(rule.isFault);
    return { node, status: isFault ? "failed" : "warning", text: `${said.join("; ")}${more}` };
  });
}

function unreadAnswer(checked: CheckScene, node: number, table: ListTable, id: ListCaptureId): Answer {
  const why = table.unread.get(nameOf(checked.scene, node));
  if (why === undefined) return notRead(checked, node, id);
  return { node, status: "not run", text: `${id}: ${why}`, due: !why.startsWith("exited with") };
}

/** Nodes whose lists differ in anything that would be said: they and a few others are worth a second look. */
export function oddNodes(tables: { readonly [id in ListCaptureId]: ListTable }, rules: readonly ListRule[]): string[] {
  const names = rules.flatMap((rule) =>
    oddEntries(tables[rule.id], rule.comparable, rule.isLeftOut).map(({ node }) => node),
  );
  return [...new Set(names)];
}
