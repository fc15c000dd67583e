import type { Options } from "yargs";

/** A flag table: yargs' own option objects, by name. Help, parsing and completion all come from these. */
export type FlagTable = Readonly<Record<string, Options>>;

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
  parallel: { type: "string", describe: "Agents asked at once, 1 to 200 (default 20)", group: "Agents:" },
  timeout: { type: "string", describe: "Time for one command in an agent (default 30s)", group: "Agents:" },
  deadline: {
    type: "string",
    describe: "Time for the whole run; what is known then is shown (default none)",
    group: "Agents:",
  },
  "exec-via": {
    type: "string",
    describe: "How commands reach the agents: websocket, or kubectl where an upgrade is refused",
    group: "Agents:",
  },
  from: { type: "string", describe: "Read a saved state (a captures folder) instead of the cluster", group: "Agents:" },
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
    describe: "host (node addresses) or endpoint (the pod path); default both",
    group: "Scope:",
  },
  protocol: { type: "string", describe: "icmp or http; default both", group: "Scope:" },
};

export const verdictFlags: FlagTable = {
  "fail-on": {
    type: "string",
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
  color: { type: "string", describe: "auto, always or never", group: "Output:" },
  ascii: { type: "boolean", describe: "No characters outside ASCII", group: "Output:" },
  "no-headers": { type: "boolean", describe: "Table rows alone", group: "Output:" },
  quiet: { type: "boolean", alias: "q", describe: "No progress and no notices", group: "Output:" },
};

export const allFlag: FlagTable = {
  all: { type: "boolean", describe: "Healthy nodes and paths too, nothing folded", group: "Output:" },
};

export const demoFlags: FlagTable = {
  list: { type: "boolean", describe: "List the scenarios and faults", group: "Demo:" },
  nodes: {
    type: "string",
    describe: "Generate a mesh of this many nodes instead of a recorded scenario",
    group: "Demo:",
  },
  fault: { type: "string", describe: "Fault of the generated mesh", group: "Demo:" },
  seed: { type: "string", describe: "Seed of the generated mesh (default 1)", group: "Demo:" },
  serve: { type: "boolean", describe: "Keep the cluster up and print a kubeconfig for it", group: "Demo:" },
  "exit-code": { type: "boolean", describe: "Exit with the code a real run would give", group: "Demo:" },
};

export const readFlags: FlagTable = {
  ...collectFlags,
  ...scopeFlags,
  ...verdictFlags,
  ...showFlags,
  ...connectionFlags,
};

/** -o for a command, with the formats it knows. */
export function outputFlag(formats: readonly string[]): FlagTable {
  return { output: { type: "string", alias: "o", describe: `Output format: ${formats.join(", ")}`, group: "Output:" } };
}
