import { posix, resolve, win32 } from "node:path";
import { parseAllDocuments } from "yaml";
import { HealthError } from "../model/errors.ts";
import type { Environment } from "./cluster.ts";
import { isJsonObject, type JsonObject, textField } from "./json-object.ts";
import { type ReadTextFile, readFailure, readTextFile } from "./text-files.ts";

/** Which login plugins may run: what `credentialPluginPolicy` of the user's kuberc says (Kubernetes 1.35 on). */
export type PluginPolicy =
  | { readonly kind: "all" }
  /** `file` is where it says so, absolute. */
  | { readonly kind: "none"; readonly file: string }
  /** `commands` are names for PATH, or paths without `.` and `..`. */
  | { readonly kind: "listed"; readonly commands: readonly string[]; readonly file: string };

type Where = Pick<Environment, "env" | "homeDir" | "cwd" | "platform" | "notice">;

const everything: PluginPolicy = { kind: "all" };

/**
 * The policy of $KUBERC, else of ~/.kube/kuberc, as kubectl finds and reads it (k8s.io/kubectl v0.36 pkg/kuberc): off
 * with KUBERC=off or KUBECTL_KUBERC=false; a file that $KUBERC names must be there and usable, the other one is passed
 * over with a notice. Throws HealthError with kubectl's sentence for a policy that contradicts itself.
 */
export function pluginPolicy(where: Where, readFile: ReadTextFile = readTextFile): PluginPolicy {
  const named = where.env["KUBERC"] ?? "";
  if (named === "off" || where.env["KUBECTL_KUBERC"]?.toLowerCase() === "false") return everything;
  const path = named === "" ? resolve(where.homeDir, ".kube", "kuberc") : resolve(where.cwd, named);
  const file = readFile(path);
  if (file.kind === "missing" && named === "") return everything;
  const problem = (text: string) => {
    if (named !== "") throw unusable(path, text);
    where.notice(`kuberc: no preferences loaded from ${path}: ${text}`);
    return everything;
  };
  if (file.kind !== "ok") return problem(readFailure(file));
  const documents = documentsOf(file.text);
  const preference = documents.find(isPreference);
  if (preference !== undefined) return policyOf(preference as JsonObject, path, where.platform);
  return documents.length === 0 ? everything : problem("no valid preferences found");
}

/** Every document that says anything; null stands for one that is no YAML. */
function documentsOf(text: string): unknown[] {
  const documents = parseAllDocuments(text, { uniqueKeys: false, logLevel: "silent", prettyErrors: false });
  if (!Array.isArray(documents)) return [];
  const values = documents.map((document): unknown => {
    if (document.errors.length > 0) return null;
    try {
      return document.contents === null ? undefined : document.toJS({ maxAliasCount: 100 });
    } catch {
      return null;
    }
  });
  return values.filter((value) => value !== undefined);
}

const group = "kubectl.config.k8s.io";

/** v1alpha1 has no such policy: there these fields are as unknown as any other. */
function isPreference(value: unknown): boolean {
  if (!isJsonObject(value) || value["kind"] !== "Preference") return false;
  if (value["apiVersion"] === `${group}/v1alpha1`) return true;
  return value["apiVersion"] === `${group}/v1beta1` && isText(value["credentialPluginPolicy"]) && isList(value);
}

function isList(preference: JsonObject): boolean {
  const list = preference["credentialPluginAllowlist"] ?? [];
  return Array.isArray(list) && list.every(isEntry);
}

/** `name` is what `command` was called before Kubernetes 1.36; two that differ are refused. */
function isEntry(entry: unknown): boolean {
  if (entry === null) return true;
  if (!isJsonObject(entry) || !isText(entry["name"]) || !isText(entry["command"])) return false;
  const [name, command] = [textField(entry, "name"), textField(entry, "command")];
  return name === "" || command === "" || name === command;
}

function isText(value: unknown): boolean {
  return value === undefined || value === null || typeof value === "string";
}

/** The checks and words of client-go plugin/pkg/client/auth/exec, ValidatePluginPolicy. */
function policyOf(preference: JsonObject, file: string, platform: string): PluginPolicy {
  if (preference["apiVersion"] === `${group}/v1alpha1`) return everything;
  const policy = textField(preference, "credentialPluginPolicy");
  const given = preference["credentialPluginAllowlist"] ?? null;
  const list: readonly unknown[] | null = Array.isArray(given) ? given : null;
  switch (policy) {
    case "":
    case "AllowAll":
    case "DenyAll":
      if (list === null) return policy === "DenyAll" ? { kind: "none", file } : everything;
      throw unusable(
        file,
        `misconfigured credential plugin allowlist: plugin policy is "${policy}" but allowlist is non-nil`,
      );
    case "Allowlist":
      return { kind: "listed", commands: commandsOf(list, file, platform), file };
    default:
      throw unusable(file, `unknown plugin policy: "${policy}"`);
  }
}

function commandsOf(list: readonly unknown[] | null, file: string, platform: string): string[] {
  const said = 'credential plugin policy set to "Allowlist", but allowlist is';
  if (list === null) throw unusable(file, `${said} unspecified`);
  if (list.length === 0) throw unusable(file, `${said} empty; use "DenyAll" policy instead`);
  return list.map((entry, at) => {
    const fields = isJsonObject(entry) ? entry : null;
    const command = textField(fields, "command") || textField(fields, "name");
    if (command === "") {
      throw unusable(file, `misconfigured credential plugin allowlist: empty allowlist entry #${at + 1}`);
    }
    const clean = cleanPath(command, platform);
    if (clean !== command) throw unusable(file, `non-normalized file path: "${command}" vs "${clean}"`);
    return command;
  });
}

/** Go's filepath.Clean, which leaves no separator at the end. */
function cleanPath(path: string, platform: string): string {
  const { normalize, sep } = platform === "win32" ? win32 : posix;
  const normal = normalize(path);
  return normal.length > 1 && normal.endsWith(sep) ? normal.slice(0, -1) : normal;
}

function unusable(file: string, problem: string): HealthError {
  return new HealthError(`kuberc ${file}: ${problem}`, {
    exitCode: 3,
    hint: "It says which login plugins may run. Correct it, or turn it off with KUBERC=off, as for kubectl.",
  });
}
