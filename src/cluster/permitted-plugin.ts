import { accessSync, constants, statSync } from "node:fs";
import { isAbsolute, posix, win32 } from "node:path";
import { HealthError } from "../model/errors.ts";
import type { Environment } from "./cluster.ts";
import type { ExecPlugin } from "./connection.ts";
import type { PluginPolicy } from "./kuberc.ts";

type Where = Pick<Environment, "env" | "platform">;

/** Whether a file is there and may be executed. */
export type IsExecutable = (path: string) => boolean;

/**
 * The plugin as it may be run under the policy: where there is a list, by the very path that was held against it, so
 * that nothing else of the same name runs. Throws HealthError with kubectl's sentence where it may not (client-go v0.36
 * plugin/pkg/client/auth/exec, updateCommandAndCheckAllowlistLocked).
 */
export function permittedPlugin(
  plugin: ExecPlugin,
  policy: PluginPolicy,
  where: Where,
  isExecutable: IsExecutable = executableFile,
): ExecPlugin {
  switch (policy.kind) {
    case "all":
      return plugin;
    case "none":
      throw refused(policy.file, `plugin "${plugin.command}" not allowed: policy set to "DenyAll"`);
    case "listed": {
      const path = lookPath(plugin.command, where, isExecutable);
      const command = path ?? plugin.command;
      if (policy.commands.includes(plugin.command) || policy.commands.includes(command)) return { ...plugin, command };
      if (path === null) {
        const why = "cannot be resolved for credential plugin allowlist check: executable file not found";
        throw refused(policy.file, `plugin path "${command}" ${why}`);
      }
      if (policy.commands.some((one) => lookPath(one, where, isExecutable) === path)) return { ...plugin, command };
      throw refused(policy.file, `plugin path "${command}" is not permitted by the credential plugin allowlist`);
    }
    default: {
      const never: never = policy;
      return never;
    }
  }
}

/** Go's exec.LookPath: what has a separator is a path, anything else is searched for; never in the working directory. */
function lookPath(command: string, { env, platform }: Where, isExecutable: IsExecutable): string | null {
  const windows = platform === "win32";
  const { join, delimiter } = windows ? win32 : posix;
  const endings = windows ? ["", ...(env["PATHEXT"] ?? ".COM;.EXE;.BAT;.CMD").split(";")] : [""];
  const found = (path: string) => endings.map((ending) => path + ending).find(isExecutable) ?? null;
  if (command.includes("/") || (windows && command.includes("\\"))) return found(command);
  for (const folder of (env["PATH"] ?? env["Path"] ?? "").split(delimiter)) {
    const path = isAbsolute(folder) ? found(join(folder, command)) : null;
    if (path !== null) return path;
  }
  return null;
}

const executableFile: IsExecutable = (path) => {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
};

function refused(file: string, problem: string): HealthError {
  return new HealthError(`Unable to connect to the server: getting credentials: ${problem}`, {
    exitCode: 3,
    hint: `The credentialPluginPolicy in ${file} says so; kubectl follows it as well.`,
  });
}
