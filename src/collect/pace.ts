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
const worthwhile = 1.15;
const growth = 1.5;

/** What --parallel says, and where it says nothing 20 agents, or from 200 on 40: the pace finds out if that helps. */
export function mostAtOnce(said: number | null, agents: number): number {
  return said ?? (agents < many ? startWidth : 2 * startWidth);
}

/**
 * Widens by half as long as that lets clearly more execs end in the same time, up to `most`, and stays where it does
 * not: beyond 20 to 100 at once an API server only answers later (a kube-apiserver 1.36: 131 execs/s at 20, 152 at 100).
 * Halves, at most once for those under way, when server, network or this machine says that it is too many.
 * `now`: milliseconds.
 */
export function adaptivePace(most: number, now: () => number): Pace {
  let width = Math.max(1, Math.min(startWidth, most));
  let settled = false;
  let ended = 0;
  let since = now();
  let bestRate = 0;
  /** Execs still to end that were started before the last halving. */
  let old = 0;
  const openWindow = () => {
    ended = 0;
    since = now();
  };
  const closeWindow = () => {
    const rate = ended / Math.max(1, now() - since);
    if (!settled && rate > bestRate * worthwhile) width = Math.min(most, Math.ceil(width * growth));
    else if (settled) width = Math.min(most, width + 1);
    else settled = true;
    bestRate = Math.max(bestRate, rate);
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
        settled = true;
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
