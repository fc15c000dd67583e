import { type Target, targets } from "../model/matrix.ts";
import type { Cells, Confirmation, Finding, Want } from "../model/report.ts";
import type { IgnoreFlag, Severity } from "../model/request.ts";
import { isUnreachable } from "../model/status.ts";
import { docsLinks } from "./docs.ts";
import type { Cause, Claim, ConfirmStep, Rule } from "./rule.ts";
import { type Scene, withoutClaimed } from "./scene.ts";
import { compareNames } from "./summary/coverage.ts";

/** Spells out a confirming step as the command line of this very run: context, namespace, real pod and container. */
export type SpellCommand = (step: ConfirmStep) => SpelledCommand;

export interface SpelledCommand {
  /** The words as they are on this agent. */
  readonly argv: readonly string[];
  /** The line to type. */
  readonly command: string;
}

/** A claim together with the failing paths it got: those no earlier claim had taken. */
interface Hit {
  readonly claim: Claim;
  readonly cause: Cause;
  readonly order: number;
  readonly host: readonly number[];
  readonly endpoint: readonly number[];
}

/** Runs the rules in catalogue order; each sees only what no earlier one explained. */
export function diagnose(
  first: Scene,
  rules: readonly Rule[],
  ignores: readonly IgnoreFlag[],
  spell: SpellCommand,
): Finding[] {
  const hits: Hit[] = [];
  let scene = first;
  rules.forEach((rule, order) => {
    const taken: { [target in Target]: number[] } = { host: [], endpoint: [] };
    for (const claim of findSafely(rule, scene)) {
      const hit = toHit(rule, claim, order, first.cells, hits.length + 1);
      hits.push(hit);
      for (const target of targets) for (const cell of hit[target]) taken[target].push(cell);
    }
    if (taken.host.length + taken.endpoint.length > 0) scene = withoutClaimed(scene, taken);
  });
  return toFindings(hits, first.cells, ignores, spell);
}

/** Captures the rules would like to have, each once; asked before anything is claimed. */
export function wantedCaptures(scene: Scene, rules: readonly Rule[]): Want[] {
  const wants = new Map<string, Want>();
  for (const rule of rules) {
    for (const want of wantsSafely(rule, scene)) wants.set(`${want.node}\n${want.capture}`, want);
  }
  return [...wants.values()].sort((a, b) => compareNames(a.node, b.node) || (a.capture < b.capture ? -1 : 1));
}

/** What is said of a rule that threw; it belongs to no rule of the catalogue. */
export const brokenRule: Cause = {
  id: "rule-failed",
  severity: "info",
  title: "a rule of this program failed",
  meaning: "One rule of the diagnosis threw an error; the others ran. The matrix is not affected.",
  apart: "It says something about this program and nothing about the cluster.",
  confirm:
    "The same saved state, read again with `--from`, gives the same finding; its evidence is the error's own text.",
  fix: "report it together with a bundle of this state",
  docs: "health",
};

/** A rule that throws yields a finding about itself and harms no other. */
function findSafely(rule: Rule, scene: Scene): Claim[] {
  try {
    return rule.find(scene);
  } catch (error) {
    const id = rule.causes[0]?.id ?? "?";
    const text = error instanceof Error ? error.message : String(error);
    return [
      {
        id: brokenRule.id,
        confidence: "confirmed",
        title: `rule ${id} failed and was left out`,
        nodes: [],
        host: [],
        endpoint: [],
        evidence: [{ text }],
      },
    ];
  }
}

function wantsSafely(rule: Rule, scene: Scene): Want[] {
  try {
    return rule.wants?.(scene) ?? [];
  } catch {
    return [];
  }
}

/** Marks the claimed cells that are unreachable and still free with the hit's number. */
function toHit(rule: Rule, claim: Claim, order: number, cells: Cells, number: number): Hit {
  const cause = rule.causes.find((one) => one.id === claim.id) ?? brokenRule;
  const mark = (target: Target) => {
    const claimed: number[] = [];
    const index = cells.claims[target];
    for (const cell of claim[target]) {
      if (index[cell] !== 0 || !isUnreachable(cells[target][cell])) continue;
      index[cell] = number;
      claimed.push(cell);
    }
    return claimed;
  };
  return { claim, cause, order, host: mark("host"), endpoint: mark("endpoint") };
}

const severityOrder: readonly Severity[] = ["error", "warning", "info"];

/** By severity, number of paths, catalogue order, first node. Claims are renumbered to the sorted findings. */
function toFindings(
  hits: readonly Hit[],
  cells: Cells,
  ignores: readonly IgnoreFlag[],
  spell: SpellCommand,
): Finding[] {
  const sorted = hits.toSorted((a, b) => {
    const severity = severityOrder.indexOf(severityOf(a)) - severityOrder.indexOf(severityOf(b));
    const paths = pathCount(b) - pathCount(a);
    return severity || paths || a.order - b.order || compareNames(a.claim.nodes[0] ?? "", b.claim.nodes[0] ?? "");
  });
  const places = new Map(sorted.map((hit, index) => [hit, index + 1]));
  const place = [0, ...hits.map((hit) => places.get(hit) ?? 0)];
  for (const target of targets) {
    const index = cells.claims[target];
    for (let cell = 0; cell < index.length; cell++) index[cell] = place[index[cell] ?? 0] ?? 0;
  }
  return sorted.map((hit) => toFinding(hit, ignores, spell));
}

function severityOf(hit: Hit): Severity {
  return hit.claim.severity ?? hit.cause.severity;
}

function pathCount(hit: Hit): number {
  return hit.host.length + hit.endpoint.length;
}

function toFinding(hit: Hit, ignores: readonly IgnoreFlag[], spell: SpellCommand): Finding {
  const { claim, cause } = hit;
  return {
    id: claim.id,
    severity: severityOf(hit),
    confidence: claim.confidence,
    ignored: isIgnored(claim, ignores),
    title: claim.title,
    nodes: [...claim.nodes].sort(compareNames),
    pathCount: pathCount(hit),
    evidence: claim.evidence.map(({ text, node, capture }) => ({ text, node: node ?? null, capture: capture ?? null })),
    alternatives: claim.alternatives ?? [],
    confirm: (claim.confirm ?? []).filter((step) => canBeTyped(step, claim)).map((step) => confirmation(step, spell)),
    fix: claim.fix ?? cause.fix,
    docs: docsLinks[cause.docs],
  };
}

/**
 * Not with an address that nobody told, and not with a name that begins with "-", which an agent may claim though no Node
 * can have it: it would be read as a flag, and neither kubectl's flags nor ours are told from names by a quote.
 */
function canBeTyped({ node, argv }: ConfirmStep, { nodes }: Claim): boolean {
  const isOurs = node === null && argv[0] === "cilium-health";
  const names = isOurs ? argv : nodes;
  return !argv.includes("") && !names.some((name) => name.startsWith("-") && argv.includes(name));
}

function confirmation(step: ConfirmStep, spell: SpellCommand): Confirmation {
  return { node: step.node, ...spell(step), expect: step.expect };
}

/** `--ignore RULE` ignores the rule everywhere, `--ignore RULE=NODE` where it names this node alone or among others. */
function isIgnored(claim: Claim, ignores: readonly IgnoreFlag[]): boolean {
  return ignores.some(({ rule, node }) => rule === claim.id && (node === null || claim.nodes.includes(node)));
}
