/** Most replies are a line; each exec keeps three collections. */
const leastBlockBytes = 1024;
const mostBlockBytes = 64 * 1024;

/**
 * Bytes that arrive in pieces, kept up to a limit. Pieces are copied into blocks, each as long as all before it up to
 * 64 KiB, so that a reply that comes byte by byte costs no more memory than one that comes at once, and no socket's
 * read buffer is held.
 */
export class ByteCollector {
  /** Bytes kept at most. */
  readonly limit: number;
  readonly #full: Buffer[] = [];
  #block = Buffer.alloc(0);
  #used = 0;
  #length = 0;

  constructor(limitBytes: number) {
    this.limit = limitBytes;
  }

  get length(): number {
    return this.#length;
  }

  /** Keeps what fits; false when something did not. */
  add(piece: Uint8Array): boolean {
    const kept = Math.min(piece.length, this.limit - this.#length);
    for (let offset = 0; offset < kept; ) {
      if (this.#used === this.#block.length) this.#nextBlock(kept - offset);
      const part = piece.subarray(offset, Math.min(kept, offset + this.#block.length - this.#used));
      this.#block.set(part, this.#used);
      this.#used += part.length;
      offset += part.length;
    }
    this.#length += kept;
    return kept === piece.length;
  }

  /** All bytes in one piece. */
  bytes(): Buffer {
    return Buffer.concat([...this.#full, this.#block.subarray(0, this.#used)], this.#length);
  }

  #nextBlock(wanted: number): void {
    if (this.#block.length > 0) this.#full.push(this.#block);
    const length = Math.max(leastBlockBytes, this.#length, wanted);
    this.#block = Buffer.allocUnsafeSlow(Math.min(length, mostBlockBytes));
    this.#used = 0;
  }
}
