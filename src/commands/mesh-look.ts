import { unmatched } from "../analyse/matrix/scope.ts";
import { joinLooks, type OtherCluster } from "../analyse/mesh/join-reports.ts";
import type { ReadFlags } from "../cli/request.ts";
import { HealthError } from "../model/errors.ts";
import { type ConnectionFlags, noConnectionFlags } from "../model/request.ts";
import { ExecRefused } from "./exec-refused.ts";
import type { Io } from "./io.ts";
import { type Detail, type Look, look, runSignal } from "./look.ts";

/**
 * What the flags name: one cluster, or with --remote-context several, each looked at by itself and then joined. The
 * other clusters are read by contexts of the same kubeconfig; one that cannot be read is said and is no error.
 */
export async function lookOver(
  flags: ReadFlags,
  io: Io,
  detail: Partial<Detail> = {},
  kind: "cluster" | "demo" = "cluster",
): Promise<Look> {
  if (flags.remoteContexts.length === 0) return look(flags, io, kind, detail);
  // Names and zones choose among the nodes of the whole, which no cluster knows by itself.
  const whole: ReadFlags = { ...flags, scope: { ...flags.scope, nodes: [], zones: [] } };
  const named = detail.named?.map(withoutCluster);
  const bare: Partial<Detail> = named === undefined ? detail : { ...detail, named };
  // One deadline for all of them.
  const bounded: Io = { ...io, signal: runSignal(flags, io) };
  const one: ReadFlags = { ...whole, collect: { ...flags.collect, deadlineMs: 0 } };
  const own = await look(one, bounded, kind, bare);
  const others: OtherCluster[] = [];
  for (const context of flags.remoteContexts) others.push(await lookAtOther(context, one, bounded, kind, bare));
  const joined = joinLooks(own, others, flags);
  const [unknown] = unmatched(flags.scope.nodes, joined.facts.nodes);
  if (unknown === undefined) return joined;
  throw new HealthError(`no node of these clusters matches --node ${unknown}`, {
    exitCode: 2,
    hint: "Nodes of the other clusters are named CLUSTER/NODE, with Cilium's name of the cluster.",
  });
}

/** As the cluster that it is of calls the node. */
function withoutCluster(name: string): string {
  return name.slice(name.indexOf("/") + 1);
}

async function lookAtOther(
  context: string,
  flags: ReadFlags,
  io: Io,
  kind: "cluster" | "demo",
  detail: Partial<Detail>,
): Promise<OtherCluster> {
  try {
    // A node's name is one of this cluster here, and of that one over there.
    const ignores = flags.ignores.filter(({ node }) => node === null);
    const connection = connectionOf(flags.connection, context);
    // It is a run against that cluster alone, and the commands it names are too.
    const there: ReadFlags = { ...flags, ignores, connection, remoteContexts: [] };
    return { seen: true, context, ...(await look(there, io, kind, detail)) };
  } catch (error) {
    if (!(error instanceof HealthError)) throw error;
    const cluster = error instanceof ExecRefused ? error.seen.facts.clusterName : "";
    return { seen: false, context, problem: error.message, cluster };
  }
}

/**
 * What says who asks this cluster's server, and how it is known, belongs to that server alone: a token must never reach
 * another. Whom to act as is asked of each cluster: without it the others would be read with more rights than meant.
 * Named is what goes along, so that a new flag does not by itself.
 */
function connectionOf(connection: ConnectionFlags, context: string): ConnectionFlags {
  const { kubeconfig, as, asGroups, asUid, requestTimeoutMs, verbosity } = connection;
  return { ...noConnectionFlags, kubeconfig, context, as, asGroups, asUid, requestTimeoutMs, verbosity };
}
