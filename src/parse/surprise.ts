/** Thrown by a cursor, and made once: nobody reads its stack, and hostile replies would have a million made. */
const surprise = new Error("a reply that is not written as Cilium's programs write it");

/** What `read` makes of the bytes; null where they surprise it: then the parser has to say what they are. */
export function unlessSurprised<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error === surprise) return null;
    throw error;
  }
}

export function giveUp(): never {
  throw surprise;
}
