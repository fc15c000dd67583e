import { isRecord, readJson } from "./json.ts";

/**
 * `cilium-dbg config --all -o json`: the configuration this agent runs with, by Go field name (pkg/option,
 * DaemonConfig; options of newer, modular parts are not in it). Scalars as text, lists joined by commas.
 */
export type AgentConfig = ReadonlyMap<string, string>;

export function readAgentConfig(text: string): AgentConfig | null {
  const json = readJson(text);
  if (!isRecord(json)) return null;
  const config = new Map<string, string>();
  for (const [key, value] of Object.entries(json)) {
    if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") {
      config.set(key, String(value));
    } else if (Array.isArray(value) && value.every((item) => typeof item === "string")) {
      config.set(key, value.join(","));
    }
  }
  return config.size === 0 ? null : config;
}
