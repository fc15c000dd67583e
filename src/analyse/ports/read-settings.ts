import type { AgentStatus, Facts } from "../../model/facts.ts";
import type { PortSetting } from "../../model/ports.ts";

/** Settings as they can be read, each with its source: nothing is taken for granted that nobody said. */
export interface Settings {
  /** A key of cilium-config; where the map was read without it, Cilium's own default. */
  config(key: string, usual: string): PortSetting;
  /** What agents say of themselves, the most common word; "" and `unknown` where none says it. */
  agents(name: string, read: (status: AgentStatus) => string): PortSetting;
  /** The first of them that is known. */
  first(...settings: readonly PortSetting[]): PortSetting;
  readonly configRead: boolean;
}

export function readSettings(facts: Facts): Settings {
  const statuses = facts.nodes.flatMap(({ agent }) => (agent?.status == null ? [] : [agent.status]));
  const unknown = (name: string): PortSetting => ({ name, value: "", source: "unknown" });
  return {
    configRead: facts.config !== null,
    config: (key, usual) => {
      if (facts.config === null) return unknown(key);
      const value = facts.config.get(key) ?? "";
      return value === ""
        ? { name: key, value: usual, source: "default" }
        : { name: key, value, source: "cilium-config" };
    },
    agents: (name, read) => {
      const value = mostCommon(statuses.map(read));
      return value === "" ? unknown(name) : { name, value, source: "agents" };
    },
    first: (...settings) => {
      const known = settings.find(({ source }) => source === "cilium-config" || source === "agents");
      return known ?? settings.find(({ source }) => source === "default") ?? settings[0] ?? unknown("");
    },
  };
}

function mostCommon(words: readonly string[]): string {
  const counts = new Map<string, number>();
  for (const word of words) if (word !== "") counts.set(word, (counts.get(word) ?? 0) + 1);
  return [...counts].sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))[0]?.[0] ?? "";
}

/** The setting's value as a port; null where it is unknown, or no port. */
export function portOf({ value, source }: PortSetting): number | null {
  const port = Number(value);
  return source === "unknown" || !/^\d+$/.test(value) || port === 0 || port > 65_535 ? null : port;
}

/** The port of an address to listen at, `:4244` or `0.0.0.0:9962`; null without one, and for loopback alone. */
export function listenPort(address: string): number | null {
  const [, host = "", port = ""] = /^(.*):(\d+)$/.exec(address.trim()) ?? [];
  return port === "" || /^(?:127\.|localhost$|\[?::1\]?$)/.test(host) ? null : Number(port);
}

/** The port of a URL, and its scheme's own where it names none; null for a text that is no URL. */
export function urlPort(text: string): number | null {
  const [, scheme = "", port] = /^(https?):\/\/(?:\[[^\]]*\]|[^:/\s]+)(?::(\d+))?(?:\/|$)/.exec(text.trim()) ?? [];
  if (scheme === "") return null;
  return port === undefined ? (scheme === "https" ? 443 : 80) : Number(port);
}
