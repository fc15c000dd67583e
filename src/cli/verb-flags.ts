import { execShows } from "../model/exec.ts";
import { heatMeasures } from "../model/heat-map.ts";
import type { FlagTable } from "./flags.ts";
import { includedCommands } from "./request.ts";

/** Flags of one verb or a few; those that all share are in flags.ts. */

export const freshFlag: FlagTable = {
  fresh: {
    type: "boolean",
    describe:
      "Wait for each agent's next finished probe cycle first (minutes in a large cluster: --deadline bounds it); agents up to 1.16 are told to --probe",
    group: "Agents:",
  },
};

export const allFlag: FlagTable = {
  all: { type: "boolean", describe: "Healthy nodes and paths too, nothing folded", group: "Output:" },
};

export const watchFlags: FlagTable = {
  watch: {
    type: "boolean",
    alias: "w",
    describe: "Look again after each probe cycle: redrawn on a terminal, one JSON document a line elsewhere",
    group: "Output:",
  },
  "confirm-cycles": {
    type: "string",
    describe: "Bad probe cycles in a row before --watch calls a path broken, 1 to 20 (default 2)",
    group: "Output:",
  },
};

export const remoteFlag: FlagTable = {
  "remote-context": {
    type: "string",
    array: true,
    describe:
      "Ask the agents of this context's cluster too, another one of the mesh, with that context's credentials; repeatable",
    group: "Connection:",
  },
};

export const matrixFlags: FlagTable = {
  by: {
    type: "string",
    values: heatMeasures,
    describe: "What a cell shows: status, icmp, http, latency or age (default status)",
    group: "Output:",
  },
};

export const accessFlags: FlagTable = {
  include: {
    type: "string",
    array: true,
    values: includedCommands,
    describe: "A command whose own command lines the admission policy shall allow too, repeatable: drops, locate",
    group: "Access:",
  },
};

export const pairFlags: FlagTable = {
  locate: {
    type: "boolean",
    describe:
      "Send some TCP connections over a failing path and say where on the way they are lost, by counters of both sides",
    group: "Locate:",
  },
};

export const dropsFlags: FlagTable = {
  for: { type: "string", describe: "How long the agents are watched, 1s to 5m (default 10s)", group: "Drops:" },
  ct: {
    type: "boolean",
    describe: "Read the probes' entries in these agents' conntrack and NAT lists too, after watching",
    group: "Drops:",
  },
};

export const checkFlags: FlagTable = {
  lists: {
    type: "boolean",
    describe: "Compare lists of addresses, Services and endpoints in a large cluster too: they grow with every pod",
    group: "Output:",
  },
};

export const bundleFlags: FlagTable = {
  "output-file": {
    type: "string",
    describe: "File to write (default cilium-health-<cluster>-<time>.tar.gz)",
    group: "Bundle:",
  },
  "all-nodes-deep": {
    type: "boolean",
    describe: "Look closely at every node, not only at those that findings name and one healthy one",
    group: "Bundle:",
  },
  since: { type: "string", describe: "Only logs of this last time, for instance 2h (default all)", group: "Bundle:" },
  "max-bytes": {
    type: "string",
    describe: "Size the file may have, for instance 64MiB; what is left out is said (default 256MiB)",
    group: "Bundle:",
  },
  pseudonymise: {
    type: "boolean",
    describe: "Stand-ins for names of nodes, pods, clusters and for addresses; the key stays in a file of its own",
    group: "Bundle:",
  },
  "dry-run": { type: "boolean", describe: "List what would be run and read, ask nobody", group: "Bundle:" },
};

export const execFlags: FlagTable = {
  show: {
    type: "string",
    values: execShows,
    describe:
      "prefix (node| line, as it comes), group (equal outputs once, the others as a diff) or json (default prefix)",
    group: "Exec:",
  },
  to: {
    type: "string",
    describe: "New or empty folder for the outputs: a file for each agent's stdout and stderr, and index.json",
    group: "Exec:",
  },
  "max-bytes": {
    type: "string",
    describe: "Bytes of each agent's stdout, and of its stderr, for instance 64KiB; the rest is cut (default 1MiB)",
    group: "Exec:",
  },
  timeout: {
    type: "string",
    describe:
      "Time for the command in an agent (default 30s); time in which its output waits for a slow reader does not count",
    group: "Exec:",
  },
};

export const demoFlags: FlagTable = {
  list: { type: "boolean", describe: "List the scenarios and faults", group: "Demo:" },
  nodes: {
    type: "string",
    describe: "Generate a mesh of this many nodes instead of a recorded scenario",
    group: "Demo:",
  },
  clusters: {
    type: "string",
    describe: "1 or 2: a second cluster of as many nodes, in one mesh with the first and joined with it (default 1)",
    group: "Demo:",
  },
  fault: { type: "string", describe: "Fault of the generated mesh, in its first cluster", group: "Demo:" },
  seed: { type: "string", describe: "Seed of the generated mesh (default 1)", group: "Demo:" },
  serve: { type: "boolean", describe: "Keep the cluster up and print a kubeconfig for it", group: "Demo:" },
  "exit-code": { type: "boolean", describe: "Exit with the code a real run would give", group: "Demo:" },
};
