import type { ExecOutcome } from "../model/capture.ts";

/** How many agents are asked at once, from moment to moment. */
export interface Pace {
  /** At most so many now; never less than one. */
  width(): number;
  /** An exec ended. */
  heard(outcome: ExecOutcome): void;
}

const startWidth = 20;
/** Agents from which on more than these may be asked at once without being told so. */
const many = 200;
/** What more lanes must bring to be kept, by rate of ended execs. */
const worthwhile = 1.1;
const growth = 1.5;

/** At most so many at once: what --parallel says, and where it says nothing 20, or of 200 agents and more 40. */
export function mostAtOnce(said: number | null, agents: number): number {
  return said ?? (agents < many ? startWidth : 2 * startWidth);
}

/**
 * Widens by half as long as that lets clearly more execs end in the same time, up to `most`, and goes back where it does
 * not: beyond 20 to 100 at once an API server only answers later (a kube-apiserver 1.36: 131 execs/s at 20, 152 at 100).
 * Halves, at most once for those under way, when server, network or this machine says that it is too many, and recovers
 * one by one. `now`: milliseconds.
 */
export function adaptivePace(most: number, now: () => number): Pace {
  let width = Math.max(1, Math.min(startWidth, most));
  /** No wider than this: what helped, once something has not. */
  let bound = most;
  /** What ended before the last step, and how wide it was then; null before the first. */
  let before: { readonly width: number; readonly rate: number } | null = null;
  let isTrying = true;
  let ended = 0;
  let since = now();
  /** Execs still to end that were started before the last halving. */
  let old = 0;
  const openWindow = () => {
    ended = 0;
    since = now();
  };
  const tryWider = () => {
    const rate = ended / Math.max(1, now() - since);
    if (before !== null && rate < before.rate * worthwhile) {
      isTrying = false;
      bound = before.width;
      width = before.width;
      return;
    }
    before = { width, rate };
    width = Math.min(bound, Math.ceil(width * growth));
    isTrying = width > before.width;
  };
  const closeWindow = () => {
    if (isTrying) tryWider();
    else width = Math.min(bound, width + 1);
    openWindow();
  };
  return {
    width: () => width,
    heard: (outcome) => {
      old = Math.max(0, old - 1);
      if (isTooMuch(outcome)) {
        if (old > 0) return;
        old = width;
        width = Math.max(1, Math.floor(width / 2));
        isTrying = false;
        openWindow();
      } else if (++ended >= 2 * width) closeWindow();
    },
  };
}

const overload = new Set(["ECONNRESET", "EMFILE", "ENFILE", "EADDRNOTAVAIL", "ENOBUFS"]);

/** The API server asks for less (429, 503), connections are cut, or this process has no more of something. */
export function isTooMuch(outcome: ExecOutcome): boolean {
  if (outcome.kind === "http") return outcome.status === 429 || outcome.status === 503;
  if (outcome.kind === "timeout") return outcome.phase === "handshake";
  return outcome.kind === "network" && overload.has(outcome.code);
}
