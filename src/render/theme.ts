import { Chalk } from "chalk";
import type { Severity } from "../model/request.ts";
import type { RenderOptions } from "./options.ts";

export interface Theme {
  readonly bad: (text: string) => string;
  readonly doubtful: (text: string) => string;
  readonly good: (text: string) => string;
  readonly faint: (text: string) => string;
  readonly strong: (text: string) => string;
  /** From cool to hot, for the levels of a heat map. */
  readonly levels: readonly ((text: string) => string)[];
  readonly severity: Readonly<Record<Severity, (text: string) => string>>;
}

/** Colours say nothing that the words do not; they are set by us, per stream, since chalk alone ignores NO_COLOR. */
export function theme(options: RenderOptions): Theme {
  const paint = new Chalk({ level: options.colorLevel });
  const doubtful = (text: string) => paint.yellow(text);
  const bad = options.calm === true ? doubtful : (text: string) => paint.bold.red(text);
  const faint = (text: string) => paint.dim(text);
  return {
    bad,
    doubtful,
    good: (text) => paint.green(text),
    faint,
    strong: (text) => paint.bold(text),
    // Blue before red, and never green against red: the glyphs say it, and to most colour-blind readers the colours too.
    levels: [faint, faint, (text) => text, (text) => paint.cyan(text), doubtful, doubtful, bad],
    severity: { error: bad, warning: doubtful, info: faint },
  };
}
