import { ByteCollector } from "./byte-collector.ts";

const keptBytes = 64 * 1024;

/** A command's stderr for its outcome: the first 64 KiB, and where there was more a line that says so. */
export class StderrText {
  readonly #kept = new ByteCollector(keptBytes);
  #said = 0;

  add(piece: Uint8Array): void {
    this.#said += piece.length;
    this.#kept.add(piece);
  }

  toString(): string {
    const text = new TextDecoder().decode(this.#kept.bytes());
    return this.#said > keptBytes ? `${text}\n(cut: the first ${keptBytes} of ${this.#said} bytes)\n` : text;
  }
}
