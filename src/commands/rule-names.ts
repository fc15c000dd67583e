import { everyCause } from "../analyse/catalogue.ts";
import type { Cause } from "../analyse/rule.ts";
import { HealthError } from "../model/errors.ts";
import type { IgnoreFlag } from "../model/request.ts";
import { nearNames } from "./near-names.ts";

/** The cause of this id. Throws HealthError (2) with the ids that may have been meant. */
export function causeNamed(id: string): Cause {
  const cause = everyCause.find((one) => one.id === id);
  if (cause === undefined) throw unknownRule(`no rule has the id "${id}"`, id);
  return cause;
}

/** A misspelt --ignore would ignore nothing, and nobody would notice. Throws HealthError (2). */
export function rejectUnknownRules(ignores: readonly IgnoreFlag[]): void {
  for (const { rule } of ignores) {
    if (everyCause.some(({ id }) => id === rule)) continue;
    throw unknownRule(`invalid argument "${rule}" for "--ignore" flag: no rule has this id`, rule);
  }
}

function unknownRule(message: string, typed: string): HealthError {
  const near = nearNames(
    typed,
    everyCause.map(({ id }) => id),
  );
  const guess = near.length === 0 ? [] : [`Did you mean ${near.join(" or ")}?`];
  return new HealthError(message, {
    exitCode: 2,
    hint: [...guess, "See all rules with: kubectl cilium-health explain"].join("\n"),
  });
}
