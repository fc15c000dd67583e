import { StderrText } from "./stderr-text.ts";

/** kubectl's own last line is far shorter, even with what a webhook gives as its reason. */
const heldBytes = 64 * 1024;

/**
 * What kubectl writes on stderr: the command's own, and at the end a word of its own on how it went. That word is told
 * apart once all is there; what can be no part of it is handed on before.
 */
export class ChildStderr {
  readonly #text = new StderrText();
  readonly #tell: (piece: Uint8Array) => void;
  #held: Buffer = Buffer.alloc(0);

  /** `tell` takes the command's own, piece by piece. */
  constructor(tell: (piece: Uint8Array) => void) {
    this.#tell = tell;
  }

  add(piece: Buffer): void {
    const all = Buffer.concat([this.#held, piece]);
    const free = Math.max(0, all.length - heldBytes);
    this.#handOn(all.subarray(0, free));
    this.#held = all.subarray(free);
  }

  /** All is there: kubectl's word, "" where it had none because the command went well; the rest is the command's. */
  end(wentWell: boolean): { readonly word: string; readonly stderr: string } {
    const from = wentWell ? this.#held.length : lastWordAt(this.#held.toString("latin1"));
    this.#handOn(this.#held.subarray(0, from));
    return { word: this.#held.subarray(from).toString().trim(), stderr: String(this.#text) };
  }

  #handOn(piece: Uint8Array): void {
    if (piece.length === 0) return;
    this.#text.add(piece);
    this.#tell(piece);
  }
}

/** kubectl does not look whether the command ended its last line: then its word follows on the same one. */
function lastWordAt(stderr: string): number {
  const text = stderr.trimEnd();
  return /command terminated with exit code \d{1,9}$/.exec(text)?.index ?? text.lastIndexOf("\n") + 1;
}
