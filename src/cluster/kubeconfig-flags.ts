import { resolve } from "node:path";
import type { ConnectionFlags } from "../model/request.ts";
import type { ClusterEntry, UserEntry } from "./kubeconfig-entries.ts";

/**
 * kubectl's flags over a cluster entry, by the rules of client-go tools/clientcmd/client_config.go, getCluster:
 * `--insecure-skip-tls-verify` or `--certificate-authority` replace all that the file says of trust, and `--server`
 * drops the file's tls-server-name. A flag's path is relative to the working directory.
 */
export function overrideCluster(entry: ClusterEntry, flags: ConnectionFlags, cwd: string): ClusterEntry {
  const authority = flags.certificateAuthority ?? "";
  const server = flags.server ?? "";
  const serverName = flags.tlsServerName ?? "";
  const trust =
    flags.insecureSkipTlsVerify || authority !== ""
      ? {
          insecureSkipTlsVerify: flags.insecureSkipTlsVerify,
          certificateAuthority: authority === "" ? "" : resolve(cwd, authority),
          certificateAuthorityData: null,
        }
      : {};
  return {
    ...entry,
    ...trust,
    server: server || entry.server,
    tlsServerName: serverName !== "" || server !== "" ? serverName : entry.tlsServerName,
  };
}

/**
 * kubectl's flags over a user entry (getAuthInfo there). `--token` also takes the place of a tokenFile, which kubectl
 * 1.32 goes on reading instead: a token given by hand is meant. Impersonation flags replace field by field.
 */
export function overrideUser(entry: UserEntry, flags: ConnectionFlags, cwd: string): UserEntry {
  const { token, clientCertificate, clientKey } = flags;
  return {
    ...entry,
    ...(token ? { token, tokenFile: "" } : {}),
    ...(clientCertificate ? { clientCertificate: resolve(cwd, clientCertificate), clientCertificateData: null } : {}),
    ...(clientKey ? { clientKey: resolve(cwd, clientKey), clientKeyData: null } : {}),
    as: flags.as || entry.as,
    asUid: flags.asUid || entry.asUid,
    asGroups: flags.asGroups.length > 0 ? flags.asGroups : entry.asGroups,
  };
}

/** Whether the flags alone say who asks. */
export function flagsIdentifyUser(flags: ConnectionFlags): boolean {
  return Boolean(flags.token) || Boolean(flags.clientCertificate);
}
