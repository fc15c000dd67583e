import type { CaptureId } from "../model/capture.ts";
import type { Confidence, Want } from "../model/report.ts";
import type { Severity } from "../model/request.ts";
import type { Scene } from "./scene.ts";

/** One cause of the catalogue: what `explain` and the docs page print. The id is public and never changes. */
export interface Cause {
  readonly id: string;
  readonly severity: Severity;
  /** A noun for the failing state, without node names. */
  readonly title: string;
  readonly meaning: string;
  /** What tells it from its neighbours. */
  readonly apart: string;
  /** What to run by hand, in general words, and what it shows; a claim's own steps name real nodes and addresses. */
  readonly confirm: string;
  readonly fix: string;
  /** Key of `docs.ts`. */
  readonly docs: DocsKey;
}

/** What to run, where, and what its output shows if the finding is right. `node` null: run on the workstation. */
export interface ConfirmStep {
  readonly node: string | null;
  /** In-agent argv; when node is null a kubectl argv without `kubectl`, one of ours starting with `cilium-health`. */
  readonly argv: readonly string[];
  readonly expect: string;
}

/** A rule's answer: which cells it explains and why. The engine turns claims into findings. */
export interface Claim {
  readonly id: string;
  /** Overrides the cause's own severity. */
  readonly severity?: Severity;
  readonly confidence: Confidence;
  readonly title: string;
  readonly nodes: readonly string[];
  /** Flat indexes of the claimed paths, by target. Cells that do not fail are passed over by the engine. */
  readonly host: Iterable<number>;
  readonly endpoint: Iterable<number>;
  readonly evidence: readonly { readonly text: string; readonly node?: string; readonly capture?: CaptureId }[];
  readonly alternatives?: readonly { readonly id: string; readonly why: string }[];
  readonly confirm?: readonly ConfirmStep[];
  /** Overrides the cause's own fix where the facts allow a more exact one. */
  readonly fix?: string;
}

/**
 * A diagnosis. Pure and order-free: it reads the scene alone; the catalogue's order, and that an earlier hit claims
 * its cells, live in the engine.
 */
export interface Rule {
  readonly causes: readonly Cause[];
  find(scene: Scene): Claim[];
  /** Captures that would confirm or refute it, for the bounded second round. */
  wants?(scene: Scene): Want[];
}

/** Keys of the one table of documentation links, `docs.ts`. */
export type DocsKey =
  | "firewall"
  | "requirements"
  | "health"
  | "node-to-node"
  | "conntrack"
  | "kvstore"
  | "clustermesh"
  | "routing"
  | "ipam"
  | "wireguard"
  | "ipsec"
  | "host-firewall"
  | "policy"
  | "vmware"
  | "chaining";
