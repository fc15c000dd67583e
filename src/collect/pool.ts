/**
 * Runs `work` on every item, at most `parallel` at a time, in order of the list. After an abort no further item is
 * started; those under way end by themselves (their work sees the same signal). Rejects only if `work` does.
 */
export async function runPool<T>(
  items: readonly T[],
  parallel: number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async () => {
    while (next < items.length && !signal.aborted) {
      const item = items[next++];
      if (item !== undefined) await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.max(1, Math.min(parallel, items.length)) }, lane));
}
