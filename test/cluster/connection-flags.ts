import type { ConnectionFlags } from "../../src/model/request.ts";

/** A command line without any connection flag. */
export const noFlags: ConnectionFlags = {
  kubeconfig: null,
  context: null,
  cluster: null,
  user: null,
  server: null,
  token: null,
  as: null,
  asGroups: [],
  asUid: null,
  certificateAuthority: null,
  clientCertificate: null,
  clientKey: null,
  tlsServerName: null,
  insecureSkipTlsVerify: false,
  requestTimeoutMs: 0,
  verbosity: 0,
};
