import { compareNames } from "../summary/coverage.ts";

/** More names than these are counted: the document holds them all. */
const mostNamed = 3;

/** `worker-3`, `worker-3 and worker-5`, `12 of 300 agents`: named when few, counted when many. */
export function agentsOf(names: readonly string[], read: number): string {
  if (names.length > mostNamed) return `${names.length} of ${read} agents`;
  const sorted = [...names].sort(compareNames);
  const last = sorted.pop() ?? "no agent";
  return sorted.length === 0 ? last : `${sorted.join(", ")} and ${last}`;
}
