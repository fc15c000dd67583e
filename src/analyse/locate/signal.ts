import type { LocateWindow } from "../../model/locate.ts";

/**
 * Whether a counter shows the bursts: `yes` as many packets and more came through · `no` they did not · `unclear` other
 * traffic hides them, or some came through and some did not · `missing` the counter could not be read in every window.
 */
export type Seen = "yes" | "no" | "unclear" | "missing";

export interface Signal {
  readonly seen: Seen;
  /** What it grew by in all bursts together. */
  readonly total: number;
  readonly sent: number;
  /** What the quiet time lets expect beside them in the same time; null where there was no quiet time. */
  readonly background: number | null;
  readonly bursts: readonly number[];
}

/** Of what was sent at least so much must be missing, whatever else came, to say that it did not come through. */
const lostBelow = 0.5;
/** Beyond the background at least so much must have come to say that it did. */
const cameFrom = 0.8;

/**
 * Counters are exact and never fall: fewer than were sent is proof that some did not come. That they came is told by
 * every burst being in the counter, with less other traffic than was sent.
 */
export function signalOf(windows: readonly LocateWindow[], read: (window: LocateWindow) => number | null): Signal {
  const quiet = windows.filter(({ sent }) => sent === 0);
  const loud = windows.filter(({ sent }) => sent > 0);
  const growths = loud.map(read);
  const bursts = growths.map((growth) => growth ?? 0);
  const sent = sum(loud.map((window) => window.sent));
  const total = sum(bursts);
  const background = backgroundOf(quiet, loud, read);
  const numbers = { total, sent, background, bursts };
  if (loud.length === 0 || growths.includes(null)) return { seen: "missing", ...numbers };
  return { seen: judged(numbers, loud), ...numbers };
}

function judged({ total, sent, background, bursts }: Omit<Signal, "seen">, loud: readonly LocateWindow[]): Seen {
  if (total < sent * lostBelow) return "no";
  const quietEnough = background !== null && background <= sent;
  if (!quietEnough) return "unclear";
  const beyond = total - background;
  if (beyond >= sent * cameFrom && bursts.every((growth, at) => growth >= (loud[at]?.sent ?? 0))) return "yes";
  return beyond < sent * (1 - cameFrom) ? "no" : "unclear";
}

/** The quiet rate over the time of the bursts. */
function backgroundOf(
  quiet: readonly LocateWindow[],
  loud: readonly LocateWindow[],
  read: (window: LocateWindow) => number | null,
): number | null {
  const growths = quiet.map(read);
  const seconds = sum(quiet.map((window) => window.seconds));
  if (seconds <= 0 || growths.includes(null)) return null;
  const rate = sum(growths.map((growth) => growth ?? 0)) / seconds;
  return Math.round(rate * sum(loud.map((window) => window.seconds)));
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((all, one) => all + one, 0);
}
