/** `unseen`: it could not be looked at. `skipped`: it does not count, or there is nothing to look at. */
export type CheckOutcome = "passed" | "failed" | "unseen" | "skipped";

/** One thing a run looks at, as a test of a CI system. */
export interface Check {
  readonly name: string;
  readonly outcome: CheckOutcome;
  /** One sentence; "" for a check that passed and has nothing to say. */
  readonly message: string;
  /** What stands behind it, a line each. */
  readonly details: readonly string[];
}

export interface CheckSuite {
  readonly name: string;
  readonly checks: readonly Check[];
}
