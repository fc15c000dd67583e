import { brokenRule } from "./engine.ts";
import type { Cause } from "./rule.ts";
import { rules } from "./rules/index.ts";

/** Every cause that a finding can name, in the order in which the rules are asked; a rule that failed comes last. */
export const catalogue: readonly Cause[] = [...rules.flatMap(({ causes }) => causes), brokenRule];
