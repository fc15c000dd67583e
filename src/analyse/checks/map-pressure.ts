import type { Check } from "../check.ts";
import { broken, doubtful, fine, perNode } from "../compare/per-node.ts";
import { parsed } from "../compare/readings.ts";
import { isRecord, numberOf, readJson, textAt } from "../reads/json.ts";

export const mapPressure: Check = {
  cause: {
    id: "map-pressure",
    severity: "error",
    title: "how full the BPF maps of each agent are",
    meaning:
      "A BPF map of a node is nearly full. A full connection or NAT table throws out old entries or refuses new ones, and connections fail at random; a full map of policies, addresses or Services lacks what does not fit.",
    apart: "ct-or-nat-map-full is named where packets were already refused for it and probes fail.",
    confirm:
      "`cilium-dbg metrics list -p cilium_bpf_map_pressure` in the agent: 1 is full. `cilium-dbg bpf metrics list` counts what did not fit.",
    fix: "enlarge the map by its option (bpf-ct-global-tcp-max, bpf-ct-global-any-max, bpf-nat-global-max, bpf-policy-map-max, bpf-lb-map-max) or bpf-map-dynamic-size-ratio, and find what fills it",
    docs: "conntrack",
  },
  look: (checked) =>
    perNode(
      checked,
      (node) => parsed(checked, node, "bpf-map-pressure.json", pressures),
      (node, maps) => {
        if (maps.length === 0) return { node, status: "not run", text: "the agent gives no map pressure", due: false };
        const full = maps.filter(({ pressure }) => pressure >= high);
        if (full.length === 0) return fine(node);
        const text = full.slice(0, 3).map(({ map, pressure }) => `${map} is ${Math.round(pressure * 100)}% full`);
        const worst = full[0]?.pressure ?? 0;
        const isTable = full.every(({ map }) => /(?:^|_)(?:ct|ct_any|nat|snat)\d?|_v[46]_external/.test(map));
        const more = isTable ? { id: "ct-or-nat-map-full" } : {};
        return worst >= brimful && !isTable ? broken(node, text.join(", ")) : doubtful(node, text.join(", "), more);
      },
    ),
};

const high = 0.9;
const brimful = 0.98;

interface Pressure {
  readonly map: string;
  /** 0 to 1. */
  readonly pressure: number;
}

/** `[{"name": "cilium_bpf_map_pressure", "labels": {"map_name": "ct4_global"}, "value": 0.01}]`, the fullest first. */
function pressures(text: string): Pressure[] | null {
  const json = text.trim() === "" ? [] : readJson(text);
  // A list of none is printed as null.
  if (json === null) return [];
  if (!Array.isArray(json)) return null;
  return json
    .filter(isRecord)
    .flatMap((metric) => {
      const labels = metric["labels"];
      return isRecord(labels) && textAt(metric, "name").endsWith("bpf_map_pressure")
        ? [{ map: textAt(labels, "map_name"), pressure: numberOf(metric, "value") }]
        : [];
    })
    .sort((a, b) => b.pressure - a.pressure);
}
