import { HealthError } from "../model/errors.ts";
import type { ExecPlugin } from "./connection.ts";
import type { RunPlugin } from "./exec-plugin-process.ts";
import { isJsonObject, objectField, parseJsonObject, textField } from "./json-object.ts";

/** What a plugin hands out; at least one of token and certificate is there. */
export interface PluginCredential {
  /** "" when the plugin gave none. */
  readonly token: string;
  readonly certificate: { readonly certificate: string; readonly key: string } | null;
  /** Milliseconds since the epoch; null when it never expires. */
  readonly expiresAt: number | null;
}

/** What a plugin's run depends on besides the plugin. */
export interface PluginSurroundings {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly stdinIsTerminal: boolean;
  readonly run: RunPlugin;
}

/**
 * Runs an exec-credential plugin once, as client-go does (plugin/pkg/client/auth/exec/exec.go). Its stderr is ours, so
 * that a device-code login can be read; its stdin too, where the plugin may be interactive. Throws HealthError; no
 * message carries what the plugin wrote to stdout.
 */
export async function runExecPlugin(plugin: ExecPlugin, surroundings: PluginSurroundings): Promise<PluginCredential> {
  const interactive = mayInteract(plugin, surroundings.stdinIsTerminal);
  const ended = await surroundings.run({
    command: plugin.command,
    args: plugin.args,
    env: {
      ...surroundings.env,
      ...Object.fromEntries(plugin.env.map(({ name, value }) => [name, value])),
      KUBERNETES_EXEC_INFO: execInfo(plugin, interactive),
    },
    stdin: interactive ? "inherit" : "ignore",
  });
  switch (ended.kind) {
    case "exited":
      if (ended.code === 0) return readCredential(plugin, ended.stdout);
      throw failed(plugin, `ended with exit code ${ended.code}`, "Its own message is above; try it by hand.");
    case "killed":
      throw failed(plugin, `was ended by ${ended.signal}`);
    case "not-found":
      throw failed(plugin, "was not found", notFoundHint(plugin));
    case "not-started":
      throw failed(plugin, `could not be started: ${ended.reason}`);
    case "too-big":
      throw failed(plugin, `wrote more than ${ended.maxBytes} bytes`);
    default: {
      const never: never = ended;
      return never;
    }
  }
}

/** The value of KUBERNETES_EXEC_INFO: an ExecCredential whose spec says what the plugin may do and whom it is for. */
export function execInfo(plugin: ExecPlugin, interactive: boolean): string {
  const cluster = plugin.cluster === null ? {} : { cluster: plugin.cluster };
  return JSON.stringify({ kind: "ExecCredential", apiVersion: plugin.apiVersion, spec: { ...cluster, interactive } });
}

function mayInteract(plugin: ExecPlugin, stdinIsTerminal: boolean): boolean {
  switch (plugin.interactiveMode) {
    case "Never":
      return false;
    case "IfAvailable":
      return stdinIsTerminal;
    case "Always":
      if (stdinIsTerminal) return true;
      throw failed(plugin, "must ask you something, but standard input is not a terminal", "Run this in a terminal.");
    default: {
      const never: never = plugin.interactiveMode;
      return never;
    }
  }
}

function readCredential(plugin: ExecPlugin, stdout: string): PluginCredential {
  const credential = parseJsonObject(stdout);
  if (credential === null) throw failed(plugin, "did not print a JSON object");
  const kind = textField(credential, "kind");
  if (kind !== "ExecCredential") throw failed(plugin, `printed the kind "${kind}" instead of ExecCredential`);
  const version = textField(credential, "apiVersion");
  if (version !== plugin.apiVersion) {
    throw failed(plugin, `is configured for ${plugin.apiVersion}, but answered in "${version}"`);
  }
  if (!isJsonObject(credential["status"])) throw failed(plugin, "printed no status");
  const status = objectField(credential, "status");
  const token = textField(status, "token");
  const certificate = textField(status, "clientCertificateData");
  const key = textField(status, "clientKeyData");
  if ((certificate === "") !== (key === "")) throw failed(plugin, "gave only one of certificate and key");
  if (token === "" && certificate === "") throw failed(plugin, "gave neither a token nor a certificate");
  return { token, certificate: certificate === "" ? null : { certificate, key }, expiresAt: expiryOf(plugin, status) };
}

function expiryOf(plugin: ExecPlugin, status: Readonly<Record<string, unknown>>): number | null {
  const value = status["expirationTimestamp"];
  if (value === undefined || value === null) return null;
  const time = typeof value === "string" ? Date.parse(value) : Number.NaN;
  if (Number.isNaN(time)) throw failed(plugin, "gave an expirationTimestamp that is not an RFC 3339 time");
  return time;
}

function notFoundHint(plugin: ExecPlugin): string {
  const standing = "It is a Kubernetes credential plugin named in your kubeconfig; install it, or check PATH.";
  return plugin.installHint === "" ? standing : `${standing}\n${withoutControls(plugin.installHint)}`;
}

/** A kubeconfig's text must not move the cursor; line breaks and tabs are meant. */
function withoutControls(text: string): string {
  return text.replace(
    /[^\P{C}\n\r\t]/gu,
    (character) => `U+${(character.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, "0")}`,
  );
}

function failed(plugin: ExecPlugin, problem: string, hint = ""): HealthError {
  return new HealthError(`the credential plugin ${plugin.command} ${problem}`, { exitCode: 3, hint });
}
