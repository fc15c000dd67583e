import type { Clock } from "./wire.ts";

/** A timer whose time stands still while it is held. */
export interface HeldTimer {
  hold(): void;
  release(): void;
  /** For ever: it fires no more. */
  stop(): void;
}

/** Calls once after `ms` milliseconds, those in which it was held left out. */
export function heldTimer(clock: Clock, ms: number, call: () => void): HeldTimer {
  let left = ms;
  let since = 0;
  let cancel: (() => void) | null = null;
  let isOver = false;
  const run = () => {
    if (isOver || cancel !== null) return;
    since = clock.now();
    cancel = clock.after(left, () => {
      isOver = true;
      call();
    });
  };
  const hold = () => {
    if (cancel === null) return;
    cancel();
    cancel = null;
    left = Math.max(0, left - (clock.now() - since));
  };
  run();
  return {
    hold,
    release: run,
    stop: () => {
      hold();
      isOver = true;
    },
  };
}
