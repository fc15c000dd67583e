import type { ClusterwidePolicy } from "../model/kube.ts";
import { arrayAt, isObject, objectAt, stringAt, stringMapAt, stringsAt } from "./json.ts";

/**
 * A cilium.io/v2 CiliumClusterwideNetworkPolicy, one value a rule: a policy holds `spec`, `specs` or both.
 */
export function parseClusterwidePolicy(item: unknown): ClusterwidePolicy[] {
  const name = stringAt(objectAt(item, "metadata"), "name");
  const rules = [isObject(item) ? item["spec"] : null, ...arrayAt(item, "specs")].filter(isObject);
  return rules.map((rule) => ({
    name,
    endpointSelector: selector(rule, "endpointSelector"),
    nodeSelector: selector(rule, "nodeSelector"),
    ingress: Array.isArray(rule["ingress"]) || Array.isArray(rule["ingressDeny"]),
    egress: Array.isArray(rule["egress"]) || Array.isArray(rule["egressDeny"]),
  }));
}

/** `key=value` for matchLabels, `key operator values` for expressions, sorted; null when the rule has no such selector. */
function selector(rule: Readonly<Record<string, unknown>>, key: string): string[] | null {
  if (!isObject(rule[key])) return null;
  const labels = [...stringMapAt(rule[key], "matchLabels")].map(([label, value]) => `${label}=${value}`);
  const expressions = arrayAt(rule[key], "matchExpressions").map((expression) =>
    [stringAt(expression, "key"), stringAt(expression, "operator"), stringsAt(expression, "values").join(",")]
      .filter((part) => part !== "")
      .join(" "),
  );
  return [...labels, ...expressions].sort();
}
