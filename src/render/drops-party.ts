import type { DropParty } from "../model/drops.ts";
import { shown } from "../model/visible-text.ts";

/** Who stands there, in as few words as tell it. */
export function partyText({ ip, kind, node, name }: DropParty): string {
  switch (kind) {
    case "node":
      return shown(node);
    case "health":
      return `${shown(node)} health`;
    case "pod":
      return shown(name) || `${shown(ip)} (${shown(node)})`;
    case "outside":
      return shown(ip) || "-";
    default: {
      const never: never = kind;
      return never;
    }
  }
}
