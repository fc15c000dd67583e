import type { ReadFlags } from "../cli/request.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Source } from "../model/facts.ts";
import type { Io } from "./io.ts";
import { readKubeLists } from "./kube-lists.ts";
import { liveReader, type StateReader, savedReader } from "./state.ts";

/** Opens what the flags name: a saved state, or a cluster. Both rooms are loaded when they are needed, not before. */
export async function openState(flags: ReadFlags, io: Io, kind: "cluster" | "demo" = "cluster"): Promise<StateReader> {
  if (flags.from !== null) {
    const { openSavedState } = await import("../bundle/open-saved-state.ts");
    return savedReader(await openSavedState(flags.from));
  }
  return (await openLive(flags, io, kind)).reader;
}

/** A cluster, and the same as a reader of its state: closing one closes both. */
export async function openLive(
  flags: ReadFlags,
  io: Io,
  kind: "cluster" | "demo" = "cluster",
): Promise<{ readonly cluster: Cluster; readonly reader: StateReader }> {
  io.progress("connecting");
  const { openCluster, openClusterViaKubectl } = await import("../cluster/connect.ts");
  const open = flags.execVia === "kubectl" ? openClusterViaKubectl : openCluster;
  const cluster = await open(flags.connection, io.environment);
  const source: Source = {
    kind,
    context: cluster.context,
    cluster: cluster.clusterName,
    server: cluster.server,
    name: "",
  };
  const lists = (signal: AbortSignal) =>
    readKubeLists(cluster, flags.collect, io.environment.env["CILIUM_NAMESPACE"], signal);
  return { cluster, reader: liveReader(cluster, source, lists, flags) };
}
