import type { FlagTable } from "./flags.ts";
import { toReadFlags } from "./read-flags.ts";
import type { Completion, CompletionSource, CompletionValue } from "./request.ts";
import { type RawFlags, text } from "./values.ts";

/** What completion reads of a verb's table. */
export interface CompletableVerb {
  readonly usage: string;
  readonly describe: string;
  readonly flags: FlagTable;
}

/** Answers known beforehand, a source to ask, or the shell's own file names. */
type Answers = readonly string[] | CompletionSource | "files";

/** Values of flags that no table can hold. */
const flagAnswers: Readonly<Record<string, Answers>> = {
  context: "contexts",
  "remote-context": "contexts",
  cluster: "clusters",
  user: "users",
  namespace: "namespaces",
  node: "nodes",
  zone: "zones",
  ignore: "rules",
  fault: "faults",
  kubeconfig: "files",
  "certificate-authority": "files",
  "client-certificate": "files",
  "client-key": "files",
  from: "files",
  "output-file": "files",
  to: "files",
};

/** Positional arguments by their names in the usage line. */
const positionalAnswers: Readonly<Record<string, Answers>> = {
  from: "nodes",
  to: "nodes",
  node: "nodes",
  rule: "rules",
  scenario: "scenarios",
  old: "files",
  new: "files",
  shell: ["kubectl", "bash", "zsh"],
};

/** The words before the one being typed, understood as far as completion needs it. */
interface Typed {
  readonly flags: RawFlags;
  readonly positionals: readonly string[];
  /** Name of a flag whose value is being typed. */
  readonly pending: string | null;
  /** After `--` comes a command of somebody else. */
  readonly ended: boolean;
}

/** kubectl's completion: the words after the plugin's name, the last one, perhaps "", being typed. Never throws. */
export function completeWords(verbs: readonly CompletableVerb[], words: readonly string[]): Completion {
  const last = words.at(-1) ?? "";
  const typed = readWords(verbs, words.slice(0, -1));
  if (typed.ended) return answer([], last, typed);
  const [name, ...others] = typed.positionals;
  const verb = verbs.find((one) => nameOf(one) === (name ?? "$0"));
  const flags = verb?.flags ?? {};
  if (typed.pending !== null) return answerWith(flagAnswer(flags, typed.pending), last, typed);
  const assigned = /^--([a-z-]+)=(.*)$/s.exec(last);
  if (assigned !== null) return answerWith(flagAnswer(flags, assigned[1] ?? ""), assigned[2] ?? "", typed);
  if (last.startsWith("-")) return answer(verb === undefined ? [] : flagNames(verb, typed), last, typed);
  if (name === undefined) return answer(verbNames(verbs), last, typed);
  return answerWith(verb === undefined ? [] : positionalAnswer(verb, others.length), last, typed);
}

function nameOf({ usage }: CompletableVerb): string {
  return usage.split(" ")[0] ?? "";
}

function readWords(verbs: readonly CompletableVerb[], words: readonly string[]): Typed {
  const flags: Record<string, string[] | boolean> = {};
  const positionals: string[] = [];
  let pending: string | null = null;
  for (const word of words) {
    if (pending !== null) {
      flags[pending] = [...listOf(flags[pending]), word];
      pending = null;
    } else if (word === "--") return { flags, positionals, pending, ended: true };
    else if (!word.startsWith("-")) positionals.push(word);
    else {
      const { name, value, boolean } = readFlag(verbs, word);
      if (boolean) flags[name] = true;
      else if (value === null) pending = name;
      else flags[name] = [...listOf(flags[name]), value];
    }
  }
  return { flags, positionals, pending, ended: false };
}

function listOf(value: string[] | boolean | undefined): string[] {
  return Array.isArray(value) ? value : [];
}

/** `--name`, `--name=value`, `-n`, `-nvalue`. An unknown flag takes no value: nothing is known of it. */
function readFlag(verbs: readonly CompletableVerb[], word: string) {
  const long = /^--([^=]+)(?:=(.*))?$/s.exec(word);
  const name = long?.[1] ?? longName(verbs, word.charAt(1));
  const value = long === null ? word.slice(2).replace(/^=/, "") || null : (long[2] ?? null);
  const type = flagOf(verbs, name)?.type ?? "boolean";
  return { name, value, boolean: type === "boolean" };
}

function longName(verbs: readonly CompletableVerb[], letter: string): string {
  const all = verbs.flatMap(({ flags }) => Object.entries(flags));
  return all.find(([, flag]) => flag.alias === letter)?.[0] ?? letter;
}

function flagOf(verbs: readonly CompletableVerb[], name: string) {
  return verbs.find(({ flags }) => Object.hasOwn(flags, name))?.flags[name];
}

/** A flag may take other values at another command: `-o` does. */
function flagAnswer(flags: FlagTable, name: string): Answers {
  return Object.hasOwn(flags, name) ? (flags[name]?.values ?? flagAnswers[name] ?? []) : [];
}

function positionalAnswer({ usage }: CompletableVerb, at: number): Answers {
  const names = [...usage.matchAll(/[<[]([a-z-]+)(\.\.)?[>\]]/g)];
  const match = names[at] ?? (names.at(-1)?.[2] === ".." ? names.at(-1) : undefined);
  return positionalAnswers[match?.[1] ?? ""] ?? [];
}

function verbNames(verbs: readonly CompletableVerb[]): CompletionValue[] {
  return verbs.filter((verb) => nameOf(verb) !== "$0").map((verb) => ({ value: nameOf(verb), about: verb.describe }));
}

/** Those not given yet, and those that may be given again. */
function flagNames(verb: CompletableVerb, { flags }: Typed): CompletionValue[] {
  return Object.entries(verb.flags)
    .filter(([name, flag]) => name.length > 1 && (flag.array === true || flags[name] === undefined))
    .map(([name, flag]) => ({ value: `--${name}`, about: flag.describe ?? "" }));
}

function answerWith(answers: Answers, last: string, typed: Typed): Completion {
  if (typeof answers !== "string") {
    return answer(
      answers.map((value) => ({ value, about: "" })),
      last,
      typed,
    );
  }
  return answers === "files"
    ? { ...answer([], last, typed), files: true }
    : { ...answer([], last, typed), source: answers };
}

function answer(values: readonly CompletionValue[], last: string, { flags, positionals }: Typed): Completion {
  const given = positionals.slice(1);
  return { kind: "complete", values, source: null, files: false, typed: last, given, connection: connectionOf(flags) };
}

/** null where the flags contradict each other, or a saved state is read: no cluster is asked then. */
function connectionOf(flags: RawFlags): Completion["connection"] {
  try {
    return text(flags, "from") === null ? toReadFlags(flags).connection : null;
  } catch {
    return null;
  }
}
