import type { Request } from "../cli/request.ts";
import type { FailedRound, WatchRound } from "../model/watch.ts";
import { jsonLine } from "../render/json-line.ts";
import { changeLines, failedDocument, failedLine, roundTable, standingLine, watchDocument } from "../render/watch.ts";
import type { Io } from "./io.ts";
import { renderOptions, writeAll } from "./show.ts";

/** Where a watch is shown. `round` and `failed` resolve false once nobody reads any more. */
export interface WatchOutput {
  round(round: WatchRound): Promise<boolean>;
  failed(round: FailedRound): Promise<boolean>;
  /** Called about once a second with the milliseconds left until the next round, 0 while one is made. */
  waiting(leftMs: number): Promise<void>;
  /** The last state, when the watch ends. */
  end(last: WatchRound): Promise<void>;
}

type StatusRequest = Extract<Request, { kind: "status" }>;

/** One document a line. */
export function jsonLines({ all }: StatusRequest, io: Io): WatchOutput {
  return {
    round: (round) => writeAll(jsonLine(watchDocument(round, all, false)), io),
    failed: (round) => writeAll(jsonLine(failedDocument(round)), io),
    waiting: async () => {},
    end: async (last) => {
      await writeAll(jsonLine(watchDocument(last, all, true)), io);
    },
  };
}

/** Tables one after the other, for a log file: `-o table` where there is no terminal. */
export function appendedText(request: StatusRequest, io: Io): WatchOutput {
  const options = renderOptions(request.show, io, request.all);
  const text = (lines: readonly string[]) => io.write(`${lines.join("\n")}\n\n`);
  const table = (round: WatchRound) => roundTable(round, options, request.format === "wide");
  return {
    round: (round) => text([standingLine(round, options), ...changeLines(round, options), "", ...table(round)]),
    failed: (round) => text([failedLine(round, options)]),
    waiting: async () => {},
    end: async (last) => {
      await text([`watch ended; ${standingLine(last, options)}`, "", ...table(last)]);
    },
  };
}
