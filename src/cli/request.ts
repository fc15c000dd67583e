import type { ExecShow } from "../model/exec.ts";
import type { HeatMeasure } from "../model/heat-map.ts";
import type { CollectFlags, ConnectionFlags, FailOn, IgnoreFlag, Scope } from "../model/request.ts";

export const statusFormats = [
  "table",
  "wide",
  "json",
  "yaml",
  "name",
  "html",
  "markdown",
  "junit",
  "prometheus",
] as const;
export type StatusFormat = (typeof statusFormats)[number];

/** What --watch can show: the others are documents of one moment. */
export const watchFormats = ["table", "wide", "json"] as const;
export type WatchFormat = (typeof watchFormats)[number];

export const documentFormats = ["table", "json", "yaml"] as const;
export type DocumentFormat = (typeof documentFormats)[number];

/** Without -o: redrawn on a terminal, JSON lines elsewhere. */
export const dropsFormats = ["table", "wide", "json", "yaml"] as const;
export type DropsFormat = (typeof dropsFormats)[number];

export const matrixFormats = ["table", "json", "yaml", "html"] as const;
export type MatrixFormat = (typeof matrixFormats)[number];

export const pingFormats = ["table", "wide", "json", "yaml"] as const;
export type PingFormat = (typeof pingFormats)[number];

export const nodesFormats = ["table", "wide", "json", "yaml"] as const;
export type NodesFormat = (typeof nodesFormats)[number];

/** How output is to look. */
export interface ShowFlags {
  readonly color: "auto" | "always" | "never";
  readonly ascii: boolean;
  readonly noHeaders: boolean;
  /** No progress and no notices. */
  readonly quiet: boolean;
}

/** What every reading command takes: a cluster or a saved state, and what is looked at. */
export interface ReadFlags {
  readonly connection: ConnectionFlags;
  readonly collect: CollectFlags;
  /** Folder or file to read instead of the cluster. */
  readonly from: string | null;
  readonly execVia: "websocket" | "kubectl";
  /** Contexts of the other clusters of a mesh whose agents are asked too; empty for one cluster alone. */
  readonly remoteContexts: readonly string[];
  readonly scope: Scope;
  readonly failOn: FailOn;
  readonly ignores: readonly IgnoreFlag[];
  /** Wait for each agent's next finished probe cycle first. */
  readonly fresh: boolean;
  /** Whether confirming captures may be run when something is unhealthy. */
  readonly confirm: boolean;
  readonly show: ShowFlags;
}

export interface WatchFlags {
  /** null where none was asked for: redrawn on a terminal, JSON lines elsewhere. */
  readonly format: WatchFormat | null;
  /** Bad probe cycles in a row before a path is called broken. */
  readonly confirmCycles: number;
}

export interface BundleFlags {
  /** null: a name made of cluster and time, in the working directory. */
  readonly outputFile: string | null;
  readonly allNodesDeep: boolean;
  /** Milliseconds; 0 reads logs from their start. */
  readonly sinceMs: number;
  readonly maxBytes: number;
  readonly pseudonymise: boolean;
  readonly dryRun: boolean;
}

export interface ExecFlags {
  /** The user's command, word by word. */
  readonly argv: readonly string[];
  /** null: not at all, since --to takes it. */
  readonly shown: ExecShow | null;
  /** Folder for the outputs. */
  readonly to: string | null;
  /** Of each agent's stdout, and of its stderr. */
  readonly maxBytes: number;
}

export interface DemoFlags {
  readonly scenario: string;
  /** 0 plays the recorded scenario; more generates a mesh of that many nodes. */
  readonly nodes: number;
  /** 2: as many again in a second cluster, and both in one mesh. */
  readonly clusters: 1 | 2;
  /** Fault of a generated mesh. */
  readonly fault: string;
  readonly seed: number;
  readonly serve: boolean;
  readonly list: boolean;
  readonly exitCode: boolean;
}

/** Commands that run more in agents than the others; `access --include`. */
export const includedCommands = ["drops", "locate"] as const;
export type IncludedCommand = (typeof includedCommands)[number];

export const shells = ["kubectl", "bash", "zsh"] as const;
export type Shell = (typeof shells)[number];

/** What completion must ask for. */
export type CompletionSource =
  | "contexts"
  | "clusters"
  | "users"
  | "namespaces"
  | "nodes"
  | "zones"
  | "rules"
  | "scenarios"
  | "faults";

export interface CompletionValue {
  readonly value: string;
  /** One line, "" for none. */
  readonly about: string;
}

/** What could stand where the user is typing. */
export interface Completion {
  readonly kind: "complete";
  readonly values: readonly CompletionValue[];
  /** null when the tables know it all. */
  readonly source: CompletionSource | null;
  /** File names are the shell's own to find. */
  readonly files: boolean;
  /** What every answer must begin with. */
  readonly typed: string;
  /** Arguments that are there already. */
  readonly given: readonly string[];
  /** null: no cluster is to be asked. */
  readonly connection: ConnectionFlags | null;
}

/** argv as a value. Wrong input and help are values too: parsing never throws, prints or exits. */
export type Request =
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "wrong"; readonly message: string; readonly hint: string }
  | { readonly kind: "version"; readonly format: DocumentFormat }
  | { readonly kind: "completion"; readonly shell: Shell }
  | Completion
  | ({
      readonly kind: "status";
      readonly format: StatusFormat;
      readonly all: boolean;
      /** null: look once. */
      readonly watch: WatchFlags | null;
    } & ReadFlags)
  | ({
      readonly kind: "matrix";
      readonly by: HeatMeasure;
      readonly format: MatrixFormat;
      readonly all: boolean;
    } & ReadFlags)
  | ({
      readonly kind: "pair";
      readonly a: string;
      readonly b: string;
      /** Send a few connections and say where on the way they are lost. */
      readonly locate: boolean;
      readonly format: DocumentFormat;
    } & ReadFlags)
  | ({ readonly kind: "ping"; readonly format: PingFormat; readonly all: boolean } & ReadFlags)
  | ({ readonly kind: "nodes"; readonly format: NodesFormat; readonly all: boolean } & ReadFlags)
  | ({
      readonly kind: "drops";
      /** Names or globs; empty lets the first round decide. */
      readonly nodes: readonly string[];
      readonly seconds: number;
      /** Read the probes' conntrack and NAT entries too. */
      readonly conntrack: boolean;
      /** null where none was asked for. */
      readonly format: DropsFormat | null;
      readonly all: boolean;
    } & ReadFlags)
  | ({
      readonly kind: "check";
      readonly format: DocumentFormat;
      /** What is well too. */
      readonly all: boolean;
      /** Lists that grow with every pod, in a large cluster too. */
      readonly lists: boolean;
    } & ReadFlags)
  | ({ readonly kind: "ports"; readonly format: DocumentFormat } & ReadFlags)
  | ({ readonly kind: "exec" } & ExecFlags & ReadFlags)
  | {
      readonly kind: "explain";
      /** null lists the whole catalogue. */
      readonly rule: string | null;
      readonly format: DocumentFormat;
      readonly show: ShowFlags;
    }
  | ({ readonly kind: "bundle"; readonly format: DocumentFormat } & BundleFlags & ReadFlags)
  | ({
      readonly kind: "diff";
      readonly old: string;
      /** null compares with the live cluster. */
      readonly new: string | null;
      readonly format: DocumentFormat;
      readonly all: boolean;
    } & ReadFlags)
  | ({
      readonly kind: "access";
      readonly format: DocumentFormat;
      /** Commands whose own command lines the admission policy shall allow too. */
      readonly include: readonly IncludedCommand[];
    } & ReadFlags)
  | ({
      readonly kind: "demo";
      readonly format: StatusFormat;
      readonly all: boolean;
      readonly demo: DemoFlags;
    } & ReadFlags);
