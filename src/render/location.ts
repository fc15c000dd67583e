import type { Location } from "../model/locate.ts";
import { shown } from "../model/visible-text.ts";
import { columns } from "./columns.ts";
import type { RenderOptions } from "./options.ts";
import { theme } from "./theme.ts";
import { wrapped } from "./wrap.ts";

/** Where a path is lost, in a sentence, and the counters it rests on. */
export function locationLines(location: Location, options: RenderOptions): string[] {
  const look = theme(options);
  const { path, place, confidence, attempts, bursts } = location;
  const sent = bursts.reduce((sum, one) => sum + one, 0);
  const arrow = options.ascii ? "->" : "→";
  const doubt = confidence === null ? "" : ` (${confidence})`;
  const paint = place === "works" ? look.good : place === "unknown" ? look.doubtful : look.bad;
  const ended = [
    `${attempts.opened} opened`,
    ...(attempts.refused === 0 ? [] : [`${attempts.refused} refused`]),
    ...(attempts.silent === 0 ? [] : [`${attempts.silent} without an answer`]),
    ...(attempts.failed === 0 ? [] : [`${attempts.failed} failed`]),
  ];
  return [
    look.strong(
      `located: ${shown(path.from)} ${arrow} ${shown(path.to)}, ${path.target} ${shown(path.address)} port ${path.port}`,
    ),
    ...wrapped(`${shown(location.text)}${doubt}`, options.columns - 2).map((line) => `  ${paint(line)}`),
    `  ${sent} connections: ${ended.join(", ")}`,
    "",
    ...counterLines(location),
  ];
}

/** Quiet: what other traffic lets expect in the time of all bursts. */
function counterLines({ counters, bursts }: Location): string[] {
  if (counters.length === 0) return [];
  const headings = ["  NODE", "COUNTER", "BACKGROUND", ...bursts.map((sent) => `${sent} SENT`)];
  const rows = counters.map(({ node, name, background, bursts: grown }) => [
    `  ${shown(node)}`,
    shown(name),
    background === null ? "-" : String(background),
    ...grown.map((packets) => `+${packets}`),
  ]);
  return [...columns(headings, rows), ""];
}
