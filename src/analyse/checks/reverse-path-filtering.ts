import type { Check, CheckScene } from "../check.ts";
import { faultAnswer, namedFault } from "../compare/named-faults.ts";
import { doubtful, fine, perNode } from "../compare/per-node.ts";
import { parsed } from "../compare/readings.ts";
import { reversePathFilters, strictInterfaces } from "../reads/sysctl.ts";

const rule = "rp-filter";

export const reversePathFiltering: Check = {
  cause: {
    id: "reverse-path-filtering",
    severity: "error",
    title: "strict reverse path filtering on interfaces of pods and of Cilium",
    meaning:
      "rp_filter is 1 on interfaces of pods or of Cilium, by its own value or by that of all. The kernel then may drop packets whose sender it would reach by another interface, which is how tunnelled and BPF-delivered packets look.",
    apart:
      "rp-filter is the same setting where probes fail by it, and is named instead then; 2 is loose and harms nothing.",
    confirm:
      "`grep -r . /proc/sys/net/ipv4/conf --include=rp_filter` in the agent; the larger of all and the interface's own counts.",
    fix: "set rp_filter to 0 for all, lxc* and cilium_* in a late file of /etc/sysctl.d, and keep other tools from reading older ones again",
    docs: "requirements",
  },
  look: (checked) =>
    perNode(
      checked,
      (node) => parsed(checked, node, "rp_filter.txt", strictOf),
      (node, strict, others) => {
        if (strict.length === 0) return fine(node);
        const named = `${strict.slice(0, 3).join(", ")}${strict.length > 3 ? ` and ${strict.length - 3} more` : ""}`;
        const text = `rp_filter is strict on ${named}`;
        const fault = namedFault(checked, node, [rule]);
        if (fault !== null) return faultAnswer(fault, node, `${text}: its pods get nothing from other nodes`);
        if (isEverywhere(others))
          return fine(node, "rp_filter is strict on pod interfaces of every node, and harms no probe");
        return doubtful(node, `${text}, unlike on ${loose(checked, others)}`, { id: rule });
      },
    ),
};

function strictOf(text: string): string[] | null {
  const values = reversePathFilters(text);
  if (values.size === 0) return null;
  return strictInterfaces(values)
    .filter((name) => /^(?:lxc|cilium_)/.test(name))
    .sort();
}

function isEverywhere(others: ReadonlyMap<number, readonly string[]>): boolean {
  return others.size > 1 && [...others.values()].every((strict) => strict.length > 0);
}

function loose(_checked: CheckScene, others: ReadonlyMap<number, readonly string[]>): string {
  const count = [...others.values()].filter((strict) => strict.length === 0).length;
  return count === 1 ? "another node" : `${count} other nodes`;
}
