const mostNames = 3;

/** Up to three of the known names that a mistyped one may have meant, the nearest first. */
export function nearNames(typed: string, known: readonly string[]): string[] {
  const word = typed
    .slice(0, 100)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "");
  if (word === "") return [];
  return known
    .map((name) => ({ name, far: distance(word, name) }))
    .filter(({ far }) => far <= Math.max(2, word.length / 3))
    .sort((a, b) => a.far - b.far || a.name.length - b.name.length)
    .slice(0, mostNames)
    .map(({ name }) => name);
}

/** Nearly nothing where every part of the word stands in the name, else how many letters differ. */
function distance(word: string, name: string): number {
  const parts = word.split("-");
  return word.length > 2 && parts.every((part) => name.includes(part)) ? 0.5 : editDistance(word, name);
}

/** Levenshtein's: letters to insert, remove or replace. */
function editDistance(a: string, b: string): number {
  let above = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (let row = 1; row <= a.length; row++) {
    const here = [row];
    for (let at = 1; at <= b.length; at++) {
      const replaced = (above[at - 1] ?? 0) + (a[row - 1] === b[at - 1] ? 0 : 1);
      here.push(Math.min(replaced, (above[at] ?? 0) + 1, (here[at - 1] ?? 0) + 1));
    }
    above = here;
  }
  return above[b.length] ?? 0;
}
