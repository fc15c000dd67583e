import type { Answer, Check, CheckScene } from "../check.ts";
import { namedFault, statusOf } from "../compare/named-faults.ts";
import { doubtful, fine, perNode } from "../compare/per-node.ts";
import { parsed, type Reading } from "../compare/readings.ts";
import { type Route, type RouteLookup, readRoutes, routeLookup } from "../reads/ip-route.ts";
import { cloudSetupRules, hasLocalLookup, type RoutingRule, readRoutingRules } from "../reads/ip-rule.ts";
import { confirmingText, nameOf } from "../scene.ts";
import { parseAddress } from "../settings/cidr.ts";

export const foreignRouting: Check = {
  cause: {
    id: "foreign-routing",
    severity: "error",
    title: "routing rules and routes that are missing, foreign, or on one node alone",
    meaning:
      "A node has lost the rule that looks up its own addresses, has routing rules that most nodes do not have, or sends packets for pods of another node another way than most nodes do: a route left behind, or written by other software, is more exact than Cilium's.",
    apart:
      "networkd-foreign-rules and nm-cloud-setup are named where they are known by their traces. Rules of Cilium itself and of cloud interfaces differ by nature and are left out.",
    confirm: "`ip rule` and `ip route` in the agent, beside those of another node.",
    fix: "remove the rule or route, find what wrote it, and restart the agent, which installs its own again",
    docs: "routing",
  },
  look: (checked) =>
    perNode(
      checked,
      (node) => routing(checked, node),
      (node, own, others) => judge(checked, node, own, others),
    ),
};

interface Routing {
  readonly rules: readonly RoutingRule[];
  /** null where routes were not asked for, as in a large cluster. */
  readonly lookup: RouteLookup | null;
}

function routing(checked: CheckScene, node: number): Reading<Routing> {
  const rules = parsed(checked, node, "ip-rule.txt", rulesOf);
  if ("answer" in rules) return rules;
  const text = confirmingText(checked.scene.nodes[node], "ip-route.txt");
  return { read: { rules: rules.read, lookup: text === null ? null : routeLookup(readRoutes(text)) } };
}

function rulesOf(text: string): readonly RoutingRule[] | null {
  const rules = readRoutingRules(text);
  return rules.length === 0 ? null : rules;
}

function judge(
  checked: CheckScene,
  node: number,
  own: Routing,
  others: ReadonlyMap<number, Routing>,
): Answer | Answer[] {
  const fault = namedFault(checked, node, ["networkd-foreign-rules", "nm-cloud-setup"]);
  if (fault !== null) return { node, status: statusOf(fault), text: fault.title, id: fault.id, fix: fault.fix };
  if (hasLocalLookup(own.rules) === false) {
    const text = "no routing rule looks up the table local for all packets: the node takes no packet for its own";
    return { node, status: "failed", text, id: "networkd-foreign-rules" };
  }
  const answers = [...cloudSetup(node, own), ...oddRules(node, own, others), ...oddRoutes(checked, node, own, others)];
  return answers.length === 0 ? fine(node, own.lookup === null ? "rules alone: routes were not read" : "") : answers;
}

function cloudSetup(node: number, { rules }: Routing): Answer[] {
  const [first] = cloudSetupRules(rules);
  return first === undefined
    ? []
    : [doubtful(node, `a rule of nm-cloud-setup: ${first.text}`, { id: "nm-cloud-setup" })];
}

/** Cilium's own (pkg/datapath/linux/linux_defaults, 1.19): WireGuard and IPsec, proxy, ingress, local, cloud interfaces, VTEP. */
const ciliumPriorities: ReadonlySet<number> = new Set([1, 9, 10, 20, 100, 109, 110, 111, 112]);
const kernelTables: ReadonlySet<string> = new Set(["local", "255", "main", "254", "default", "253"]);

/** The kernel's three lead every packet into its tables; of Cilium's own rules each picks its packets. */
function isKnown({ priority, plain, table }: RoutingRule): boolean {
  return plain ? kernelTables.has(table) : ciliumPriorities.has(priority);
}

/** Addresses and table numbers go by node: what is left of a rule tells whether others have one like it. */
function kindOf({ priority, text }: RoutingRule): string {
  const words = text.replace(/^\d+:\s+/, "").replace(/\b[0-9a-f]*[.:][0-9a-f.:]+(?:\/\d+)?/gi, "ADDRESS");
  return `${priority}: ${words.replace(/\b(lookup|table) \d+/g, "$1 N")}`;
}

function oddRules(node: number, { rules }: Routing, others: ReadonlyMap<number, Routing>): Answer[] {
  if (others.size < 3) return [];
  const kinds = [...others.values()].map((one) => new Set(one.rules.map(kindOf)));
  const odd = rules.filter((rule) => {
    if (isKnown(rule) || cloudSetupRules([rule]).length > 0) return false;
    return kinds.filter((some) => some.has(kindOf(rule))).length * 2 < kinds.length;
  });
  const [first] = odd;
  if (first === undefined) return [];
  const more = odd.length > 1 ? ` and ${odd.length - 1} more` : "";
  return [doubtful(node, `a routing rule that most nodes do not have: ${first.text}${more}`)];
}

/** Where packets for the pods of each other node leave, by the kind of device. Tunnel mode alone: there it is one for all. */
function oddRoutes(checked: CheckScene, node: number, own: Routing, others: ReadonlyMap<number, Routing>): Answer[] {
  const { scene } = checked;
  const { lookup } = own;
  if (lookup === null || scene.settings.routingMode === "native") return [];
  const wrong = scene.nodes.flatMap((facts, to) => {
    if (to === node || facts.remote) return [];
    const address = parseAddress(facts.cilium?.healthIPs.find((ip) => ip.includes(".")) ?? "");
    if (address === null) return [];
    const route = lookup(address);
    if (leadsToCilium(route)) return [];
    const right = [...others].filter(
      ([from, one]) => from !== node && from !== to && leadsToCilium(one.lookup?.(address) ?? null),
    );
    return right.length < 2 ? [] : [{ to, route }];
  });
  const [first] = wrong;
  if (first === undefined) return [];
  const how = first.route === null ? "no route" : `the route ${first.route.text.trim()}`;
  const more = wrong.length > 1 ? ` and ${wrong.length - 1} more nodes` : "";
  return [doubtful(node, `${how} for pods of ${nameOf(scene, first.to)}${more}, where others send into the tunnel`)];
}

function leadsToCilium(route: Route | null): boolean {
  return route !== null && /^(?:cilium_|lxc)/.test(route.dev) && route.type === "unicast";
}
