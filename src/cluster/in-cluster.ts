import type { Environment } from "./cluster.ts";
import type { ClusterEntry, UserEntry } from "./kubeconfig-entries.ts";
import type { ReadTextFile } from "./text-files.ts";

/** Where the kubelet mounts a pod's service account (client-go rest/config.go, InClusterConfig). */
const serviceAccountDir = "/var/run/secrets/kubernetes.io/serviceaccount";

export interface InClusterEntries {
  readonly cluster: ClusterEntry;
  readonly user: UserEntry;
}

/**
 * The service account of the pod this runs in, as kubeconfig entries; null outside a pod. A pod without ca.crt trusts
 * the system's authorities, as client-go does.
 */
export function inClusterEntries(env: Environment["env"], readFile: ReadTextFile): InClusterEntries | null {
  const host = env["KUBERNETES_SERVICE_HOST"] ?? "";
  const port = env["KUBERNETES_SERVICE_PORT"] ?? "";
  const tokenFile = `${serviceAccountDir}/token`;
  if (host === "" || port === "" || readFile(tokenFile).kind !== "ok") return null;
  const authority = readFile(`${serviceAccountDir}/ca.crt`);
  const origin = `${serviceAccountDir}/kubeconfig`;
  return {
    cluster: {
      ...emptyCluster(origin),
      server: `https://${host.includes(":") ? `[${host}]` : host}:${port}`,
      certificateAuthorityData: authority.kind === "ok" ? authority.text : null,
    },
    user: { ...emptyUser(origin), tokenFile },
  };
}

/** A cluster entry that says nothing: flags fill it. */
export function emptyCluster(origin: string): ClusterEntry {
  return {
    origin,
    server: "",
    tlsServerName: "",
    insecureSkipTlsVerify: false,
    certificateAuthority: "",
    certificateAuthorityData: null,
    proxyUrl: "",
    disableCompression: false,
    execConfig: null,
  };
}

/** A user entry that says nothing: anonymous, unless flags say more. */
export function emptyUser(origin: string): UserEntry {
  return {
    origin,
    clientCertificate: "",
    clientCertificateData: null,
    clientKey: "",
    clientKeyData: null,
    token: "",
    tokenFile: "",
    username: "",
    password: "",
    as: "",
    asUid: "",
    asGroups: [],
    asUserExtra: new Map(),
    authProvider: null,
    exec: null,
  };
}
