import type { Capture, CaptureId } from "../model/capture.ts";
import type { Source } from "../model/facts.ts";
import type { KubeList, KubeOutcome } from "../model/kube.ts";

/** A saved state on disk: API objects, and for each node the outputs of its agent. */
export interface SavedState {
  /** Where it came from; `context`, `cluster` and `server` are those of the run that saved it, "" when not known. */
  readonly source: Source;
  /** The saving was interrupted, or the file was cut. */
  readonly partial: boolean;
  /** What the state lacks and what was not believed, as sentences; more of them once more has been read. */
  notes(): readonly string[];
  lists(): Promise<KubeList[]>;
  /** Not among the lists: what saves a state need not save them. */
  ciliumEndpoints(): Promise<KubeOutcome>;
  /** One capture as it was recorded; null when the state has no trace of it. */
  capture(node: string, pod: string, id: CaptureId, argv: readonly string[]): Promise<Capture | null>;
  close(): Promise<void>;
}
