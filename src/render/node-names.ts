import { shown } from "../model/visible-text.ts";

/** Runs shorter than this are named one by one. */
const leastRun = 3;

/**
 * Sorted node names in few words: `worker-1..worker-8, worker-10`, cut at `width` characters with how many are left out.
 * 0 cuts nothing.
 */
export function foldedNames(names: readonly string[], width: number): string {
  const runs = runsOf(names);
  let text = "";
  let named = 0;
  for (const run of runs) {
    const part =
      run.length < leastRun ? run.map(shown).join(", ") : `${shown(run[0] ?? "")}..${shown(run.at(-1) ?? "")}`;
    const longer = text === "" ? part : `${text}, ${part}`;
    if (width > 0 && text !== "" && longer.length > width) return `${text} and ${names.length - named} more`;
    text = longer;
    named += run.length;
  }
  return text;
}

/** Neighbours that differ by one in their last number, written alike. */
function runsOf(names: readonly string[]): string[][] {
  const runs: string[][] = [];
  for (const name of names) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run !== undefined && last !== undefined && isNext(last, name)) run.push(name);
    else runs.push([name]);
  }
  return runs;
}

function isNext(one: string, next: string): boolean {
  const [, head, number = ""] = /^(.*?)(\d+)$/.exec(one) ?? [];
  const [, nextHead, nextNumber = ""] = /^(.*?)(\d+)$/.exec(next) ?? [];
  if (head === undefined || head !== nextHead || number.length > 15) return false;
  const padded = number.startsWith("0") || nextNumber.startsWith("0");
  return Number(number) + 1 === Number(nextNumber) && (!padded || number.length === nextNumber.length);
}
