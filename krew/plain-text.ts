/**
 * What yargs' help needs of string-width, strip-ansi and wrap-ansi when all text is plain ASCII, as ours is (a test
 * holds that). The real ones bring emoji tables and Intl.Segmenter into every start: a third of `--help`'s time.
 */
export function stringWidth(text: string): number {
  return text.length;
}

export function stripAnsi(text: string): string {
  return text;
}

/** Breaks lines at blanks so that none is wider than `width`, where a word allows it. */
export function wrapText(text: string, width: number): string {
  return text
    .split("\n")
    .map((line) => wrapLine(line, width))
    .join("\n");
}

function wrapLine(line: string, width: number): string {
  const [first = "", ...words] = line.split(" ");
  const lines = [first];
  for (const word of words) {
    const last = lines.length - 1;
    const current = lines[last] ?? "";
    if (current.length + 1 + word.length > width) lines.push(word);
    else lines[last] = `${current} ${word}`;
  }
  return lines.join("\n");
}
