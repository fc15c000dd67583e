import type { KubeObject } from "./scenario.ts";

export type Predicate = (object: KubeObject) => boolean;

/** A label selector as `kubectl -l` writes it; null when it cannot be read. */
export function labelPredicate(selector: string): Predicate | null {
  const terms = selector.match(/[^,(]+(?:\([^)]*\))?/g) ?? [];
  const tests = terms.map((term) => labelTest(term.trim())).filter((test) => test !== null);
  if (tests.length !== terms.length) return null;
  return (object) => tests.every((test) => test(object.metadata.labels ?? {}));
}

type LabelTest = (labels: Readonly<Record<string, string>>) => boolean;

function labelTest(term: string): LabelTest | null {
  const key = "([\\w./-]+)";
  const set = new RegExp(`^${key}\\s+(in|notin)\\s*\\(([^)]*)\\)$`).exec(term);
  if (set !== null)
    return setTest(
      set[1] ?? "",
      set[2] === "in",
      (set[3] ?? "").split(",").map((value) => value.trim()),
    );
  const equality = new RegExp(`^${key}\\s*(==|=|!=)\\s*([\\w.-]*)$`).exec(term);
  if (equality !== null) return setTest(equality[1] ?? "", equality[2] !== "!=", [equality[3] ?? ""]);
  const existence = new RegExp(`^(!?)\\s*${key}$`).exec(term);
  if (existence === null) return null;
  const [, not, name = ""] = existence;
  return (labels) => Object.hasOwn(labels, name) === (not === "");
}

/** An absent label is in no set, and so satisfies `notin` and `!=`. */
function setTest(key: string, wanted: boolean, values: readonly string[]): LabelTest {
  return (labels) => {
    const value = labels[key];
    return (value !== undefined && values.includes(value)) === wanted;
  };
}

/** A field selector over the fields that API servers index for pods; null when it names another or cannot be read. */
export function fieldPredicate(selector: string): Predicate | null {
  const terms = selector.split(",").filter((term) => term !== "");
  const tests = terms.map(fieldTest).filter((test) => test !== null);
  if (tests.length !== terms.length) return null;
  return (object) => tests.every((test) => test(object));
}

function fieldTest(term: string): Predicate | null {
  const [, field = "", operator, value] = /^([\w.]+)(==|=|!=)(.*)$/.exec(term) ?? [];
  const read = fields.get(field);
  if (read === undefined) return null;
  return (object) => (read(object) === value) === (operator !== "!=");
}

const fields: ReadonlyMap<string, (object: KubeObject) => unknown> = new Map([
  ["metadata.name", (object: KubeObject) => object.metadata.name],
  ["metadata.namespace", (object: KubeObject) => object.metadata.namespace ?? ""],
  ["spec.nodeName", (object: KubeObject) => object.spec?.["nodeName"] ?? ""],
  ["status.phase", (object: KubeObject) => object.status?.["phase"] ?? ""],
]);
