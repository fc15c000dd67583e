import { isIP } from "node:net";
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
  type SecureContext,
} from "node:tls";
import { HealthError } from "../model/errors.ts";
import { bareHost } from "./api-path.ts";
import type { Connection } from "./connection.ts";

/** A client certificate and its key, PEM. */
export interface KeyPair {
  readonly certificate: string;
  readonly key: string;
}

/** What a TLS connection to the API server needs. A changed certificate is a new object. */
export interface TlsIdentity {
  /** PEM of the authorities that are trusted. */
  readonly ca: readonly string[];
  /** PEM; null when the user has no client certificate. */
  readonly cert: string | null;
  readonly key: string | null;
  /** The name the server's certificate must carry, and SNI where it is not an address. */
  readonly servername: string;
  readonly rejectUnauthorized: boolean;
  /** `ca`, `cert` and `key` parsed once; with hundreds of authorities that is most of the work of a connection. */
  readonly secureContext: SecureContext;
}

/** Node's own authorities and the operating system's: a company's authority is installed in the latter, and Go reads it. */
export function systemAuthorities(): readonly string[] {
  return [...new Set([...getCACertificates("default"), ...getCACertificates("system")])];
}

/** Throws HealthError naming the part that is no usable PEM. */
export function tlsIdentity(
  connection: Connection,
  pair: KeyPair | null,
  authorities: () => readonly string[],
): TlsIdentity {
  const { caPem, insecureSkipTlsVerify, tlsServerName, server, clusterName, userName } = connection;
  // With the check off, or on plain http, no authority is looked at: the system's need not be read.
  const unchecked = insecureSkipTlsVerify || !server.startsWith("https:");
  const ca = caPem !== null ? [caPem] : unchecked ? [] : authorities();
  if (caPem !== null && !caPem.includes("-----BEGIN")) {
    throw unusable(`certificate-authority of cluster "${clusterName}" holds no PEM certificate`, undefined);
  }
  if (caPem !== null)
    usable(`certificate-authority of cluster "${clusterName}"`, () => createSecureContext({ ca: caPem }));
  const keyPair = pair === null ? {} : { cert: pair.certificate, key: pair.key };
  return {
    ca,
    cert: pair?.certificate ?? null,
    key: pair?.key ?? null,
    servername: tlsServerName ?? bareHost(new URL(server)),
    rejectUnauthorized: !insecureSkipTlsVerify,
    secureContext: usable(`client certificate and key of user "${userName}"`, () =>
      createSecureContext({ ca: [...ca], ...keyPair }),
    ),
  };
}

/** How the API server itself is spoken to, whatever stands in between. */
export function endpointTls(tls: TlsIdentity): ConnectionOptions {
  return {
    secureContext: tls.secureContext,
    rejectUnauthorized: tls.rejectUnauthorized,
    // SNI carries no addresses; and behind a proxy Node would check the certificate against "localhost" for one.
    servername: isIP(tls.servername) === 0 ? tls.servername : "",
    checkServerIdentity: (_host, certificate) => checkServerIdentity(tls.servername, certificate),
  };
}

function usable<T>(what: string, make: () => T): T {
  try {
    return make();
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw unusable(`${what} cannot be used: ${reason}`, error);
  }
}

function unusable(message: string, cause: unknown): HealthError {
  return new HealthError(message, { exitCode: 3, cause });
}
