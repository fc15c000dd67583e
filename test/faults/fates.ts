import { seeded } from "../bundle/seeded.ts";
import type { Fate, FaultyWay } from "./faulty-way.ts";

type FateOf = (nth: number, way: FaultyWay) => Fate;

/** Of a hundred connections `percent` are reset, at any moment from the first byte to the middle of a reply. */
export function randomResets(percent: number, seed: number): FateOf {
  const random = seeded(seed);
  return () => (random() * 100 < percent ? { resetAfterBytes: Math.floor(random() * 3000) } : "pass");
}

/** At the nth connection all that are open are reset, and the next `down` ones too: the API server is not back yet. */
export function restartAt(nth: number, down: number): FateOf {
  return (at, way) => {
    if (at === nth) way.resetAll();
    return at >= nth && at < nth + down ? "reset" : "pass";
  };
}

/** From the nth connection on the API server is gone. */
export function goneAt(nth: number): FateOf {
  return restartAt(nth, Number.POSITIVE_INFINITY);
}
