import type { CollectFlags, ConnectionFlags, FailOn, IgnoreFlag, Scope } from "../model/request.ts";

export const statusFormats = ["table", "wide", "json", "yaml", "name"] as const;
export type StatusFormat = (typeof statusFormats)[number];

export const documentFormats = ["table", "json", "yaml"] as const;
export type DocumentFormat = (typeof documentFormats)[number];

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
  readonly scope: Scope;
  readonly failOn: FailOn;
  readonly ignores: readonly IgnoreFlag[];
  /** Whether confirming captures may be run when something is unhealthy. */
  readonly confirm: boolean;
  readonly show: ShowFlags;
}

export interface DemoFlags {
  readonly scenario: string;
  /** 0 plays the recorded scenario; more generates a mesh of that many nodes. */
  readonly nodes: number;
  /** Fault of a generated mesh. */
  readonly fault: string;
  readonly seed: number;
  readonly serve: boolean;
  readonly list: boolean;
  readonly exitCode: boolean;
}

/** argv as a value. Wrong input and help are values too: parsing never throws, prints or exits. */
export type Request =
  | { readonly kind: "help"; readonly text: string }
  | { readonly kind: "wrong"; readonly message: string; readonly hint: string }
  | { readonly kind: "version"; readonly format: DocumentFormat }
  | ({ readonly kind: "status"; readonly format: StatusFormat; readonly all: boolean } & ReadFlags)
  | ({
      readonly kind: "pair";
      readonly a: string;
      readonly b: string;
      readonly format: DocumentFormat;
    } & ReadFlags)
  | ({ readonly kind: "access"; readonly format: DocumentFormat } & ReadFlags)
  | ({
      readonly kind: "demo";
      readonly format: StatusFormat;
      readonly all: boolean;
      readonly demo: DemoFlags;
    } & ReadFlags);
