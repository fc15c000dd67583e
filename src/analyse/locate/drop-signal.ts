import type { LocateWindow, SideGrowth } from "../../model/locate.ts";
import { type Signal, signalOf } from "./signal.ts";

export interface DropSignal extends Signal {
  readonly reason: string;
  readonly direction: string;
}

/** Drop reasons of one side that grew, with what each tells of the bursts; those that hold them first. */
export function dropSignals(
  windows: readonly LocateWindow[],
  side: (window: LocateWindow) => SideGrowth | null,
): readonly DropSignal[] {
  const kinds = new Map<string, { readonly reason: string; readonly direction: string }>();
  for (const window of windows) {
    for (const { reason, direction } of side(window)?.drops ?? []) {
      kinds.set(JSON.stringify([reason, direction]), { reason, direction });
    }
  }
  const weight = ({ seen, total }: Signal) => (seen === "yes" ? 1e9 : seen === "unclear" ? 1e6 : 0) + total;
  return [...kinds.values()]
    .map((kind) => ({ ...kind, ...signalOf(windows, (window) => packetsOf(side(window), kind)) }))
    .filter(({ total }) => total > 0)
    .sort((a, b) => weight(b) - weight(a));
}

function packetsOf(
  growth: SideGrowth | null,
  { reason, direction }: { readonly reason: string; readonly direction: string },
): number | null {
  if (growth?.drops == null) return null;
  return growth.drops.find((one) => one.reason === reason && one.direction === direction)?.packets ?? 0;
}
