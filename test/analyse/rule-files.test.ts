import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { wants } from "../../src/analyse/analyse.ts";
import { everyCause } from "../../src/analyse/catalogue.ts";
import { docsLinks } from "../../src/analyse/docs.ts";
import type { Rule } from "../../src/analyse/rule.ts";
import { rules } from "../../src/analyse/rules/index.ts";
import type { Facts } from "../../src/model/facts.ts";
import { faults } from "../bench/diagnosis/faults.ts";
import { firstRound, secondRound } from "../bench/diagnosis/snapshot.ts";
import { makeTrial } from "../bench/diagnosis/trial.ts";
import { findingsOf, reportOf } from "./findings.ts";
import { recorded, recordedInFull } from "./recorded.ts";
import { complaints, stepComplaints } from "./sound.ts";

const folder = new URL("../../src/analyse/rules/", import.meta.url);
const files = readdirSync(folder).filter((name) => name !== "index.ts");

/** Files that are named after what their ids have in common. */
const families = ["tunnel-udp-blocked.ts", "unexplained-shape.ts"];

/** The last rule is held where shapes are. */
function testsOf(file: string): URL {
  const path = file === "unexplained-shape.ts" ? "rules.test.ts" : `rules/${file.replace(/\.ts$/, ".test.ts")}`;
  return new URL(path, import.meta.url);
}

/** The one rule that a file exports, and under which name. */
async function ruleIn(file: string): Promise<readonly [name: string, rule: Rule]> {
  const exported: object = await import(new URL(file, folder).href);
  const found = Object.entries(exported).filter(([, value]) => rules.includes(value));
  expect(found, `${file} exports one rule that the list of rules holds`).toHaveLength(1);
  return found[0] ?? ["", { causes: [], find: () => [] }];
}

const ids = everyCause.map(({ id }) => id);

describe.each(files)("the rule file %s", (file) => {
  it("is named after its rule and an id that it owns", async () => {
    const [name, { causes }] = await ruleIn(file);
    const words = file.replace(/\.ts$/, "").split("-");
    expect(name).toBe([words[0], ...words.slice(1).map((word) => word[0]?.toUpperCase() + word.slice(1))].join(""));
    const isOwn = causes.some(({ id }) => `${id}.ts` === file);
    expect(isOwn).toBe(!families.includes(file));
  });

  it("has tests in which each of its ids fires, and in which it is quiet", async () => {
    const [, { causes }] = await ruleIn(file);
    const own = causes.map(({ id }) => id);
    const text = readFileSync(testsOf(file), "utf8");
    expect(own.filter((id) => !new RegExp(`["' ]${id}["' ]`).test(text))).toEqual([]);
    const others = ids.filter((id) => !own.includes(id) && text.includes(`"${id}"`));
    const saysNothing = /toEqual\(\[\]\)|\.not\.to|toBe\(false\)|toBeUndefined\(\)/.test(text);
    expect(saysNothing || others.length > 0, "it expects nothing, or another finding").toBe(true);
  });
});

describe("the catalogue", () => {
  it("holds every file's rule once", async () => {
    const found = await Promise.all(files.map(ruleIn));
    expect(new Set(found.map(([, rule]) => rule))).toEqual(new Set(rules));
    expect(rules).toHaveLength(files.length);
  });

  it("has each id once, in words parted by hyphens", () => {
    expect(ids.filter((id, at) => ids.indexOf(id) !== at)).toEqual([]);
    expect(ids.filter((id) => !/^[a-z][a-z0-9]*(?:-[a-z0-9]+)+$/.test(id) && id !== "partition")).toEqual([]);
  });

  it("uses every documentation link", () => {
    const used = new Set<string>(everyCause.map(({ docs }) => docs));
    expect(Object.keys(docsLinks).filter((key) => !used.has(key))).toEqual([]);
  });

  it.each(everyCause.map((cause) => [cause.id, cause] as const))(
    "says all of %s, of no cluster's node",
    (_id, cause) => {
      const { title, meaning, apart, confirm, fix } = cause;
      for (const text of [title, meaning, apart, confirm, fix]) {
        expect(text).toMatch(/^\S(?:.*\S)?$/);
        expect(text).not.toMatch(/ {2}|\b(?:worker|node|control-plane)-?\d|\b(?:\d{1,3}\.){3}\d{1,3}(?!\/)\b/);
      }
      for (const text of [meaning, apart, confirm]) expect(text).toMatch(/\.$/);
      for (const text of [title, fix]) expect(text).not.toMatch(/\.$/);
    },
  );

  it("refers to its own ids alone where it tells causes apart", () => {
    const words = everyCause.flatMap(({ id, apart }) =>
      [...apart.matchAll(/\b[a-z0-9]+(?:-[a-z0-9]+){2,}\b/g)].map(([word]) => [id, word] as const),
    );
    expect(words.filter(([, word]) => !ids.includes(word))).toEqual([]);
  });
});

const scenarios = new URL("../../src/demo/scenarios/", import.meta.url);
const cases = readdirSync(scenarios, { withFileTypes: true }).flatMap((one) => (one.isDirectory() ? [one.name] : []));

/** The findings of both rounds, every one of them sound: `reportOf` throws otherwise. */
describe.each(cases)("every finding of the recorded case %s", (name) => {
  it("names causes that exist and commands that can be pasted", async () => {
    for (const facts of [await recorded(name), await recordedInFull(name)]) {
      expect(findingsOf(facts).flatMap(complaints)).toEqual([]);
    }
  });
});

const everything = { nodes: [], zones: [], target: null, protocol: null };

/** Both rounds of a made-up cluster with a fault, as far as the diagnosis asks for them. */
function factsWith(at: number): readonly [first: Facts, second: Facts] {
  const fault = faults[at];
  const { world } = makeTrial(900_000 + at, fault === undefined ? [] : [fault], { mostNodes: 12 });
  const reducer = firstRound(world);
  const first = reducer.finish();
  secondRound(world, reducer, wants(first, everything));
  return [first, reducer.finish()];
}

describe("every finding of a made-up cluster", () => {
  it.each(faults.map(({ name }, at) => [name, at] as const))("with %s is sound", (_name, at) => {
    for (const facts of factsWith(at)) expect(() => reportOf(facts)).not.toThrow();
  });
});

describe("a finding is unsound", () => {
  const [facts, inFull] = factsWith(0);
  const node = facts.nodes.find(({ agent }) => agent?.pod.state === "running")?.name ?? "";

  it.each<[string, string | null, string[], string]>([
    ["that runs a shell", node, ["bash", "-c", "true"], "bash is no program"],
    ["that asks a node without an agent", "nobody", ["ip", "rule"], "does not name this cluster"],
    ["that leaves the namespace open", null, ["get", "pods"], "does not name a namespace"],
    ["that changes something", null, ["delete", "node", "x"], "does more than read"],
    ["that lacks a word", null, ["describe", "node", ""], "a word of it is missing"],
  ])("%s", (_what, at, argv, complaint) => {
    expect(stepComplaints(facts, { node: at, argv, expect: "something" }).join()).toContain(complaint);
  });

  it("that names a rule nobody has", () => {
    const [finding] = reportOf(inFull).findings;
    const bad = finding && { ...finding, alternatives: [{ id: "gremlins", why: "they are about" }] };
    expect(bad && complaints(bad)).toEqual([`${finding?.id} names gremlins, which no rule has`]);
  });
});
