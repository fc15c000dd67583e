/**
 * Runs `work` on every item, at most `width()` at a time, in order of the list; the width may change while it runs, and
 * what is under way is never stopped for it. After an abort no further item is started; those under way end by
 * themselves (their work sees the same signal). Rejects only if `work` does.
 *
 * The width is looked at whenever an item has ended, and when `changed` resolves, which must not reject.
 */
export function runPool<T>(
  items: readonly T[],
  width: () => number,
  signal: AbortSignal,
  work: (item: T) => Promise<void>,
  changed?: Promise<void>,
): Promise<void> {
  return new Promise((resolve, reject) => {
    let next = 0;
    let running = 0;
    const goOn = () => {
      while (next < items.length && !signal.aborted && running < Math.max(1, width())) {
        const item = items[next++];
        if (item === undefined) continue;
        running++;
        work(item).then(ended, reject);
      }
      if (running === 0) resolve();
    };
    const ended = () => {
      running--;
      goOn();
    };
    goOn();
    void changed?.then(goOn);
  });
}
