import { watchSeconds } from "../model/drops.ts";
import { heatMeasures } from "../model/heat-map.ts";
import { toReadFlags, toWatch } from "./read-flags.ts";
import {
  documentFormats,
  dropsFormats,
  matrixFormats,
  type Request,
  type Shell,
  shells,
  statusFormats,
} from "./request.ts";
import { choice, format, list, on, type RawFlags, text, UsageError, wholeSeconds } from "./values.ts";

/** Raw flags as requests, for the verbs that take more than a line; wrong input is a UsageError. */

export function toStatus(flags: RawFlags): Request {
  return {
    kind: "status",
    format: format(flags, statusFormats, "table"),
    all: on(flags, "all"),
    watch: toWatch(flags),
    ...toReadFlags(flags),
  };
}

export function toDiff(flags: RawFlags): Request {
  const read = toReadFlags(flags);
  if (read.from !== null) throw new UsageError("diff is given its states as arguments: OLD, and NEW or the cluster");
  const [old, latter] = [text(flags, "old"), text(flags, "new")];
  if (old === null) throw new UsageError("not enough arguments: diff needs a saved state to compare with");
  return {
    kind: "diff",
    old,
    new: latter,
    format: format(flags, documentFormats, "table"),
    all: on(flags, "all"),
    ...read,
  };
}

export function toPair(flags: RawFlags): Request {
  const [read, locate] = [toReadFlags(flags), on(flags, "locate")];
  if (locate && read.from !== null) {
    throw new UsageError(
      "--locate sends connections from an agent: a saved state has nobody to send them, give no --from",
    );
  }
  if (locate && read.remoteContexts.length > 0) {
    throw new UsageError("--locate looks between two nodes of one cluster: it takes no --remote-context");
  }
  return {
    kind: "pair",
    a: String(flags["from-node"]),
    b: String(flags["to-node"]),
    locate,
    format: format(flags, documentFormats, "table"),
    ...read,
  };
}

export function toDrops(flags: RawFlags): Request {
  const read = toReadFlags(flags);
  if (read.from !== null) {
    throw new UsageError(
      "drops watches agents while they drop packets: a saved state has nobody to ask, give no --from",
    );
  }
  return {
    kind: "drops",
    nodes: list(flags, "watched-node"),
    seconds: wholeSeconds(flags, "for", watchSeconds.range, watchSeconds.usual),
    conntrack: on(flags, "ct"),
    format: text(flags, "output") === null ? null : format(flags, dropsFormats, "table"),
    all: on(flags, "all"),
    ...read,
  };
}

export function toMatrix(flags: RawFlags): Request {
  const by = choice(flags, "by", heatMeasures, "status");
  const read = toReadFlags(flags);
  const { protocol } = read.scope;
  if (protocol !== null && protocol !== by && (by === "icmp" || by === "http")) {
    throw new UsageError(`--by ${by} and --protocol ${protocol} contradict each other`);
  }
  return { kind: "matrix", by, format: format(flags, matrixFormats, "table"), all: on(flags, "all"), ...read };
}

export function toShell(flags: RawFlags): Shell {
  const known = shells.find((shell) => shell === flags["shell"]);
  if (known !== undefined) return known;
  throw new UsageError(`no completion for "${String(flags["shell"])}": must be one of: ${shells.join(", ")}`);
}
