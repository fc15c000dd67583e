import type { NodeFacts } from "../../model/facts.ts";
import type { TroubleKind } from "../../model/nodes.ts";
import type { Report } from "../../model/report.ts";
import type { Severity } from "../../model/request.ts";
import type { Members } from "../scene.ts";
import type { SharedAddress } from "../settings/shared-addresses.ts";
import type { Held, Sources } from "./addresses.ts";

/** A trouble as it is found, before it is known whether a rule has a finding on it. */
export interface Found {
  readonly kind: TroubleKind;
  /** How bad it is where no rule says so. */
  readonly otherwise: Severity;
  readonly text: string;
  /** By node index. */
  readonly agents: readonly number[];
}

/** One node, with all that is asked about it. */
export interface Subject {
  readonly members: Members;
  readonly report: Report;
  readonly sources: Sources;
  readonly to: number;
  readonly node: NodeFacts;
  readonly held: readonly Held[];
  readonly shared: readonly SharedAddress[];
  readonly announcesOther: ReadonlyMap<number, Announcement>;
  names(nodes: readonly number[]): string[];
}

/** A CiliumNode with another address than the Node. */
export interface Announcement {
  readonly text: string;
  /** Most nodes of the cluster are so: another interface was chosen, and nothing has changed. */
  readonly isUsual: boolean;
}
