// biome-ignore lint/suspicious/noControlCharactersInRegex: terminal sequences are what is read here
const sequence = /^\u001b(?:\[([0-9;?]*)([A-Za-z])|([78]))/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: the same
const begun = /^\u001b(?:\[[0-9;?]*)?$/;

/**
 * What a terminal of this size shows after some output: printing with wrapping, line feeds with scrolling, and the few
 * sequences the plugin uses. Throws at any other: it would be one that nobody has thought of.
 */
export class Screen {
  readonly columns: number;
  readonly #rows: number;
  #lines: string[][];
  #at = { row: 0, column: 0 };
  #saved = { row: 0, column: 0 };
  /** The beginning of a sequence whose rest is still to come. */
  #begun = "";
  /** Lines that scrolled out at the top. */
  scrolled = 0;

  constructor(columns: number, rows: number) {
    this.columns = columns;
    this.#rows = rows;
    this.#lines = Array.from({ length: rows }, () => []);
  }

  get lines(): readonly string[] {
    return this.#lines.map((line) =>
      Array.from(line, (cell) => cell ?? " ")
        .join("")
        .trimEnd(),
    );
  }

  get text(): string {
    return this.lines.join("\n");
  }

  write(output: string): void {
    let rest = this.#begun + output;
    this.#begun = "";
    while (rest !== "") {
      if (begun.test(rest)) {
        this.#begun = rest;
        return;
      }
      const [all, parameters = "", final = "", short = ""] = sequence.exec(rest) ?? [];
      if (all === undefined) {
        this.#print(rest[0] ?? "");
        rest = rest.slice(1);
      } else {
        this.#obey(parameters, final || short);
        rest = rest.slice(all.length);
      }
    }
  }

  #obey(parameters: string, final: string): void {
    const { row, column } = this.#at;
    if (final === "H" && parameters === "") this.#at = { row: 0, column: 0 };
    else if (final === "J" && parameters === "") {
      this.#lines[row]?.splice(column);
      for (let below = row + 1; below < this.#rows; below++) this.#lines[below] = [];
    } else if (final === "K") this.#lines[row]?.splice(parameters === "2" ? 0 : column);
    else if (final === "7") this.#saved = { row, column };
    else if (final === "8") this.#at = { ...this.#saved };
    else if (final !== "m") throw new Error(`the terminal was sent ESC ${parameters}${final}`);
  }

  #print(character: string): void {
    if (character === "\r") this.#at.column = 0;
    else if (character === "\n") this.#feed();
    else if (character < " ") throw new Error(`the terminal was sent ${JSON.stringify(character)}`);
    else {
      if (this.#at.column >= this.columns) {
        this.#at.column = 0;
        this.#feed();
      }
      const line = this.#lines[this.#at.row] ?? [];
      line[this.#at.column++] = character;
    }
  }

  #feed(): void {
    if (this.#at.row < this.#rows - 1) {
      this.#at.row++;
      return;
    }
    this.#lines = [...this.#lines.slice(1), []];
    this.scrolled++;
  }
}
