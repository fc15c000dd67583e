import type { LineWord } from "../src/collect/opt-in-lines.ts";

/** Whether a command line is one of these. */
export function matchesLine(line: readonly LineWord[], argv: readonly string[]): boolean {
  return (
    line.length === argv.length &&
    line.every((word, at) => {
      const given = argv[at] ?? "";
      return typeof word === "string" ? word === given : new RegExp(`^(?:${word.pattern})$`).test(given);
    })
  );
}
