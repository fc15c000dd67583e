import { type Flag, type FlagTable, readFlags } from "../src/cli/flags.ts";
import { scriptName, type Verb, verbs } from "../src/cli/verbs.ts";

/** Worth showing for a command; each one is parsed by a test. */
export const examples: Readonly<Record<string, readonly (readonly [line: string, what: string])[]>> = {
  status: [
    ["", "the first screen: who reaches whom, and the likely cause"],
    ["-o json", "for scripts; the exit code is the same for every format"],
    ["--context prod --node 'worker-*' --target endpoint", "the pod path from and to some nodes"],
    ["--ignore icmp-blocked --fail-on error", "what does not count, and from which severity on it fails"],
    ["--fresh --deadline 5m", "waits for each agent's next finished probe cycle first: [fresh](../fresh.md)"],
    ["--watch", "looks again after each probe cycle and says what broke and what healed: [watch](../watch.md)"],
    [
      "--remote-context west",
      "the mesh over two clusters, both directions from both sides: [clustermesh](../clustermesh.md)",
    ],
    ["-o markdown", "to paste into an incident"],
    ["-o junit", "for a CI system: a test for each agent, node and finding"],
    ["-o prometheus", "for node_exporter's textfile collector: [metrics](../prometheus.md)"],
  ],
  pair: [
    ["worker-1 worker-2", "every probe between two nodes, both ways"],
    [
      "worker-1 worker-2 --locate",
      "and where on the way it is lost, by a few connections: [what is sent](../security.md)",
    ],
    ["worker-1 worker-2 --locate -o json", "for scripts: [schema](../pair.schema.json)"],
  ],
  ping: [
    ["", "which health APIs are up, since when, and how old their reports are"],
    ["-o json", "for scripts: [schema](../ping.schema.json); exit code 3 where an agent is not well"],
    ["--fresh", "waits for the next cycle of each, with a forecast: [fresh](../fresh.md)"],
    ["--node 'worker-*' -o wide", "some agents, with the start of the last probe cycle"],
  ],
  nodes: [
    ["", "one row a node; what stands out is in words, in capitals where it counts, and decides the exit code"],
    ["-o wide --all", "with the addresses of each list, nothing folded"],
    ["-o json", "exact, with the names of all agents: [schema](../nodes.schema.json)"],
  ],
  drops: [
    ["", "both ends of every unreachable path, for ten seconds; all agents of a small healthy cluster"],
    ["worker-1 worker-2 --for 30s", "two agents, for longer than one probe cycle of a small cluster"],
    ["-o json", "a line for each packet, then the summary: [schema](../drops.schema.json)"],
  ],
  check: [
    ["", "what is not as it should be, or not as on the other nodes; the exit code is that of every command"],
    ["--all", "with what is well, and what is worth a word"],
    ["--node worker-3", "one node, compared with all others"],
    ["--ignore bridge-netfilter --fail-on error", "what does not count, and from which severity on it fails"],
    ["-o json", "for scripts: [schema](../check.schema.json)"],
  ],
  ports: [
    ["", "what to ask of a firewall, and which of it works; below, where each setting was read"],
    ["-o json", "exact, with every failing path: [schema](../ports.schema.json)"],
  ],
  exec: [
    ["-- cilium-dbg status --brief", "the command stands behind `--`, word by word; a shell only where you name one"],
    [
      "--show group -- cat /proc/sys/net/ipv4/conf/all/rp_filter",
      "equal answers once, with their nodes; the odd ones as a diff",
    ],
    [
      "--zone zone-a --to routes -- ip route",
      "each agent's stdout and stderr as files in the new folder `routes`, with an index",
    ],
    ["--show json -- uname -r", "for scripts: [schema](../exec.schema.json)"],
  ],
  explain: [
    ["", "every rule in a line; the same in full: [rules](../rules.md)"],
    ["vxlan-udp-blocked", "one of them, or of the checks: meaning, told apart by, confirm, fix, page"],
    ["-o json", "all of it for scripts"],
  ],
  access: [
    ["-n kube-system", "what is allowed and what is not, with the manifest that grants it"],
    ["--include drops,locate -o yaml", "an admission policy that allows what drops and pair --locate run, too"],
  ],
  demo: [
    ["", "a blocked tunnel port at one node"],
    ["--list", "every recorded scenario and every fault of a generated mesh"],
    ["--nodes 50 --fault zone-partition", "a generated mesh"],
    ["healthy --serve", "keeps it up for a stock kubectl in another terminal"],
  ],
  diff: [
    [
      "before.tar.gz after.tar.gz",
      "two saved states, the older one first; exit code 1 where anything differs, 0 where not",
    ],
    ["before.tar.gz", "a saved state and the live cluster"],
  ],
  completion: [["kubectl", "the file that kubectl's own completion asks"]],
  version: [["-o json", "for scripts"]],
};

const generated = "<!-- Made by `npm run docs` from the tables that the program itself parses with: change those. -->";

/** The pages below docs/commands, by file name: one a command, the flags they share, and the list. */
export function commandPages(): ReadonlyMap<string, string> {
  const shown = verbs.filter((verb) => nameOf(verb) !== "$0");
  return new Map([
    ["README.md", listPage(shown)],
    ["flags.md", sharedPage()],
    ...shown.map((verb) => [`${nameOf(verb)}.md`, verbPage(verb)] as const),
  ]);
}

export function nameOf({ usage }: Pick<Verb, "usage">): string {
  return usage.split(" ")[0] ?? "";
}

function listPage(shown: readonly Verb[]): string {
  const rows = shown.map((verb) => `| [${nameOf(verb)}](${nameOf(verb)}.md) | ${cell(verb.describe)} |`);
  return page("Commands", [
    `\`${scriptName}\` without a command is \`${scriptName} status\`. Flags go after the plugin's name: kubectl refuses them before it.`,
    ["| command | does |", "|---|---|", ...rows].join("\n"),
    "Flags that reading commands share: [flags](flags.md). Exit codes: [README](../../README.md#for-scripts).",
  ]);
}

function verbPage(verb: Verb): string {
  const name = nameOf(verb);
  const shared = Object.keys(verb.flags).some((flag) => flag === "context");
  const own = Object.entries(verb.flags).filter(([flag, { group }]) => !(shared && isShared(flag, group)));
  const sections = [
    `${verb.describe}.`,
    `    ${scriptName} ${typed(verb.usage)} [flags]${verb.rest === undefined ? "" : ` -- ${verb.rest}`}`,
  ];
  const lines = examples[name] ?? [];
  if (lines.length > 0) sections.push("## Examples", lines.map((line) => exampleText(name, line)).join("\n\n"));
  if (own.length > 0) sections.push("## Flags", flagRows(Object.fromEntries(own)));
  if (shared) sections.push("And the [flags that reading commands share](flags.md).");
  return page(`${scriptName} ${name}`, sections);
}

/** A flag of a command's own group says more there than the shared one of its name. */
function isShared(flag: string, group: string | undefined): boolean {
  const shared = readFlags[flag];
  return shared !== undefined && (group === undefined || group === shared.group);
}

function exampleText(name: string, [line, what]: readonly [string, string]): string {
  return `    ${exampleLine(name, line)}\n\n${what}`;
}

/** The whole command line of an example. */
export function exampleLine(name: string, line: string): string {
  return [scriptName, name === "status" ? "" : name, line].filter((part) => part !== "").join(" ");
}

/** `pair <from> <to>` as people type it: `pair FROM TO`. */
function typed(usage: string): string {
  return usage
    .replace(/<([^>]+)>/g, (_, name: string) => name.toUpperCase())
    .replace(/\[([^\]]+)\]/g, (_, name: string) => `[${name.toUpperCase()}]`)
    .replaceAll("..]", "...]");
}

function sharedPage(): string {
  const groups = [...new Set(Object.values(readFlags).map((flag) => flag.group ?? "Others:"))];
  const sections = groups.flatMap((group) => {
    const inGroup = Object.entries(readFlags).filter(([, flag]) => (flag.group ?? "Others:") === group);
    return [`## ${group.replace(/:$/, "")}`, flagRows(Object.fromEntries(inGroup))];
  });
  const intro =
    "Every command that reads a cluster or a saved state takes these. Connection flags have kubectl's meaning.";
  return page("Flags of reading commands", [intro, ...sections]);
}

function flagRows(table: FlagTable): string {
  const rows = Object.entries(table).map(([name, flag]) => `| ${flagName(name, flag)} | ${flagText(flag)} |`);
  return ["| flag | means |", "|---|---|", ...rows].join("\n");
}

function flagName(name: string, { alias, type }: Flag): string {
  const long = `${name.length === 1 ? "-" : "--"}${name}${type === "boolean" ? "" : " VALUE"}`;
  return typeof alias === "string" ? `\`-${alias}\`, \`${long}\`` : `\`${long}\``;
}

function flagText({ describe, values }: Flag): string {
  const said = cell(describe ?? "");
  const unsaid = (values ?? []).filter((value) => !said.includes(value));
  return unsaid.length === 0 ? said : `${said} (${(values ?? []).join(", ")})`;
}

function cell(text: string): string {
  return text.replaceAll("|", "\\|").replaceAll("<", "&lt;");
}

function page(title: string, sections: readonly string[]): string {
  return `${[`# ${title}`, generated, ...sections].join("\n\n")}\n`;
}
