import type { Options } from "yargs";
import { execShows } from "../model/exec.ts";
import { heatMeasures } from "../model/heat-map.ts";
import { includedCommands } from "./request.ts";

/** A flag: yargs' own option object, and the values it takes where these are few, for completion and the docs. */
export type Flag = Options & { readonly values?: readonly string[] };

/** A flag table, by name. Help, parsing, completion and the docs all come from these. */
export type FlagTable = Readonly<Record<string, Flag>>;

/** kubectl's connection flags (`kubectl options`), with its names and meaning. */
export const connectionFlags: FlagTable = {
  kubeconfig: { type: "string", describe: "Path to the kubeconfig file", group: "Connection:" },
  context: { type: "string", describe: "The kubeconfig context to use", group: "Connection:" },
  cluster: { type: "string", describe: "The kubeconfig cluster to use", group: "Connection:" },
  user: { type: "string", describe: "The kubeconfig user to use", group: "Connection:" },
  server: { type: "string", alias: "s", describe: "Address and port of the API server", group: "Connection:" },
  token: { type: "string", describe: "Bearer token for the API server", group: "Connection:" },
  as: { type: "string", describe: "User name to impersonate", group: "Connection:" },
  "as-group": { type: "string", array: true, describe: "Group to impersonate, repeatable", group: "Connection:" },
  "as-uid": { type: "string", describe: "UID to impersonate", group: "Connection:" },
  "certificate-authority": { type: "string", describe: "Path to a certificate authority file", group: "Connection:" },
  "client-certificate": { type: "string", describe: "Path to a client certificate file", group: "Connection:" },
  "client-key": { type: "string", describe: "Path to a client key file", group: "Connection:" },
  "tls-server-name": { type: "string", describe: "Server name to expect in the certificate", group: "Connection:" },
  "insecure-skip-tls-verify": {
    type: "boolean",
    describe: "Do not check the server's certificate",
    group: "Connection:",
  },
  "request-timeout": {
    type: "string",
    describe: "Time for one API request or exec handshake, for instance 10s; 0 waits for ever",
    group: "Connection:",
  },
  v: { type: "string", describe: "Log level: 6 names each request on stderr, 8 its headers", group: "Connection:" },
};

export const collectFlags: FlagTable = {
  namespace: {
    type: "string",
    alias: "n",
    describe: "Namespace of the agents (default $CILIUM_NAMESPACE, kube-system, then all)",
    group: "Agents:",
  },
  selector: {
    type: "string",
    alias: "l",
    describe: "Label selector of the agents (default k8s-app=cilium)",
    group: "Agents:",
  },
  container: { type: "string", describe: "Container of the agent (default cilium-agent)", group: "Agents:" },
  parallel: { type: "string", describe: "Agents asked at once at most, 1 to 200 (default 20)", group: "Agents:" },
  timeout: { type: "string", describe: "Time for one command in an agent (default 30s)", group: "Agents:" },
  deadline: {
    type: "string",
    describe: "Time for the whole run; what is known then is shown (default none)",
    group: "Agents:",
  },
  "exec-via": {
    type: "string",
    values: ["websocket", "kubectl"],
    describe: "How commands reach the agents: websocket, or kubectl where an upgrade is refused",
    group: "Agents:",
  },
  from: {
    type: "string",
    describe: "Read a saved state instead of the cluster: a bundle, a captures folder, a cilium sysdump",
    group: "Agents:",
  },
};

export const scopeFlags: FlagTable = {
  node: {
    type: "string",
    array: true,
    describe: "Look at paths from and to this node; globs work, repeatable",
    group: "Scope:",
  },
  zone: { type: "string", array: true, describe: "Look at paths from and to this zone, repeatable", group: "Scope:" },
  target: {
    type: "string",
    values: ["host", "endpoint"],
    describe: "host (node addresses) or endpoint (the pod path); default both",
    group: "Scope:",
  },
  protocol: { type: "string", values: ["icmp", "http"], describe: "icmp or http; default both", group: "Scope:" },
};

export const verdictFlags: FlagTable = {
  "fail-on": {
    type: "string",
    values: ["error", "warning", "info", "never"],
    describe: "Exit with 1 from this severity on: error, warning, info, never (default warning)",
    group: "Verdict:",
  },
  ignore: {
    type: "string",
    array: true,
    describe: "RULE or RULE=NODE: a finding that does not count, repeatable",
    group: "Verdict:",
  },
  "no-confirm": { type: "boolean", describe: "Run no confirming commands when something is wrong", group: "Verdict:" },
};

export const showFlags: FlagTable = {
  color: { type: "string", values: ["auto", "always", "never"], describe: "auto, always or never", group: "Output:" },
  ascii: { type: "boolean", describe: "No characters outside ASCII", group: "Output:" },
  "no-headers": { type: "boolean", describe: "Table rows alone", group: "Output:" },
  quiet: { type: "boolean", alias: "q", describe: "No progress and no notices", group: "Output:" },
};

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
    describe: "Ask the agents of this context's cluster too, another one of the mesh; repeatable",
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

/** Of commands that ask agents and look at no paths. */
export const agentFlags: FlagTable = {
  ...collectFlags,
  node: { ...scopeFlags["node"], describe: "Ask the agent of this node alone; globs work, repeatable" },
  zone: { ...scopeFlags["zone"], describe: "Ask the agents of this zone alone, repeatable" },
  ...showFlags,
  ...connectionFlags,
};

export const readFlags: FlagTable = {
  ...collectFlags,
  ...scopeFlags,
  ...verdictFlags,
  ...showFlags,
  ...connectionFlags,
};

/** The same for a command about nodes or ports: there is no kind of probe to choose. */
export const inventoryFlags: FlagTable = Object.fromEntries(
  Object.entries(readFlags).filter(([name]) => name !== "target" && name !== "protocol"),
);

/** -o for a command, with the formats it knows. */
export function outputFlag(formats: readonly string[]): FlagTable {
  const describe = `Output format: ${formats.join(", ")}`;
  return { output: { type: "string", alias: "o", values: formats, describe, group: "Output:" } };
}
