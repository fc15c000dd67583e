import { isFreshAgent, isNewNode, nodeAge, spanText } from "../settings/ages.ts";
import { isGhost } from "../settings/announced.ts";
import { ownAddresses } from "./addresses.ts";
import type { Found, Subject } from "./found.ts";
import type { Lists } from "./listings.ts";
import { agentsOf } from "./who.ts";

/** A leftover: in lists, and no node of Kubernetes. Whether it does harm is for the rule to say. */
export function ghost({ members, node, sources, to, names }: Subject): Found[] {
  if (!isGhost(members, node)) return [];
  const listed = (lists: Lists) => lists.readers.filter((from) => lists.has(from, to));
  const agents = [...new Set([...listed(sources.node), ...listed(sources.health)])];
  const left = node.cilium === null ? "no CiliumNode is left of it either" : "a CiliumNode is left of it";
  const read = Math.max(sources.node.readers.length, sources.health.readers.length);
  const who = agents.length === 0 ? "" : `; listed by ${agentsOf(names(agents), read)}`;
  return [{ kind: "ghost", otherwise: "info", text: `Kubernetes has no such node, ${left}${who}`, agents }];
}

/** Agents that were read and do not have it. A node that an agent runs on, and one of another cluster, belong to every list. */
export function missing(subject: Subject): Found[] {
  const { members, node, sources, to, names } = subject;
  const isMember = node.agent !== null && (node.kube !== null || members.facts.absent.has("nodes"));
  if (!isMember && !node.remote) return [];
  const lacking = (lists: Lists) => lists.readers.filter((from) => !lists.has(from, to));
  const [known, probed] = [lacking(sources.node), lacking(sources.health)];
  if (known.length + probed.length === 0) return [];
  const say = (what: string, whose: readonly number[], lists: Lists) =>
    `${what} of ${agentsOf(names(whose), lists.readers.length)}`;
  const parts = isSame(known, probed)
    ? [say("node list and the health list", known, sources.node)]
    : [
        ...(known.length === 0 ? [] : [say("node list", known, sources.node)]),
        ...(probed.length === 0 ? [] : [say("health list", probed, sources.health)]),
      ];
  const joined = isNewNode(members, to) ? `; it joined ${spanText(nodeAge(members, to) ?? 0)} ago` : "";
  const isSettled = !isFreshAgent(members, to) && !isNewNode(members, to);
  const harms = isSettled && known.some((from) => !isFreshAgent(members, from));
  return [
    {
      kind: "missing",
      otherwise: harms ? "warning" : "info",
      text: `missing from the ${parts.join(" and from the ")}${joined}`,
      agents: [...new Set([...known, ...probed])],
    },
  ];
}

function isSame(some: readonly number[], others: readonly number[]): boolean {
  return some.length === others.length && some.every((item, at) => others[at] === item);
}

/** Addresses that agents have for it and that are none of its own, and what its own objects disagree on. */
export function oldAddress(subject: Subject): Found[] {
  const { members, node, held, to, names, sources, announcesOther } = subject;
  const own = ownAddresses(node, "host");
  const isUnknown = node.remote && own.length === 0;
  const truth = isUnknown
    ? `the others have ${usual(subject, "host")}`
    : `${node.kube === null ? "its CiliumNode" : "Kubernetes"} has ${own.join(", ")}`;
  const found = held.filter(isForeignHost).map(({ ip, nodeLists, healthLists }): Found => {
    const agents = [...new Set([...nodeLists, ...healthLists])];
    const harms = agents.some((from) => !isFreshAgent(members, from)) && !isNewNode(members, to);
    const have = agents.length === 1 ? "has" : "have";
    const text = `${agentsOf(names(agents), sources.node.readers.length)} ${have} ${ip} for it, ${truth}`;
    return { kind: "old-address", otherwise: harms ? "warning" : "info", text, agents };
  });
  const other = announcesOther.get(to);
  if (other === undefined) return found;
  const { text, isUsual } = other;
  return [{ kind: "old-address", otherwise: isUsual ? "info" : "warning", text, agents: [] }, ...found];
}

function isForeignHost({ foreign, target }: Subject["held"][number]): boolean {
  return foreign && target === "host";
}

function usual({ held }: Subject, target: "host" | "endpoint"): string {
  return held
    .filter((one) => one.target === target && !one.foreign)
    .map(({ ip }) => ip)
    .join(", ");
}

export function duplicateAddress({ to, shared, names }: Subject): Found[] {
  return shared.flatMap(({ ip, nodes }): Found[] => {
    if (!nodes.includes(to)) return [];
    const others = nodes.filter((at) => at !== to);
    const text = `shares ${ip} with ${agentsOf(names(others), nodes.length)}`;
    return [{ kind: "duplicate-address", otherwise: "warning", text, agents: [] }];
  });
}

/** Its health endpoint has another address than agents probe, or than it announces. */
export function oldHealthIP(subject: Subject): Found[] {
  const { members, node, held, to, names, sources } = subject;
  const truth = `${node.remote ? "the others have" : "which is at"} ${usual(subject, "endpoint")}`;
  const isFresh = isFreshAgent(members, to) || isNewNode(members, to);
  const found = held
    .filter(({ foreign, target }) => foreign && target === "endpoint")
    .map(({ ip, nodeLists, healthLists }): Found => {
      const agents = [...new Set([...nodeLists, ...healthLists])];
      const harms = !isFresh && agents.some((from) => !isFreshAgent(members, from));
      const have = agents.length === 1 ? "has" : "have";
      const text = `${agentsOf(names(agents), sources.health.readers.length)} ${have} ${ip} for its health endpoint, ${truth}`;
      return { kind: "old-health-ip", otherwise: harms ? "warning" : "info", text, agents };
    });
  const announced = node.cilium?.healthIPs ?? [];
  const actual = node.agent?.endpoints?.health?.ips ?? [];
  if (announced.length === 0 || actual.length === 0 || announced.some((ip) => actual.includes(ip))) return found;
  const text = `its CiliumNode announces ${announced.join(", ")} for its health endpoint, which is at ${actual.join(", ")}`;
  return [{ kind: "old-health-ip", otherwise: isFresh ? "info" : "warning", text, agents: [] }, ...found];
}
