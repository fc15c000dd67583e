import { createHmac } from "node:crypto";

export type NameKind = "node" | "pod" | "cluster";

/**
 * Stand-ins for names, made from the name and a key alone: the same name always gets the same one, whoever meets it
 * first. Names become known as they are met in fields that hold them; texts are searched for the known ones.
 */
export interface StandInNames {
  /** Remembers the name and gives its stand-in; "" stays "". */
  of(kind: NameKind, name: string): string;
  /** Every known name in a text replaced, longest first, where it stands as a word of its own. */
  inText(text: string): string;
  /** Real name by stand-in, for the key file. */
  known(): ReadonlyMap<string, string>;
}

/** Words of Cilium and Kubernetes that are no secret and stand everywhere, even if somebody names a thing so. */
const ownWords: ReadonlySet<string> = new Set([
  "default",
  "kubernetes",
  "cilium",
  "kube-system",
  "localhost",
  "node",
  "host",
  "health",
  "cluster",
  "remote",
  "local",
  "world",
  "none",
  "true",
  "false",
  "ok",
  "enabled",
  "disabled",
]);

export function standInNames(key: Uint8Array): StandInNames {
  const names = new Map<string, string>();
  const reals = new Map<string, string>();
  let pattern: RegExp | null = null;
  const of = (kind: NameKind, name: string): string => {
    if (name === "" || ownWords.has(name.toLowerCase())) return name;
    const known = names.get(name);
    if (known !== undefined) return known;
    const digest = createHmac("sha256", key).update(`${kind}:${name}`).digest("hex").slice(0, 10);
    const standIn = `${kind}-${digest}`;
    if (reals.has(name)) return name;
    names.set(name, standIn);
    reals.set(standIn, name);
    pattern = null;
    return standIn;
  };
  const inText = (text: string): string => {
    if (names.size === 0) return text;
    pattern ??= patternOf([...names.keys()]);
    return text.replace(pattern, (name) => names.get(name) ?? name);
  };
  return { of, inText, known: () => reals };
}

/** Names are made of letters, digits, `-`, `_` and dots; a dot behind a name may end a sentence or part a domain. */
function patternOf(names: readonly string[]): RegExp {
  const longestFirst = [...names].sort((a, b) => b.length - a.length || (a < b ? -1 : 1));
  const escaped = longestFirst.map((name) => name.replace(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`(?<![A-Za-z0-9_-])(?:${escaped.join("|")})(?![A-Za-z0-9_-])`, "g");
}
