import { setDefaultAutoSelectFamilyAttemptTimeout } from "node:net";
import type { WebSocket } from "ws";
import type { ExecOutcome } from "../model/capture.ts";
import type { ConnectionFlags } from "../model/request.ts";
import { reviewAccess } from "./access-review.ts";
import { type Agents, directAgents, type Way } from "./agents.ts";
import type { Cluster, Environment, ExecRequest, OpenCluster } from "./cluster.ts";
import type { Connection } from "./connection.ts";
import { systemTools } from "./credential-sources.ts";
import { type Credentials, openCredentials } from "./credentials.ts";
import { execInPod } from "./exec.ts";
import { execViaKubectl } from "./exec-via-kubectl.ts";
import { resolveConnection } from "./kubeconfig.ts";
import { pluginPolicy } from "./kuberc.ts";
import { permittedPlugin } from "./permitted-plugin.ts";
import { readPodLog } from "./pod-log.ts";
import { proxyFor } from "./proxy.ts";
import { listResource } from "./resource-list.ts";
import { RestClient } from "./rest.ts";
import { systemAuthorities, type TlsIdentity } from "./tls-identity.ts";
import { askWhoAmI } from "./who-am-i.ts";
import { type Identity, systemClock, traceTo, type Wire } from "./wire.ts";

/**
 * Milliseconds for each address of a name with several. Node's 250 give up on every one of them where the way is long
 * (nodejs/node#54359), and kubectl knows no such limit.
 */
const addressAttemptMs = 2_500;

/** Opens the cluster that flags and environment name, exec over our own WebSocket transport. */
export const openCluster: OpenCluster = (flags, environment) =>
  open(flags, environment, (wire, live) => (request, signal) => execInPod(wire, live, request, signal));

/** `--exec-via=kubectl`: the same, but each exec is a kubectl child; at most eight at once are the caller's to keep. */
export const openClusterViaKubectl: OpenCluster = (flags, environment) =>
  open(
    flags,
    environment,
    (wire) => (request, signal) => execViaKubectl(flags, environment, wire.clock, request, signal),
  );

type Exec = (request: ExecRequest, signal: AbortSignal) => Promise<ExecOutcome>;

async function open(
  flags: ConnectionFlags,
  environment: Environment,
  execOver: (wire: Wire, live: Set<WebSocket>) => Exec,
): Promise<Cluster> {
  setDefaultAutoSelectFamilyAttemptTimeout(addressAttemptMs);
  const connection = withPermittedPlugin(resolveConnection(flags, environment), environment);
  const { context, clusterName, server } = connection;
  if (flags.verbosity > 0) environment.notice(`context "${context}", cluster "${clusterName}", server ${server}`);
  // A wrong proxy address is said before a login plugin asks anybody anything.
  const agents = await agentsByIdentity(connection, environment.env);
  const credentials = await openCredentials(connection, environment, {
    ...systemTools,
    runPlugin: (command) => environment.lendTerminal(() => systemTools.runPlugin(command)),
  });
  const wire = wireOf(connection, credentials, agents, flags, environment);
  const rest = new RestClient(wire);
  const live = new Set<WebSocket>();
  const exec = execOver(wire, live);
  const closing = new AbortController();
  const untilClosed = (signal: AbortSignal) => AbortSignal.any([signal, closing.signal]);
  return {
    context,
    clusterName,
    server,
    list: (request, signal) => listResource(rest, request, untilClosed(signal)),
    exec: (request, signal) => exec(request, untilClosed(signal)),
    podLog: (request, signal) => readPodLog(rest, request, untilClosed(signal)),
    may: (question, signal) => reviewAccess(rest, question, untilClosed(signal)),
    whoAmI: (signal) => askWhoAmI(rest, untilClosed(signal)),
    close() {
      closing.abort();
      for (const socket of live) socket.terminate();
      agents.close();
    },
  };
}

/** The kuberc is read only where there is a login plugin: nothing else in it concerns this program. */
function withPermittedPlugin(connection: Connection, environment: Environment): Connection {
  const { bearer } = connection.auth;
  if (bearer.kind !== "plugin") return connection;
  const plugin = permittedPlugin(bearer.plugin, pluginPolicy(environment), environment);
  return { ...connection, auth: { ...connection.auth, bearer: { kind: "plugin", plugin } } };
}

/**
 * The connections of one run, direct or through the proxy that kubeconfig or environment name. Throws HealthError for a
 * proxy address nobody can use.
 */
async function agentsByIdentity(connection: Connection, env: Environment["env"]): Promise<AgentsByIdentity> {
  const server = new URL(connection.server);
  const proxy = proxyFor(server, connection.proxyUrl, env);
  if (proxy === null) return new AgentsByIdentity(server, directAgents);
  // Most runs need none of what it takes to go through a proxy.
  const { proxiedAgents } = await import("./proxied-agents.ts");
  return new AgentsByIdentity(server, (way) => proxiedAgents({ ...way, proxy, proxyAuthorities: systemAuthorities }));
}

/** By TLS identity, so that a rotated certificate never meets an old connection. What runs on an old one is left to end. */
class AgentsByIdentity {
  readonly #server: URL;
  readonly #make: (way: Way) => Agents;
  readonly #made = new Map<TlsIdentity, Agents>();

  constructor(server: URL, make: (way: Way) => Agents) {
    this.#server = server;
    this.#make = make;
  }

  of(tls: TlsIdentity): Agents {
    const known = this.#made.get(tls);
    if (known !== undefined) return known;
    const agents = this.#make({ server: this.#server, tls });
    this.#made.set(tls, agents);
    return agents;
  }

  close(): void {
    for (const agents of this.#made.values()) agents.close();
  }
}

function wireOf(
  connection: Connection,
  credentials: Credentials,
  agents: AgentsByIdentity,
  flags: ConnectionFlags,
  environment: Environment,
): Wire {
  return {
    server: new URL(connection.server),
    async identity(): Promise<Identity> {
      const headers = await credentials.headers();
      const { rest, exec } = agents.of(credentials.tls());
      return { headers, restAgent: rest, execSockets: exec };
    },
    refresh: (refused) => credentials.refresh(refused.headers),
    userAgent: environment.userAgent,
    compression: !connection.disableCompression,
    requestTimeoutMs: connection.requestTimeoutMs,
    trace: traceTo(environment.notice, flags.verbosity),
    clock: systemClock,
  };
}
