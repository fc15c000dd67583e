import type { Clock } from "../../src/cluster/wire.ts";

interface Entry {
  at: number;
  readonly everyMs: number | null;
  readonly call: () => void;
}

/** Time that moves only when a test says so. */
export class ManualClock implements Clock {
  #now = 0;
  readonly #entries = new Set<Entry>();

  now(): number {
    return this.#now;
  }

  after(ms: number, call: () => void): () => void {
    return this.#add({ at: this.#now + ms, everyMs: null, call });
  }

  every(ms: number, call: () => void): () => void {
    return this.#add({ at: this.#now + ms, everyMs: ms, call });
  }

  /** Timers that are still to fire. */
  get pending(): number {
    return this.#entries.size;
  }

  /** Milliseconds to each timer that is still to fire, the nearest first. */
  get waits(): number[] {
    return [...this.#entries].map((entry) => entry.at - this.#now).sort((a, b) => a - b);
  }

  /** Moves on by `ms` and fires, in order, what falls due. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const due = [...this.#entries].filter((entry) => entry.at <= end).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#now = Math.max(this.#now, due.at);
      if (due.everyMs === null) this.#entries.delete(due);
      else due.at += due.everyMs;
      due.call();
    }
    this.#now = end;
  }

  #add(entry: Entry): () => void {
    this.#entries.add(entry);
    return () => this.#entries.delete(entry);
  }
}
