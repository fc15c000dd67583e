/**
 * Counts the timers that are set from here on and have neither fired nor been cleared: the program's, and those of the
 * libraries and doubles in the same process. The test runner keeps the functions it started with, so its own are not
 * among them; nor are faked ones, which vitest counts itself.
 */
export class OpenTimers {
  readonly #open = new Set<NodeJS.Timeout>();
  readonly #original = { setTimeout, setInterval, clearTimeout, clearInterval };

  constructor() {
    const open = this.#open;
    const original = this.#original;
    const once = (call: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => {
      const timer = original.setTimeout(() => {
        open.delete(timer);
        call(...given);
      }, ms);
      open.add(timer);
      return timer;
    };
    const again = (call: (...given: unknown[]) => void, ms?: number, ...given: unknown[]) => {
      const timer = original.setInterval(call, ms, ...given);
      open.add(timer);
      return timer;
    };
    const clear = (timer: NodeJS.Timeout | undefined) => {
      if (timer !== undefined) open.delete(timer);
      original.clearTimeout(timer);
    };
    Object.assign(globalThis, { setTimeout: once, setInterval: again, clearTimeout: clear, clearInterval: clear });
  }

  /** What is left of them, after as many turns of the event loop as the ends of connections may take. */
  async left(): Promise<number> {
    for (let turn = 0; turn < 200 && this.#open.size > 0; turn++) await new Promise((next) => setImmediate(next));
    return this.#open.size;
  }

  restore(): void {
    Object.assign(globalThis, this.#original);
  }
}
