import type { ReadFlags, ShowFlags } from "../cli/request.ts";
import type { RenderOptions } from "../render/options.ts";
import type { Io } from "./io.ts";
import { sameSource } from "./spell.ts";

export function renderOptions(show: ShowFlags, io: Io, all: boolean): RenderOptions {
  return {
    columns: io.columns,
    colorLevel: colorLevel(show.color, io),
    ascii: show.ascii,
    noHeaders: show.noHeaders,
    all,
  };
}

/** The same for a command that reads a cluster or a saved state, and says which command to run next. */
export function readOptions(request: ReadFlags, io: Io, all: boolean): RenderOptions {
  return { ...renderOptions(request.show, io, all), sameSource: sameSource(request) };
}

/** --color, then NO_COLOR (set and not empty), then FORCE_COLOR and CLICOLOR_FORCE, then a terminal that can. */
function colorLevel(color: ShowFlags["color"], io: Io): 0 | 1 {
  const { env } = io.environment;
  if (color !== "auto") return color === "always" ? 1 : 0;
  if (env["NO_COLOR"]) return 0;
  const forced = env["FORCE_COLOR"] ?? env["CLICOLOR_FORCE"] ?? "";
  if (forced !== "" && forced !== "0" && forced !== "false") return 1;
  return io.stdoutIsTerminal && env["TERM"] !== "dumb" ? 1 : 0;
}

/**
 * Writes chunks together, so that a large document is not a million small writes; stops when nobody reads, and says so
 * with false.
 */
export async function writeAll(chunks: Iterable<string>, io: Io): Promise<boolean> {
  const enough = 64 * 1024;
  let text = "";
  for (const chunk of chunks) {
    text += chunk;
    if (text.length < enough) continue;
    if (!(await io.write(text))) return false;
    text = "";
  }
  return text === "" || (await io.write(text));
}
