/**
 * Exit codes of the contract that an error can carry: 2 wrong usage, 3 could not look, 1 could not look either, but what
 * is known is bad enough.
 */
export type ErrorExitCode = 1 | 2 | 3;

/**
 * The one error type: a sentence for people, what to do about it, and the exit code. Thrown only when there is nothing
 * to report at all; failures of single agents are values. The cause is shown with -v.
 */
export class HealthError extends Error {
  override readonly name = "HealthError";
  readonly exitCode: ErrorExitCode;
  /** What to do, as one or more lines; "" when the message says it all. */
  readonly hint: string;

  constructor(message: string, options: { exitCode: ErrorExitCode; hint?: string; cause?: unknown }) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.exitCode = options.exitCode;
    this.hint = options.hint ?? "";
  }
}
