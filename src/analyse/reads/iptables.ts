/** One appended rule of `iptables -S`. */
export interface IptablesRule {
  /** What it asks of a packet, as words: `-i lxc+`, `! -s 10.0.0.0/8`, … */
  readonly conditions: readonly string[];
  /** Built-in target, extension or chain; "" for a rule that only counts. */
  readonly target: string;
  /** `-g`: the packet does not come back to this chain. */
  readonly isGoto: boolean;
  readonly text: string;
}

/** One table as `iptables -S` prints it, or one chain of it. */
export interface Ruleset {
  /** By built-in chain: `ACCEPT` or `DROP`. */
  readonly policies: ReadonlyMap<string, string>;
  readonly chains: ReadonlyMap<string, readonly IptablesRule[]>;
}

/** Lines that are no rule, as the warning about legacy tables, are passed over. */
export function readIptables(text: string): Ruleset {
  const policies = new Map<string, string>();
  const chains = new Map<string, IptablesRule[]>();
  const chain = (name: string) => {
    const known = chains.get(name) ?? [];
    chains.set(name, known);
    return known;
  };
  for (const line of text.split("\n")) {
    const [command, name, ...words] = splitWords(line);
    if (name === undefined) continue;
    if (command === "-P") {
      policies.set(name, words[0] ?? "");
      chain(name);
    } else if (command === "-N") chain(name);
    else if (command === "-A") chain(name).push(toRule(words, line.trim()));
  }
  return { policies, chains };
}

function toRule(words: readonly string[], text: string): IptablesRule {
  const at = words.findIndex((word) => word === "-j" || word === "-g");
  return {
    conditions: at < 0 ? words : words.slice(0, at),
    target: at < 0 ? "" : (words[at + 1] ?? ""),
    isGoto: words[at] === "-g",
    text,
  };
}

/** Words of a line; a double-quoted one, as a comment, may hold blanks and escaped quotes. */
function splitWords(line: string): string[] {
  return (line.match(/"(?:[^"\\]|\\.)*"|\S+/g) ?? []).map((word) =>
    word.length > 1 && word.startsWith('"') && word.endsWith('"') ? word.slice(1, -1).replace(/\\(.)/g, "$1") : word,
  );
}
