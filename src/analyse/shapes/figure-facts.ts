import type { ConfirmingCaptureId } from "../../model/capture.ts";
import type { Want } from "../../model/report.ts";
import type { Claim } from "../rule.ts";
import { nameOf, type Scene, wantFrom } from "../scene.ts";
import { isHeard } from "../settings/wire.ts";
import { listNames, membersOf, namesOf, sinksOf } from "./figure-words.ts";
import type { Figure } from "./signature.ts";

type EvidenceList = Claim["evidence"];

/** Policy enforcement on the health endpoints that are not reached: who says none, who says otherwise. */
export interface Enforcement {
  readonly none: readonly number[];
  readonly some: readonly number[];
  readonly unread: readonly number[];
}

export function enforcementOf(scene: Scene, figure: Figure): Enforcement {
  const parts = { none: [] as number[], some: [] as number[], unread: [] as number[] };
  for (const node of sinksOf(scene, figure.cells)) {
    const word = scene.nodes[node]?.agent?.endpoints?.health?.enforcement ?? "";
    const isOpen = word === "none" || word === "egress" || word.startsWith("audit");
    (word === "" ? parts.unread : isOpen ? parts.none : parts.some).push(node);
  }
  return parts;
}

/** What the agents say of policy on the endpoints concerned; the first of them is the source that is named. */
export function enforcementEvidence(scene: Scene, { none, some, unread }: Enforcement): EvidenceList {
  const [first] = none;
  if (first === undefined || some.length > 0) return [];
  const total = none.length + unread.length;
  const who = unread.length === 0 ? `all ${total}` : `${none.length} of ${total}`;
  return [
    {
      text: `no policy is enforced on incoming traffic of the health endpoints that are not reached (${who} read)`,
      node: nameOf(scene, first),
      capture: "cilium-endpoint-list.json",
    },
  ];
}

/** How many of the mesh's ordered pairs fail so, and what they have in common. */
export function countEvidence(scene: Scene, figure: Figure, picture: string): EvidenceList {
  const pairs = figure.cells.length;
  return [{ text: `${picture} on ${pairs} node ${pairs === 1 ? "pair" : "pairs"}${common(scene, figure)}` }];
}

function common(scene: Scene, figure: Figure): string {
  const names = listNames(namesOf(scene, figure.nodes));
  switch (figure.kind) {
    case "cross":
      return `, every one from or to ${names}; the others reach each other`;
    case "column":
      return `, every one to ${names}`;
    case "row":
      return `, every one from ${names}`;
    case "block":
      return figure.by === "" ? ", every one between the groups" : `, every one from one ${figure.by} to another`;
    case "all":
    case "pair":
    case "one-way":
    case "self":
      return "";
    default: {
      const never: never = figure.kind;
      return never;
    }
  }
}

/** Suspects in the order they should be asked: of groups one after the other, so that a short list holds both sides. */
export function suspectsOf(scene: Scene, figure: Figure): number[] {
  const heard = (node: number) => isHeard(scene.nodes[node]);
  if (figure.groups.length === 0) return membersOf(scene, figure).filter(heard);
  const groups = figure.groups.map((group) => group.filter(heard));
  const longest = groups.reduce((most, group) => Math.max(most, group.length), 0);
  return Array.from({ length: longest }, (_, at) => groups.flatMap((group) => group.slice(at, at + 1))).flat();
}

/** The same captures from the first few suspects of several figures, and a healthy control. */
export function wantFromFigures(
  scene: Scene,
  figures: readonly Figure[],
  captures: readonly ConfirmingCaptureId[],
): Want[] {
  const suspects = new Set(figures.flatMap((figure) => suspectsOf(scene, figure)));
  return wantFrom(scene, [...suspects], captures);
}

/** A node to run a confirming command on: the first suspect that answers, else none. */
export function askedNode(scene: Scene, figure: Figure): string | null {
  const [first] = suspectsOf(scene, figure);
  return first === undefined ? null : nameOf(scene, first);
}
