import { ByteCollector } from "./byte-collector.ts";

/** Where a command's stdout goes: kept for the end, or handed on while it runs. */
export interface StdoutSink {
  /** Bytes taken at most. */
  readonly limit: number;
  /** False when something did not fit. */
  add(piece: Uint8Array): boolean;
  /** What was kept; nothing where it was handed on. */
  bytes(): Buffer;
}

/** With `onStdout` nothing is kept; the limit holds all the same, and what is beyond it is not handed on. */
export function stdoutSink(maxBytes: number, onStdout: ((piece: Uint8Array) => void) | undefined): StdoutSink {
  if (onStdout === undefined) return new ByteCollector(maxBytes);
  let taken = 0;
  return {
    limit: maxBytes,
    add: (piece) => {
      const fits = piece.subarray(0, maxBytes - taken);
      taken += fits.length;
      if (fits.length > 0) onStdout(fits);
      return fits.length === piece.length;
    },
    bytes: () => Buffer.alloc(0),
  };
}
