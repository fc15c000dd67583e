import type { DropEvent, DropRow, DropsReport } from "../model/drops.ts";
import { dropDocument, dropsDocument } from "../render/drops-document.ts";
import { dropsTable } from "../render/drops-table.ts";
import { jsonLine } from "../render/json-line.ts";
import { fitted } from "../render/watch.ts";
import { yamlChunks } from "../render/yaml.ts";
import type { DropsRequest } from "./drops.ts";
import type { Io } from "./io.ts";
import { readOptions, writeAll } from "./show.ts";

/** Where drops are shown while they come, and the summary. Nothing here waits for a slow reader. */
export interface DropsOutput {
  drop(node: string, drop: DropEvent, row: DropRow): void;
  /** About once a second while agents are watched. */
  tick(sofar: () => DropsReport, leftSeconds: number): void;
  end(report: DropsReport): Promise<void>;
}

export function dropsOutput(request: DropsRequest, io: Io): DropsOutput {
  const { format } = request;
  if (format === "json" || (format === null && !io.stdoutIsTerminal)) return jsonLines(io);
  if (format === "yaml") return { ...silent, end: (report) => whole(yamlChunks(dropsDocument(report)), io) };
  return io.stdoutIsTerminal ? terminalScreen(request, io) : onceAtTheEnd(request, io);
}

const silent = { drop: () => {}, tick: () => {} };

async function whole(chunks: Iterable<string>, io: Io): Promise<void> {
  await writeAll(chunks, io);
}

/** Lines that wait for a reader at most; beyond them only the summary counts. */
const mostWaiting = 20_000;

/** One packet a line as it comes, the summary as the last one. */
function jsonLines(io: Io): DropsOutput {
  let waiting = 0;
  let written: Promise<unknown> = Promise.resolve();
  return {
    drop: (node, drop, row) => {
      if (waiting >= mostWaiting) return;
      waiting++;
      const line = [...jsonLine(dropDocument(node, drop, row, io.now().toISOString()))].join("");
      written = written.then(() => io.write(line)).finally(() => waiting--);
    },
    tick: () => {},
    end: async (report) => {
      await written;
      await writeAll(jsonLine(dropsDocument(report)), io);
    },
  };
}

function onceAtTheEnd(request: DropsRequest, io: Io): DropsOutput {
  return { ...silent, end: (report) => whole(tableText(request, io, report), io) };
}

function tableText(request: DropsRequest, io: Io, report: DropsReport): string[] {
  return [
    `${dropsTable(report, readOptions(request, io, request.all), request.format === "wide")
      .join("\n")
      .trimEnd()}\n`,
  ];
}

const clear = "\u001b[H\u001b[J";

/** Redrawn in place once a second, as far as it fits; all of it at the end. */
function terminalScreen(request: DropsRequest, io: Io): DropsOutput {
  const dots = request.show.ascii ? "..." : "…";
  let drawing = false;
  let drawn = false;
  const draw = async (text: string) => {
    if (drawing) return;
    drawing = true;
    drawn = true;
    await io.write(text);
    drawing = false;
  };
  return {
    drop: () => {},
    tick: (sofar, leftSeconds) => {
      const head = `kubectl cilium-health drops   ${leftSeconds}s left   Ctrl-C ends it`;
      const lines = [head, "", ...dropsTable(sofar(), readOptions(request, io, false), request.format === "wide")];
      void draw(`${clear}${fitted(lines, io.columns, io.rows - 1, dots).join("\n")}\n`);
    },
    end: async (report) => {
      if (drawn) await io.write(clear);
      await writeAll(tableText(request, io, report), io);
    },
  };
}
