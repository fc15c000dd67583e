import { checks } from "./checks/index.ts";
import { brokenRule } from "./engine.ts";
import type { Cause } from "./rule.ts";
import { rules } from "./rules/index.ts";

/** Every cause that a finding can name, in the order in which the rules are asked; a rule that failed comes last. */
export const catalogue: readonly Cause[] = [...rules.flatMap(({ causes }) => causes), brokenRule];

/** What `check` looks at, in its order. */
export const checkCatalogue: readonly Cause[] = checks.map(({ cause }) => cause);

/** Everything that `explain` explains and --ignore takes. */
export const everyCause: readonly Cause[] = [...catalogue, ...checkCatalogue];
