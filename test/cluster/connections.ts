import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import type { Auth, Connection, ExecPlugin } from "../../src/cluster/connection.ts";
import type { CredentialTools } from "../../src/cluster/credential-sources.ts";
import { openCredentials } from "../../src/cluster/credentials.ts";
import type { PluginCommand, PluginEnd } from "../../src/cluster/exec-plugin-process.ts";
import type { TextFile } from "../../src/cluster/text-files.ts";

/** An anonymous connection, to be varied. */
export const anonymous: Connection = {
  context: "c",
  clusterName: "k",
  userName: "u",
  server: "https://one.test",
  caPem: null,
  insecureSkipTlsVerify: false,
  tlsServerName: null,
  proxyUrl: null,
  disableCompression: false,
  auth: { bearer: { kind: "none" }, certificate: null },
  impersonation: null,
  requestTimeoutMs: 0,
};

export const loginPlugin: ExecPlugin = {
  command: "login",
  args: [],
  env: [],
  apiVersion: "client.authentication.k8s.io/v1",
  interactiveMode: "IfAvailable",
  installHint: "",
  cluster: null,
};

/** A file of test/fixtures/credentials: `ca.pem` signed all the others. */
export function pem(name: string): string {
  return readFileSync(resolve(import.meta.dirname, "../fixtures/credentials", name), "utf8");
}

/** Two certificates of the same user. */
export const firstPair = { certificate: pem("client.pem"), key: pem("client.key") };
export const secondPair = { certificate: pem("client-rotated.pem"), key: pem("client-rotated.key") };

export function withBearer(bearer: Auth["bearer"], certificate: Auth["certificate"] = null): Connection {
  return { ...anonymous, auth: { bearer, certificate } };
}

export const noTerminal = { env: {}, stdinIsTerminal: false };

/** Credentials, and a short way to their Authorization header. */
export async function opened(connection: Connection, world: FakeWorld) {
  const credentials = await openCredentials(connection, noTerminal, world);
  return { credentials, authorization: async () => (await credentials.headers())["Authorization"] };
}

/** What a plugin prints. */
export function credential(status: unknown, apiVersion: string = loginPlugin.apiVersion): string {
  return JSON.stringify({ kind: "ExecCredential", apiVersion, status });
}

export const start = Date.parse("2030-01-01T00:00:00Z");

/** A world in which time, files and plugins are what the test says. */
export class FakeWorld implements CredentialTools {
  time = start;
  readonly files = new Map<string, string>();
  /** One answer a run; the last one repeats. */
  answers: PluginEnd[] = [];
  readonly runs: PluginCommand[] = [];

  readonly now = () => this.time;
  readonly readFile = (path: string): TextFile => {
    const text = this.files.get(path);
    return text === undefined ? { kind: "missing" } : { kind: "ok", text };
  };
  readonly runPlugin = async (command: PluginCommand): Promise<PluginEnd> => {
    this.runs.push(command);
    // A plugin takes a while: whoever asks meanwhile must wait for this run.
    await new Promise((resolve) => setImmediate(resolve));
    return this.answers[Math.min(this.runs.length, this.answers.length) - 1] ?? { kind: "not-found" };
  };
  readonly authorities = () => [];

  /** The answers to come are tokens, each with so many seconds to live from the time it is named here; null lives for ever. */
  givesTokens(...tokens: readonly { readonly token: string; readonly seconds: number | null }[]): void {
    this.answers = tokens.map(({ token, seconds }) => {
      const expirationTimestamp = seconds === null ? undefined : new Date(this.time + seconds * 1000).toISOString();
      return { kind: "exited", code: 0, stdout: credential({ token, expirationTimestamp }) };
    });
  }
}
