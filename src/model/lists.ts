import type { ListCaptureId } from "./capture.ts";
import type { PodEndpoint } from "./facts.ts";

/** One list as every agent has it: entries by key, and what each agent has there. Texts are held once. */
export interface ListTable {
  readonly keys: readonly string[];
  readonly values: readonly string[];
  /** By node name: place in `values` plus 1, by place of the key; 0 or beyond the end where it has no such entry. */
  readonly rows: ReadonlyMap<string, Uint32Array>;
  /** By node name: why its list is missing. */
  readonly unread: ReadonlyMap<string, string>;
}

export type ListTables = { readonly [id in ListCaptureId]: ListTable };

/** A CiliumEndpoint: what the API says of a pod's endpoint. */
export interface AnnouncedEndpoint extends PodEndpoint {
  /** Address of its node. */
  readonly nodeIP: string;
}

/** What `check` compares beside settings. A text says why something was not read. */
export interface ComparedLists {
  readonly endpoints: readonly AnnouncedEndpoint[] | string;
  /** Every agent's lists; those who differ and a few others are read a second time, null where nobody was. */
  readonly first: ListTables | string;
  readonly again: ListTables | null;
}
