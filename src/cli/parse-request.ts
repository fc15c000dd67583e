import yargs, { type Argv } from "yargs";
import { completeWords } from "./completion.ts";
import type { Request } from "./request.ts";
import { type RawFlags, UsageError } from "./values.ts";
import { scriptName, type Verb, verbs } from "./verbs.ts";

/** What kubectl, bash and zsh ask with; it is in no table, so help does not show it. */
const completionVerb = "__complete";

/** argv → Request. Total: unknown flags, bad values and help come back as values. */
export function parseRequest(argv: readonly string[]): Request {
  if (argv[0] === completionVerb) return completeWords(verbs, argv.slice(1));
  let request: Request | null = null;
  const take = (verb: Verb) => (flags: RawFlags) => {
    request = toRequestSafely(verb, flags);
  };
  const parser = build(take);
  let outcome: Request = { kind: "wrong", message: "nothing was understood", hint: helpHint };
  try {
    parser.parse(withSpreadValues(argv), {}, (error: Error | undefined | null, _flags: unknown, output: string) => {
      if (error) outcome = { kind: "wrong", message: complaint(error.message || output, argv), hint: helpHint };
      else if (output !== "") outcome = { kind: "help", text: `${output}\n` };
      else if (request !== null) outcome = request;
    });
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { kind: "wrong", message: complaint(message, argv), hint: helpHint };
  }
  return outcome;
}

/** `-ojson`, `-nkube-system`, `-v6`: kubectl's users write a short flag's value right behind it. */
function withSpreadValues(argv: readonly string[]): string[] {
  const end = argv.indexOf("--");
  return argv.flatMap((word, at) => {
    const match = end >= 0 && at > end ? null : /^-([onlsv])=?([^=].*)$/.exec(word);
    return match === null ? [word] : [`-${match[1]}`, match[2] ?? ""];
  });
}

const helpHint = `See '${scriptName} --help' for usage.`;

function toRequestSafely(verb: Verb, flags: RawFlags): Request {
  try {
    const [rest] = Array.isArray(flags["--"]) ? flags["--"] : [];
    if (rest !== undefined && verb.rest === undefined) throw new UsageError(`unknown command "${String(rest)}"`);
    return verb.toRequest(flags);
  } catch (error) {
    if (error instanceof UsageError) return { kind: "wrong", message: error.message, hint: helpHint };
    throw error;
  }
}

function build(take: (verb: Verb) => (flags: RawFlags) => void): Argv {
  const parser = yargs([])
    .scriptName(scriptName)
    .locale("en")
    .exitProcess(false)
    .version(false)
    .help("help")
    .alias("help", "h")
    .strict()
    .strictCommands()
    .wrap(110)
    .parserConfiguration({
      "boolean-negation": false,
      "camel-case-expansion": false,
      "dot-notation": false,
      "duplicate-arguments-array": true,
      "greedy-arrays": false,
      "parse-numbers": false,
      "parse-positional-numbers": false,
      "populate--": true,
      "short-option-groups": true,
    })
    .example("$0", "who reaches whom in the current context")
    .example("$0 -o json | jq .summary", "the same for scripts; exit code 0 healthy, 1 broken, 3 could not look")
    .example("$0 pair worker-1 worker-2", "two nodes closely, both ways")
    .example("$0 demo", "see it on a simulated broken cluster, no cluster needed");
  for (const verb of verbs) {
    parser.command(
      verb.usage.replace("<from> <to>", "<from-node> <to-node>").replace("[node..]", "[watched-node..]"),
      verb.describe,
      (command) => {
        if (verb.rest !== undefined) command.usage(`${scriptName} ${verb.usage} [flags] -- ${verb.rest}`);
        return command.options({ ...verb.flags });
      },
      (flags) => take(verb)(flags),
    );
  }
  return parser;
}

/** Whoever forgets the "--" before a command gets complaints about that command's own words. */
function complaint(message: string, argv: readonly string[]): string {
  const typed = argv.find((word) => !word.startsWith("-"));
  const verb = verbs.find(({ rest, usage }) => rest !== undefined && usage === typed);
  if (verb === undefined || argv.includes("--")) return wording(message, argv);
  return `the command stands behind "--": ${scriptName} ${verb.usage} [flags] -- ${verb.rest}`;
}

/** yargs' complaints in kubectl's words. */
function wording(message: string, argv: readonly string[]): string {
  const unknown = /^Unknown arguments?: (.+)$/.exec(message)?.[1];
  if (unknown !== undefined) {
    const names = unknown.split(", ");
    const flag = names.find((name) => argv.some((word) => isFlag(word, name)));
    return flag === undefined
      ? `unknown command "${names[0]}"`
      : `unknown flag: ${flag.length === 1 ? "-" : "--"}${flag}`;
  }
  const command = /^Unknown commands?: (.+)$/.exec(message)?.[1];
  if (command !== undefined) return `unknown command "${command.split(", ")[0]}"`;
  const missing = /^Not enough arguments following: (.+)$/.exec(message)?.[1];
  if (missing !== undefined) return `flag needs an argument: ${missing.length === 1 ? "-" : "--"}${missing}`;
  if (/^Not enough non-option arguments/.test(message)) return tooFew(argv);
  return message.trim();
}

function tooFew(argv: readonly string[]): string {
  const usage = verbs.map((verb) => verb.usage).find((one) => argv.includes(one.split(" ")[0] ?? ""));
  if (usage === undefined || usage.startsWith("pair ")) return "not enough arguments: two node names are needed";
  return `not enough arguments: ${scriptName} ${usage}`;
}

function isFlag(word: string, name: string): boolean {
  return (
    word === `--${name}` ||
    word.startsWith(`--${name}=`) ||
    (name.length === 1 && /^-[A-Za-z]/.test(word) && word.includes(name))
  );
}
