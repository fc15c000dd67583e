import type { LineWord } from "./opt-in-lines.ts";
import { tallyCommand } from "./short-captures.ts";

const time = "TIME";
const timePattern = "[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z";

/** Command lines of every run that hold a time, and are otherwise the same word by word. */
export const timedLines: readonly (readonly LineWord[])[] = [
  tallyCommand({ oldest: time, newest: time }).map((word) =>
    word.includes(time) ? { name: word, pattern: word.split(time).map(literally).join(timePattern) } : word,
  ),
];

/** The text as a pattern that matches it alone, in JavaScript's syntax as in RE2's. */
function literally(text: string): string {
  return text.replace(/[\\^$.|?*+()[\]{}]/g, "\\$&");
}
