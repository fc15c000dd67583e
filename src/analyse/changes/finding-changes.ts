import type { Finding } from "../../model/report.ts";
import type { Change } from "../../model/watch.ts";

type FindingChange = Extract<Change, { kind: "finding" }>;

/** Findings by rule and nodes: in how many rounds in a row, and as what they were. */
export type FindingMemory = ReadonlyMap<string, { readonly rounds: number; readonly finding: Finding }>;

/** Findings come and go like paths: new after the cycles asked for, gone at once. */
export function followFindings(
  before: FindingMemory,
  findings: readonly Finding[],
  confirmCycles: number,
): { readonly memory: FindingMemory; readonly changes: readonly FindingChange[]; readonly lasting: boolean } {
  const memory = new Map(
    findings.map((finding) => {
      const key = keyOf(finding);
      return [key, { rounds: (before.get(key)?.rounds ?? 0) + 1, finding }] as const;
    }),
  );
  const entries = [...memory.values()];
  const came = entries.filter(({ rounds }) => rounds === confirmCycles);
  const went = [...before].filter(([key, { rounds }]) => rounds >= confirmCycles && !memory.has(key));
  return {
    memory,
    changes: [
      ...came.map(({ finding }) => changeOf("new", finding)),
      ...went.map(([, { finding }]) => changeOf("gone", finding)),
    ],
    lasting: entries.some(({ rounds, finding }) => rounds >= confirmCycles && standsAlone(finding)),
  };
}

/** A finding without paths of its own, that counts: no probe cycle confirms it. */
function standsAlone({ pathCount, ignored, severity }: Finding): boolean {
  return pathCount === 0 && !ignored && severity !== "info";
}

function keyOf({ id, nodes }: Finding): string {
  return [id, ...[...nodes].sort()].join("\n");
}

function changeOf(change: "new" | "gone", { id, title, nodes }: Finding): FindingChange {
  return { kind: "finding", change, id, title, nodes };
}
