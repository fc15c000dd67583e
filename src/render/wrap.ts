/** Longer lines are hard to read. */
const widest = 110;

/** A text broken between words into lines of at most `width`; what stands in backticks stays together. */
export function wrapped(text: string, width: number): string[] {
  const room = Math.max(20, Math.min(width, widest));
  const lines: string[] = [];
  let line = "";
  for (const [word] of text.matchAll(/[^\s`]*`[^`]*`[^\s`]*|\S+/g)) {
    if (line !== "" && line.length + 1 + word.length > room) {
      lines.push(line);
      line = "";
    }
    line = line === "" ? word : `${line} ${word}`;
  }
  return line === "" ? lines : [...lines, line];
}
