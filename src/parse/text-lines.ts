/** Characters of a line beyond which it is not kept. */
const longestLine = 64 * 1024;

export interface TextLines {
  /** Bytes as they come, cut anywhere; null for a line that is longer than anything worth reading. */
  take(piece: Uint8Array): readonly (string | null)[];
}

/** Lines out of a stream of bytes; a last line without its end is never read. Holds one unfinished line at most. */
export function textLines(): TextLines {
  const decoder = new TextDecoder();
  let rest = "";
  let tooLong = false;
  return {
    take: (piece) => {
      const lines = (rest + decoder.decode(piece, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      const read = lines.map((line, at) => ((at === 0 && tooLong) || line.length > longestLine ? null : line));
      if (lines.length > 0) tooLong = false;
      if (rest.length > longestLine) {
        rest = "";
        tooLong = true;
      }
      return read;
    },
  };
}
