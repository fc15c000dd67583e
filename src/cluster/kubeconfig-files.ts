import { posix, resolve, win32 } from "node:path";
import { HealthError } from "../model/errors.ts";
import type { Environment } from "./cluster.ts";
import { type Kubeconfig, readKubeconfig } from "./kubeconfig-entries.ts";
import { type ReadTextFile, readFailure, readTextFile } from "./text-files.ts";

/** Where kubeconfigs are looked for, and by whose word. Paths are absolute. */
export type KubeconfigPlaces =
  | { readonly kind: "flag"; readonly path: string }
  | { readonly kind: "variable"; readonly paths: readonly string[] }
  | { readonly kind: "home"; readonly path: string };

type Where = Pick<Environment, "env" | "homeDir" | "cwd" | "platform">;

/** `--kubeconfig`, else the files of KUBECONFIG, else `~/.kube/config` (client-go tools/clientcmd/loader.go). */
export function kubeconfigPlaces(explicit: string | null, where: Where): KubeconfigPlaces {
  if (explicit !== null && explicit !== "") return { kind: "flag", path: resolve(where.cwd, explicit) };
  const variable = where.env["KUBECONFIG"] ?? "";
  if (variable === "") return { kind: "home", path: resolve(where.homeDir, ".kube", "config") };
  const separator = where.platform === "win32" ? win32.delimiter : posix.delimiter;
  const paths = variable.split(separator).filter((path) => path !== "");
  return { kind: "variable", paths: [...new Set(paths.map((path) => resolve(where.cwd, path)))] };
}

/**
 * Reads and merges every file of `places`: the first file to define a name, or current-context, wins; a missing file is
 * skipped unless `--kubeconfig` names it. Throws HealthError for a file that is there but cannot be used.
 */
export function loadKubeconfig(places: KubeconfigPlaces, readFile: ReadTextFile = readTextFile): Kubeconfig {
  const paths = places.kind === "variable" ? places.paths : [places.path];
  const configs: Kubeconfig[] = [];
  for (const path of paths) {
    const file = readFile(path);
    if (file.kind === "ok") configs.push(readKubeconfig(path, file.text));
    else if (file.kind === "unreadable" || places.kind === "flag") {
      throw new HealthError(`cannot read the kubeconfig ${path}: ${readFailure(file)}`, { exitCode: 3 });
    }
  }
  return mergeKubeconfigs(configs);
}

/** The first to define a name wins, whole entries at a time. */
function mergeKubeconfigs(configs: readonly Kubeconfig[]): Kubeconfig {
  return {
    files: configs.flatMap((config) => config.files),
    currentContext: configs.find((config) => config.currentContext !== "")?.currentContext ?? "",
    clusters: firstOf(configs.map((config) => config.clusters)),
    users: firstOf(configs.map((config) => config.users)),
    contexts: firstOf(configs.map((config) => config.contexts)),
  };
}

function firstOf<T>(maps: readonly ReadonlyMap<string, T>[]): ReadonlyMap<string, T> {
  return new Map(maps.toReversed().flatMap((map) => [...map]));
}

/** One sentence for a user who has no kubeconfig at all: it says where it looked. */
export function describePlaces(places: KubeconfigPlaces): string {
  switch (places.kind) {
    case "flag":
      return `${places.path} (from --kubeconfig)`;
    case "home":
      return `${places.path} (KUBECONFIG is not set)`;
    case "variable":
      return places.paths.length === 0
        ? "KUBECONFIG, which names no file"
        : `${places.paths.join(", ")} (from KUBECONFIG)`;
    default: {
      const never: never = places;
      return never;
    }
  }
}
