/** How a report is to be shown; everything a renderer may know besides the report. */
export interface RenderOptions {
  /** Width of the terminal, 80 when there is none. */
  readonly columns: number;
  /** chalk's levels: 0 no colour, 1 sixteen colours, 2 256, 3 all. */
  readonly colorLevel: 0 | 1 | 2 | 3;
  readonly ascii: boolean;
  readonly noHeaders: boolean;
  /** Healthy paths and nodes too, nothing folded. */
  readonly all: boolean;
  /** No red: what is bad is not confirmed yet. */
  readonly calm?: boolean;
  /** The flags that name the cluster or saved state of this run, to be put behind a command; none where not given. */
  readonly sameSource?: string;
}

/** A command of ours about the same cluster or saved state, to be pasted: a hint never leads to another one. */
export function ours(words: string, { sameSource = "" }: RenderOptions): string {
  return `${["kubectl cilium-health", words].filter((word) => word !== "").join(" ")}${sameSource}`;
}
