import { agentFlags, type FlagTable, inventoryFlags, outputFlag, readFlags, showFlags } from "./flags.ts";
import { toBundle, toDemo, toExec, toReadFlags, toShow } from "./read-flags.ts";
import {
  documentFormats,
  dropsFormats,
  includedCommands,
  matrixFormats,
  nodesFormats,
  pingFormats,
  type Request,
  statusFormats,
} from "./request.ts";
import { choices, format, on, type RawFlags } from "./values.ts";
import {
  accessFlags,
  allFlag,
  bundleFlags,
  checkFlags,
  demoFlags,
  dropsFlags,
  execFlags,
  freshFlag,
  matrixFlags,
  pairFlags,
  remoteFlag,
  watchFlags,
} from "./verb-flags.ts";
import { toDiff, toDrops, toMatrix, toPair, toShell, toStatus } from "./verb-requests.ts";

/** How the plugin is called; help, usage and the docs all say it so. */
export const scriptName = "kubectl cilium-health";

/** A verb: how it is typed, what it takes, and how its raw flags become a request. */
export interface Verb {
  readonly usage: string;
  readonly describe: string;
  /** What stands behind `--`; absent where nothing may. */
  readonly rest?: string;
  readonly flags: FlagTable;
  readonly toRequest: (flags: RawFlags) => Request;
}

export const verbs: readonly Verb[] = [
  {
    usage: "$0",
    describe: "Who reaches whom: every agent's view joined, with the likely cause (the same as status)",
    flags: { ...outputFlag(statusFormats), ...allFlag, ...watchFlags, ...freshFlag, ...remoteFlag, ...readFlags },
    toRequest: toStatus,
  },
  {
    usage: "status",
    describe: "Who reaches whom: every agent's view joined, with the likely cause",
    flags: { ...outputFlag(statusFormats), ...allFlag, ...watchFlags, ...freshFlag, ...remoteFlag, ...readFlags },
    toRequest: toStatus,
  },
  {
    usage: "matrix",
    describe: "Node by node heat map: who reaches whom, by status, protocol, latency or age",
    flags: { ...matrixFlags, ...outputFlag(matrixFormats), ...allFlag, ...freshFlag, ...remoteFlag, ...readFlags },
    toRequest: toMatrix,
  },
  {
    usage: "pair <from> <to>",
    describe: "Everything known of the paths between two nodes, both ways",
    flags: { ...pairFlags, ...outputFlag(documentFormats), ...freshFlag, ...remoteFlag, ...readFlags },
    toRequest: toPair,
  },
  {
    usage: "ping",
    describe: "Is each agent's health API up, since when, its version, probe interval and the age of its report",
    flags: { ...outputFlag(pingFormats), ...allFlag, ...freshFlag, ...agentFlags },
    toRequest: (flags) => ({
      kind: "ping",
      format: format(flags, pingFormats, "table"),
      all: on(flags, "all"),
      ...toReadFlags(flags),
    }),
  },
  {
    usage: "nodes",
    describe: "Who is in whose list: Kubernetes nodes, CiliumNodes, each agent's node list and health list compared",
    flags: { ...outputFlag(nodesFormats), ...allFlag, ...remoteFlag, ...inventoryFlags },
    toRequest: (flags) => ({
      kind: "nodes",
      format: format(flags, nodesFormats, "table"),
      all: on(flags, "all"),
      ...toReadFlags(flags),
    }),
  },
  {
    usage: "drops [node..]",
    describe: "What the agents drop for some seconds, joined by reason and node; of the failing pairs unless named",
    flags: { ...dropsFlags, ...outputFlag(dropsFormats), ...allFlag, ...readFlags },
    toRequest: toDrops,
  },
  {
    usage: "check",
    describe: "Settings of every node that break reachability, compared between nodes: what differs is shown",
    flags: { ...checkFlags, ...outputFlag(documentFormats), ...allFlag, ...readFlags },
    toRequest: (flags) => ({
      kind: "check",
      format: format(flags, documentFormats, "table"),
      all: on(flags, "all"),
      lists: on(flags, "lists"),
      ...toReadFlags(flags),
    }),
  },
  {
    usage: "ports",
    describe: "The ports and protocols this cluster's settings need between nodes, against what the probes show",
    flags: { ...outputFlag(documentFormats), ...inventoryFlags },
    toRequest: (flags) => ({
      kind: "ports",
      format: format(flags, documentFormats, "table"),
      ...toReadFlags(flags),
    }),
  },
  {
    usage: "exec",
    rest: "COMMAND [ARGS...]",
    describe: "One command of your own in every agent at once, bounded; --show group folds equal answers",
    flags: { ...agentFlags, ...execFlags, from: { type: "string", hidden: true } },
    toRequest: (flags) => ({ kind: "exec", ...toExec(flags), ...toReadFlags(flags) }),
  },
  {
    usage: "explain [rule]",
    describe: "What a finding or a check means: the causes it tells apart, how to confirm each, what mends it; offline",
    flags: { ...outputFlag(documentFormats), ...showFlags },
    toRequest: (flags) => ({
      kind: "explain",
      rule: typeof flags["rule"] === "string" ? flags["rule"] : null,
      format: format(flags, documentFormats, "table"),
      show: toShow(flags),
    }),
  },
  {
    usage: "access",
    describe: "Checks the rights each command needs and prints the exact RBAC manifest",
    flags: { ...accessFlags, ...outputFlag(documentFormats), ...readFlags },
    toRequest: (flags) => ({
      kind: "access",
      format: format(flags, documentFormats, "table"),
      include: choices(flags, "include", includedCommands),
      ...toReadFlags(flags),
    }),
  },
  {
    usage: "bundle",
    describe: "One file to send: what every agent says, logs and settings of the suspects, secrets masked",
    flags: { ...bundleFlags, ...outputFlag(documentFormats), ...readFlags },
    toRequest: (flags) => ({
      kind: "bundle",
      format: format(flags, documentFormats, "table"),
      ...toBundle(flags),
      ...toReadFlags(flags),
    }),
  },
  {
    usage: "diff <old> [new]",
    describe: "Two saved states, or one and the live cluster: what broke, healed, came, went and changed",
    flags: { ...outputFlag(documentFormats), ...allFlag, ...readFlags },
    toRequest: toDiff,
  },
  {
    usage: "demo [scenario]",
    describe: "A simulated cluster on loopback, reached as a real one is; exits 0 and names a real run's code",
    flags: { ...demoFlags, ...outputFlag(statusFormats), ...allFlag, ...freshFlag, ...readFlags },
    toRequest: (flags) => ({
      kind: "demo",
      format: format(flags, statusFormats, "table"),
      all: on(flags, "all"),
      demo: toDemo(flags, typeof flags["scenario"] === "string" ? flags["scenario"] : null),
      ...toReadFlags(flags),
    }),
  },
  {
    usage: "completion <shell>",
    describe: "Prints the completion script for kubectl itself, or for bash or zsh",
    flags: {},
    toRequest: (flags) => ({ kind: "completion", shell: toShell(flags) }),
  },
  {
    usage: "version",
    describe: "The version of this plugin",
    flags: { ...outputFlag(documentFormats), ...showFlags },
    toRequest: (flags) => ({ kind: "version", format: format(flags, documentFormats, "table") }),
  },
];
