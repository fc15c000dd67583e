import { describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import type { Completion } from "../../src/cli/request.ts";
import { verbs } from "../../src/cli/verbs.ts";

function completed(...words: readonly string[]): Completion {
  const request = parseRequest(["__complete", ...words]);
  if (request.kind !== "complete") throw new Error(`not a completion: ${request.kind}`);
  return request;
}

/** The answers that begin with what is typed, as the command will print them. */
function answers(...words: readonly string[]): string[] {
  const { values, typed } = completed(...words);
  return values.map(({ value }) => value).filter((value) => value.startsWith(typed));
}

describe("completion from the tables", () => {
  it("offers every command, each with what it does", () => {
    const { values } = completed("");
    expect(values.map(({ value }) => value)).toEqual(
      verbs.map(({ usage }) => usage.split(" ")[0]).filter((name) => name !== "$0"),
    );
    for (const { about } of values) expect(about).not.toBe("");
  });

  it.each<[string[], string[]]>([
    [["pa"], ["pair"]],
    [["--no-h"], ["--no-headers"]],
    [["status", "--fail"], ["--fail-on"]],
    [
      ["--fail-on", ""],
      ["error", "warning", "info", "never"],
    ],
    [["--fail-on="], ["error", "warning", "info", "never"]],
    [["--fail-on=w"], ["warning"]],
    [
      ["pair", "a", "b", "-o", ""],
      ["table", "json", "yaml"],
    ],
    [
      ["completion", ""],
      ["kubectl", "bash", "zsh"],
    ],
    [["completion", "b"], ["bash"]],
    [["no-such-command", ""], []],
    [["no-such-command", "--"], []],
    [["--no-such-flag", "pa"], ["pair"]],
    [["--no-such-flag="], []],
    [["version", "--context"], []],
    [["status", "--", "--fa"], []],
  ])("%j gives %j", (words, expected) => {
    expect(answers(...words)).toEqual(expected);
  });

  it("offers a flag once, unless it may be given again", () => {
    expect(answers("--context", "prod", "--contex")).toEqual([]);
    expect(answers("-n", "x", "--namesp")).toEqual([]);
    expect(answers("--node", "a", "--nod")).toEqual(["--node"]);
  });
});

describe("completion asks for what the tables cannot know", () => {
  it.each<[string[], Partial<Completion>]>([
    [["--context", ""], { source: "contexts" }],
    [["--context=pr"], { source: "contexts", typed: "pr" }],
    [["-n", "kube"], { source: "namespaces", typed: "kube" }],
    [["--node", ""], { source: "nodes" }],
    [["--zone", ""], { source: "zones" }],
    [["--ignore", ""], { source: "rules" }],
    [["pair", ""], { source: "nodes", given: [] }],
    [["pair", "worker-1", ""], { source: "nodes", given: ["worker-1"] }],
    [["pair", "worker-1", "worker-2", ""], { source: null }],
    [["drops", ""], { source: "nodes", given: [] }],
    [["drops", "worker-1", "worker-2", ""], { source: "nodes", given: ["worker-1", "worker-2"] }],
    [["demo", ""], { source: "scenarios" }],
    [["demo", "--fault", ""], { source: "faults" }],
    [["--from", ""], { source: null, files: true }],
    [["--kubeconfig", "/etc"], { source: null, files: true, typed: "/etc" }],
    [["--token", ""], { source: null, files: false }],
  ])("%j", (words, expected) => {
    expect(completed(...words)).toMatchObject(expected);
  });

  it("of the cluster that the words before it name", () => {
    const { connection } = completed("--context", "old", "--context=prod", "--as", "jane", "pair", "");
    expect(connection).toMatchObject({ context: "prod", as: "jane" });
  });

  it("of no cluster where a saved state is read or the flags contradict each other", () => {
    expect(completed("--from", "dir", "pair", "").connection).toBeNull();
    expect(completed("--as-group", "admins", "pair", "").connection).toBeNull();
  });

  it("and never fails, however odd the words", () => {
    for (const words of [
      [],
      ["-"],
      ["--", ""],
      ["-o"],
      ["--=", "=", ""],
      ["-n", "", "\u0000"],
      ["--parallel", "x", ""],
    ]) {
      expect(completed(...words).kind).toBe("complete");
    }
  });
});

describe("the values that a flag's table lists", () => {
  /** Every flag of every command with each of its values, as it would be typed. */
  const listed = verbs.flatMap(({ usage, flags, rest }) => {
    const [name = ""] = usage.split(" ");
    const needed = [...usage.matchAll(/<[a-z-]+>/g)].map((_, at) => `worker-${at}`);
    const command = [name === "$0" ? "status" : name, ...needed];
    return Object.entries(flags).flatMap(([flag, { values }]) =>
      (values ?? []).map((value) =>
        [...command, `--${flag}`, value, ...(rest === undefined ? [] : ["--", "x"])].join(" "),
      ),
    );
  });

  it.each([...new Set(listed)])("are taken: %s", (line) => {
    expect(parseRequest(line.split(" "))).not.toMatchObject({ kind: "wrong" });
  });
});
