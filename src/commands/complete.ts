import type { Completion, CompletionSource, CompletionValue } from "../cli/request.ts";
import type { ConnectionFlags } from "../model/request.ts";
import type { ExitCode, Io } from "./io.ts";

/** Nobody waits longer for a completion; a cluster that takes more time gives none. */
const limitMs = 1000;

/** cobra's directive: do not fall back to file names. */
const noFiles = 4;

/**
 * Answers kubectl's completion (cobra's protocol): `value<TAB>about` lines and, last, `:` with a directive. Never fails and
 * says nothing on stderr: an error would be printed into the line being typed.
 */
export async function complete(request: Completion, io: Io): Promise<ExitCode> {
  const asked = request.source === null ? [] : await inTime(ask(request.source, request.connection, io));
  const given = new Set(request.given);
  const lines = [...request.values, ...asked]
    .filter(({ value }) => value.startsWith(request.typed) && !given.has(value) && !/\p{Cc}/u.test(value))
    .map(({ value, about }) => (about === "" ? value : `${value}\t${about.replace(/\p{Cc}/gu, " ")}`));
  await io.write(`${[...lines, `:${request.files ? 0 : noFiles}`].join("\n")}\n`);
  return 0;
}

async function inTime(answers: Promise<readonly CompletionValue[]>): Promise<readonly CompletionValue[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<[]>((resolve) => {
    timer = setTimeout(() => resolve([]), limitMs);
  });
  return Promise.race([answers.catch(() => []), late]).finally(() => clearTimeout(timer));
}

async function ask(
  source: CompletionSource,
  connection: ConnectionFlags | null,
  io: Io,
): Promise<readonly CompletionValue[]> {
  switch (source) {
    case "rules": {
      const { everyCause } = await import("../analyse/catalogue.ts");
      return everyCause.map(({ id, title }) => ({ value: id, about: title }));
    }
    case "scenarios": {
      const { listScenarios } = await import("../demo/recorded.ts");
      return (await listScenarios(io.scenarios)).map(({ name, how }) => ({ value: name, about: how }));
    }
    case "faults": {
      const { faultCatalogue } = await import("../demo/faults.ts");
      return Object.entries(faultCatalogue).map(([value, { says }]) => ({ value, about: says }));
    }
    case "contexts":
    case "clusters":
    case "users": {
      const { kubeconfigPlaces, loadKubeconfig } = await import("../cluster/kubeconfig-files.ts");
      const config = loadKubeconfig(kubeconfigPlaces(connection?.kubeconfig ?? null, io.environment));
      return [...config[source].keys()].sort().map(plain);
    }
    case "namespaces":
    case "nodes":
    case "zones":
      return connection === null ? [] : askCluster(source, connection, io);
    default: {
      const never: never = source;
      return never;
    }
  }
}

async function askCluster(
  source: "namespaces" | "nodes" | "zones",
  flags: ConnectionFlags,
  io: Io,
): Promise<readonly CompletionValue[]> {
  const { openCluster } = await import("../cluster/connect.ts");
  const { env, homeDir, cwd, platform, lendTerminal, userAgent } = io.environment;
  const silence = { stdinIsTerminal: false, notice: () => {} };
  const environment = { env, homeDir, cwd, platform, lendTerminal, userAgent, ...silence };
  const cluster = await openCluster({ ...flags, requestTimeoutMs: limitMs, verbosity: 0 }, environment);
  try {
    const plural = source === "namespaces" ? "namespaces" : "nodes";
    const request = { group: "", version: "v1", plural, namespace: null, labelSelector: null, fieldSelector: null };
    const outcome = await cluster.list(request, AbortSignal.timeout(limitMs));
    if (outcome.kind !== "ok") return [];
    const names = outcome.items.map(source === "zones" ? zoneOf : nameOf).filter((name) => name !== "");
    return [...new Set(names)].sort().map(plain);
  } finally {
    cluster.close();
  }
}

function plain(value: string): CompletionValue {
  return { value, about: "" };
}

interface Labelled {
  readonly metadata?: { readonly name?: unknown; readonly labels?: Readonly<Record<string, unknown>> };
}

function nameOf(item: unknown): string {
  const name = (item as Labelled | null)?.metadata?.name;
  return typeof name === "string" ? name : "";
}

function zoneOf(item: unknown): string {
  const zone = (item as Labelled | null)?.metadata?.labels?.["topology.kubernetes.io/zone"];
  return typeof zone === "string" ? zone : "";
}
