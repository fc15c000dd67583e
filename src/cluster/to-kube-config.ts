import { KubeConfig } from "@kubernetes/client-node";
import type { Connection } from "./connection.ts";

/** Stands for the empty names of a connection without kubeconfig: client-node drops the authority of a nameless user. */
const unnamed = "none";

/**
 * The official client's view of a connection: where the cluster is and whom it trusts, for the client's typed calls.
 * Credentials are deliberately left out: client-node would run a login plugin for each call, spend a refresh token and
 * join several groups into one header, so each request takes them from Credentials instead.
 */
export function toKubeConfig(connection: Connection): KubeConfig {
  const cluster = connection.clusterName || unnamed;
  const user = connection.userName || unnamed;
  const context = connection.context || unnamed;
  const config = new KubeConfig();
  config.loadFromOptions({
    clusters: [
      {
        name: cluster,
        server: connection.server,
        skipTLSVerify: connection.insecureSkipTlsVerify,
        ...(connection.caPem === null ? {} : { caData: Buffer.from(connection.caPem).toString("base64") }),
        ...(connection.tlsServerName === null ? {} : { tlsServerName: connection.tlsServerName }),
        ...(connection.proxyUrl === null ? {} : { proxyUrl: connection.proxyUrl }),
      },
    ],
    users: [{ name: user }],
    contexts: [{ name: context, cluster, user }],
    currentContext: context,
  });
  return config;
}
