import { HealthError } from "../model/errors.ts";
import type { Environment } from "./cluster.ts";
import type { CertificateSource, Connection, PemSource } from "./connection.ts";
import { type PluginCredential, runExecPlugin } from "./exec-plugin.ts";
import { type RunPlugin, runPluginProcess } from "./exec-plugin-process.ts";
import { idTokenExpiry } from "./id-token.ts";
import { basicAuthorization } from "./request-headers.ts";
import { type ReadTextFile, readFailure, readTextFile } from "./text-files.ts";
import { type KeyPair, systemAuthorities } from "./tls-identity.ts";

/** How credentials reach the world; tests hand in their own. */
export interface CredentialTools {
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  readonly readFile: ReadTextFile;
  readonly runPlugin: RunPlugin;
  /** PEM; asked only where the kubeconfig names no authority. */
  readonly authorities: () => readonly string[];
}

export const systemTools: CredentialTools = {
  now: Date.now,
  readFile: readTextFile,
  runPlugin: runPluginProcess,
  authorities: systemAuthorities,
};

/** Credentials as one reading of their source gave them. Times are milliseconds since the epoch, Infinity for never. */
export interface Reading {
  /** The Authorization header; null when there is none. */
  readonly authorization: string | null;
  readonly pair: KeyPair | null;
  /** From here on the source is read again. */
  readonly renewAt: number;
  /** From here on this reading is of no use, should the source fail. */
  readonly usableUntil: number;
}

/** Reads credentials anew. Rejects with HealthError. */
export type CredentialSource = () => Promise<Reading>;

/** Files are read anew this often: half of what the kubelet leaves between renewing a token and its end (client-go transport/token_source.go). */
const fileAgeMs = 60_000;

/** The source that a connection's `auth` describes. Nothing is read yet. */
export function credentialSource(
  connection: Connection,
  environment: Pick<Environment, "env" | "stdinIsTerminal">,
  tools: CredentialTools,
): CredentialSource {
  const { bearer, certificate } = connection.auth;
  const pair = () => (certificate === null ? null : readPair(certificate, connection.userName, tools.readFile));
  const still = async (authorization: string | null): Promise<Reading> => {
    const renewAt = certificate !== null && fromFile(certificate) ? tools.now() + fileAgeMs : Number.POSITIVE_INFINITY;
    return { authorization, pair: pair(), renewAt, usableUntil: Number.POSITIVE_INFINITY };
  };
  switch (bearer.kind) {
    case "none":
      return () => still(null);
    case "token":
      return () => still(`Bearer ${bearer.token}`);
    case "basic":
      return () => still(basicAuthorization(bearer.username, bearer.password));
    case "tokenFile":
      return async () => ({
        authorization: `Bearer ${readToken(bearer.path, bearer.fallback, connection.userName, tools.readFile)}`,
        pair: pair(),
        renewAt: tools.now() + fileAgeMs,
        usableUntil: Number.POSITIVE_INFINITY,
      });
    case "oidc":
      return async () => {
        const usableUntil = idTokenExpiry(connection.userName, bearer.idToken, tools.now());
        return { authorization: `Bearer ${bearer.idToken}`, pair: pair(), renewAt: usableUntil, usableUntil };
      };
    case "plugin":
      return async () => {
        const surroundings = { ...environment, run: tools.runPlugin };
        return pluginReading(await runExecPlugin(bearer.plugin, surroundings), tools.now());
      };
    default: {
      const never: never = bearer;
      return never;
    }
  }
}

/** A plugin's credential is renewed this long before it expires, so that no request carries one that ends on the way. */
const renewBeforeMs = 60_000;
/** A credential that is already expired when it comes (a clock is wrong) is still tried, and not asked for at every request. */
const leastUseMs = 30_000;

function pluginReading(credential: PluginCredential, now: number): Reading {
  const { token, certificate: pair, expiresAt } = credential;
  const authorization = token === "" ? null : `Bearer ${token}`;
  if (expiresAt === null) {
    return { authorization, pair, renewAt: Number.POSITIVE_INFINITY, usableUntil: Number.POSITIVE_INFINITY };
  }
  const life = expiresAt - now;
  // One that lives shorter than the margin is used for half of its life.
  const use = life <= 0 ? leastUseMs : Math.max(life - renewBeforeMs, life / 2);
  return { authorization, pair, renewAt: now + use, usableUntil: Math.max(expiresAt, now + use) };
}

function readToken(path: string, fallback: string, userName: string, readFile: ReadTextFile): string {
  const file = readFile(path);
  const token = file.kind === "ok" ? file.text.trim() : "";
  if (token !== "") return token;
  if (fallback !== "") return fallback;
  const problem = file.kind === "ok" ? "it is empty" : readFailure(file);
  throw new HealthError(`cannot read the token of user "${userName}" from ${path}: ${problem}`, { exitCode: 3 });
}

function readPair(source: CertificateSource, userName: string, readFile: ReadTextFile): KeyPair {
  const read = (what: string, pem: PemSource): string => {
    if (pem.kind === "data") return pem.pem;
    const file = readFile(pem.path);
    if (file.kind === "ok") return file.text;
    throw new HealthError(`cannot read the ${what} of user "${userName}" from ${pem.path}: ${readFailure(file)}`, {
      exitCode: 3,
    });
  };
  return { certificate: read("client-certificate", source.certificate), key: read("client-key", source.key) };
}

function fromFile(source: CertificateSource): boolean {
  return source.certificate.kind === "file" || source.key.kind === "file";
}
