import type { Options } from "yargs";

/** A flag: yargs' own option object, and the values it takes where these are few, for completion and the docs. */
export type Flag = Options & { readonly values?: readonly string[] };

/** A flag table, by name. Help, parsing, completion and the docs all come from these. */
export type FlagTable = Readonly<Record<string, Flag>>;

/** kubectl's connection flags (`kubectl options`), with its names and meaning. */
const connectionFlags: FlagTable = {
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

const collectFlags: FlagTable = {
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
  parallel: {
    type: "string",
    describe: "Agents asked at once at most, 1 to 200 (default 20; of 200 agents and more 40, if faster)",
    group: "Agents:",
  },
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

const scopeFlags: FlagTable = {
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

const verdictFlags: FlagTable = {
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
