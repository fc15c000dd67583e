/**
 * Whether a selector's terms, as `ClusterwidePolicy` has them (`key=value`, `key In a,b`, `key NotIn a,b`,
 * `key Exists`, `key DoesNotExist`), all hold for a set of labels. Label keys carry their source: `reserved:health`,
 * `k8s:app`; a term without a source, or with `any:`, matches a label of every source (pkg/policy/api/selector.go).
 */
export function selects(terms: readonly string[], labels: ReadonlyMap<string, string>): boolean {
  return terms.every((term) => holds(term, labels));
}

function holds(term: string, labels: ReadonlyMap<string, string>): boolean {
  const expression = /^(\S+) (In|NotIn|Exists|DoesNotExist)(?: (.*))?$/.exec(term);
  if (expression === null) {
    const equals = term.indexOf("=");
    const [key, value] = equals < 0 ? [term, ""] : [term.slice(0, equals), term.slice(equals + 1)];
    return labelValue(key, labels) === value;
  }
  const [, key = "", operator, values = ""] = expression;
  const value = labelValue(key, labels);
  const isListed = value !== null && values.split(",").includes(value);
  if (operator === "In") return isListed;
  if (operator === "NotIn") return !isListed;
  return operator === "Exists" ? value !== null : value === null;
}

/** null when there is no such label. */
function labelValue(key: string, labels: ReadonlyMap<string, string>): string | null {
  const exact = labels.get(key);
  if (exact !== undefined) return exact;
  const [source, bare] = partSource(key);
  if (source !== "" && source !== "any") return null;
  for (const [label, value] of labels) if (partSource(label)[1] === bare) return value;
  return null;
}

function partSource(key: string): readonly [string, string] {
  const parts = /^(any|k8s|reserved|cidr|container|node):(.*)$/.exec(key);
  return parts === null ? ["", key] : [parts[1] ?? "", parts[2] ?? ""];
}

/** Labels of every node's health endpoint: identity 4 is the same everywhere, so no policy can select one node's. */
export const healthLabels: ReadonlyMap<string, string> = new Map([["reserved:health", ""]]);
