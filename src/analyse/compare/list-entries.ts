import type { ListCaptureId } from "../../model/capture.ts";
import type { ListTable } from "../../model/lists.ts";
import type { Answer, CheckScene } from "../check.ts";
import { nameOf } from "../scene.ts";
import { isStill, type ListRule, type OddEntry, oddEntries } from "./odd-entries.ts";
import { notRead } from "./readings.ts";

const mostNamed = 3;

/** One answer a node: how its list differs from the others', seen twice where that could be. */
export function listAnswers(checked: CheckScene, rule: ListRule): Answer[] {
  const { scene, nodes, lists } = checked;
  if (typeof lists.first === "string") return [{ node: null, status: "not run", text: lists.first, due: false }];
  const { again } = lists;
  const table = lists.first[rule.id];
  const second = again === null ? null : oddEntries(again[rule.id], rule);
  const byNode = new Map<string, OddEntry[]>();
  for (const odd of oddEntries(table, rule)) {
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
  const ran = why.startsWith("not JSON") || /^exited with|\bexit (?:status|code) \d+/.test(why);
  return { node, status: "not run", text: ran ? `${id}: ${why}` : why, due: !ran };
}

/** Nodes whose lists differ in anything that would be said: they and a few others are worth a second look. */
export function oddNodes(tables: { readonly [id in ListCaptureId]: ListTable }, rules: readonly ListRule[]): string[] {
  const names = rules.flatMap((rule) => oddEntries(tables[rule.id], rule).map(({ node }) => node));
  return [...new Set(names)];
}
