import type { CounterName, LocateFindings, LocateWindow, SideGrowth } from "../../model/locate.ts";
import { type DropSignal, dropSignals } from "./drop-signal.ts";
import { type Signal, signalOf } from "./signal.ts";

type Side = "from" | "to";

/** What every counter on the way tells of the bursts, in the order packets pass. */
export interface Signals {
  readonly from: Readonly<Record<CounterName, Signal>>;
  readonly to: Readonly<Record<CounterName, Signal>>;
  /** The reason that holds the bursts best; null where nothing was dropped. */
  readonly fromDrop: DropSignal | null;
  readonly toDrop: DropSignal | null;
  readonly halfOpen: Signal;
}

const names: readonly CounterName[] = ["tunnelTx", "tunnelRx", "tunnelLost", "nicTx", "nicRx", "healthTx", "healthRx"];

export function signalsOf({ windows }: LocateFindings): Signals {
  const side = (which: Side) => (window: LocateWindow) => window[which];
  const counters = (which: Side) =>
    Object.fromEntries(
      names.map((name) => [name, signalOf(windows, (window) => counterOf(window[which], name))]),
    ) as Record<CounterName, Signal>; // fromEntries forgets the keys; all of them are there
  return {
    from: counters("from"),
    to: counters("to"),
    fromDrop: dropSignals(windows, side("from"))[0] ?? null,
    toDrop: dropSignals(windows, side("to"))[0] ?? null,
    halfOpen: signalOf(windows, ({ halfOpen }) => halfOpen),
  };
}

function counterOf(growth: SideGrowth | null, name: CounterName): number | null {
  return growth?.counters[name] ?? null;
}
