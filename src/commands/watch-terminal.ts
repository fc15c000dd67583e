import type { Request } from "../cli/request.ts";
import type { WatchRound } from "../model/watch.ts";
import { changeLines, failedLine, fitted, roundTable, standingLine } from "../render/watch.ts";
import type { Io } from "./io.ts";
import { renderOptions } from "./show.ts";
import type { WatchOutput } from "./watch-output.ts";

/** Kept for the end of the watch, and shown while it runs. */
const mostKept = 200;
const mostShown = 6;

const clear = "\u001b[H\u001b[J";
/** Rewrites the first line and puts the cursor back. */
const firstLine = (text: string) => `\u001b7\u001b[H\u001b[2K${text}\u001b8`;

/** Redraws in place: the standing, the last changes, the first screen as far as it fits; all of it at the end. */
export function terminalScreen(request: Extract<Request, { kind: "status" }>, io: Io): WatchOutput {
  const log: string[] = [];
  let shown: WatchRound | null = null;
  let size = "";
  const options = () => renderOptions(request.show, io, request.all);
  const dots = request.show.ascii ? "..." : "…";
  const keep = (lines: readonly string[]) => {
    log.push(...lines);
    log.splice(0, log.length - mostKept);
  };
  const table = (round: WatchRound) => roundTable(round, options(), request.format === "wide");
  const draw = (): Promise<boolean> => {
    if (shown === null) return Promise.resolve(true);
    size = `${io.columns}x${io.rows}`;
    const recent = log.slice(-mostShown);
    const lines = ["", standingLine(shown, options()), ...recent, "", ...table(shown)];
    return io.write(`${clear}${fitted(lines, io.columns, io.rows - 1, dots).join("\n")}\n`);
  };
  return {
    round: (round) => {
      keep(changeLines(round, options()));
      shown = round;
      return draw();
    },
    failed: (round) => {
      keep([failedLine(round, options())]);
      return draw();
    },
    waiting: async (leftMs) => {
      if (shown === null) return;
      if (size !== `${io.columns}x${io.rows}`) await draw();
      const what = leftMs === 0 ? "looking" : `next round in ${Math.ceil(leftMs / 1000)}s`;
      await io.write(firstLine(headLine(what, io.columns)));
    },
    end: async (last) => {
      const ended = `watch ended; ${standingLine(last, options())}`;
      await io.write(`${clear}${[ended, ...log, "", ...table(last)].join("\n")}\n`);
    },
  };
}

function headLine(what: string, columns: number): string {
  return `kubectl cilium-health --watch   ${what}   Ctrl-C ends it`.slice(0, columns - 1);
}
