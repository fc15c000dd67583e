import type { Target } from "../../model/matrix.ts";
import { blank, failed, type Planes, type ProbeKind } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { parseAddress } from "../settings/cidr.ts";
import { listNames, sinksOf, sourcesOf } from "../shapes/figure-words.ts";

/** Dual stack, and the second family alone fails: cilium/cilium#27828, #19266. */
export const ipv6SecondaryPathBroken: Rule = {
  causes: [
    {
      id: "ipv6-secondary-path-broken",
      severity: "error",
      title: "one address family of a dual-stack cluster fails",
      meaning:
        "Nodes reach each other by their primary addresses, but not by those of the other family, most often IPv6: an address that is not on the interface, lies in the pod range, or has no route. Services and pods that use this family fail, while the short text of cilium-health looks green.",
      apart:
        "Every cause that concerns the wire or the node hits both families. Here all probes of the primary addresses pass on the same paths.",
      confirm:
        "`ip -6 route get ADDRESS` in the agent (without -6 where IPv4 fails) shows no route, or one through another interface than the primary family's; `ip -br addr` shows whether the node's own address of that family is on its interface, outside the pod range.",
      fix: "correct the addressing and routes of that family on the nodes, or switch it off in Kubernetes and in Cilium",
      docs: "requirements",
    },
  ],
  find: (scene) => {
    const { secondary } = scene.planes;
    if (secondary === null || scene.shapes.length === 0) return [];
    const host = secondaryAlone(scene, secondary, "host-icmp", "host-http");
    const endpoint = secondaryAlone(scene, secondary, "endpoint-icmp", "endpoint-http");
    return hasWeight([...host, ...endpoint], secondary) ? [claim(scene, host, endpoint)] : [];
  },
};

type Secondary = NonNullable<Planes["secondary"]>;

/** Cells where the other family fails and the primary address of the same target passes, as far as it is judged. */
function secondaryAlone(scene: Scene, secondary: Secondary, icmp: ProbeKind, http: ProbeKind): number[] {
  const { primary } = scene.planes;
  const cells: number[] = [];
  for (let cell = 0; cell < primary[icmp].length; cell++) {
    if (!failed(secondary[icmp][cell]) && !failed(secondary[http][cell])) continue;
    if (failed(primary[icmp][cell]) || failed(primary[http][cell])) continue;
    if (primary[icmp][cell] === blank && primary[http][cell] === blank) continue;
    cells.push(cell);
  }
  return cells;
}

/** A single lost ping heals with the next cycle and is no broken family. */
function hasWeight(cells: readonly number[], secondary: Secondary): boolean {
  const [only] = cells;
  if (cells.length !== 1 || only === undefined) return cells.length > 0;
  return failed(secondary["host-http"][only]) || failed(secondary["endpoint-http"][only]);
}

function claim(scene: Scene, host: readonly number[], endpoint: readonly number[]): Claim {
  const cells = [...new Set([...host, ...endpoint])];
  const nodes = concentrated(scene, cells);
  const names = nodes.map((node) => nameOf(scene, node));
  const target: Target = host.length > 0 ? "host" : "endpoint";
  const address = secondaryAddress(scene, (host.length > 0 ? host : endpoint)[0] ?? 0, target);
  const family = familyOf(address);
  const from = Math.floor(((host.length > 0 ? host : endpoint)[0] ?? 0) / scene.size);
  return {
    id: "ipv6-secondary-path-broken",
    confidence: "confirmed",
    title: `${family} fails from or to ${listNames(names)}, the primary addresses answer`,
    nodes: names,
    host,
    endpoint,
    evidence: [
      {
        text: `${host.length} host and ${endpoint.length} endpoint paths fail by their ${family} address alone${address === "" ? "" : `, for instance ${nameOf(scene, from)} to ${address}`}`,
        node: nameOf(scene, from),
        capture: "cilium-health-status.json",
      },
      { text: "the probes of the primary address pass on every one of these paths" },
    ],
    confirm: [
      {
        node: nameOf(scene, from),
        argv: ["ip", ...(family === "IPv6" ? ["-6"] : []), "route", "get", address],
        expect: "no route, or one through another interface than the primary family's",
      },
      {
        node: nameOf(scene, from),
        argv: ["ip", "-br", "addr"],
        expect: `the node's ${family} address is missing from its interface, or lies in the pod range`,
      },
    ],
  };
}

/** The few nodes that every failing path starts or ends at, else all of them. */
function concentrated(scene: Scene, cells: readonly number[]): number[] {
  const sinks = sinksOf(scene, cells);
  const sources = sourcesOf(scene, cells);
  if (sinks.length * 2 <= sources.length) return sinks;
  if (sources.length * 2 <= sinks.length) return sources;
  const hub = sinks.find((node) =>
    cells.every((cell) => cell % scene.size === node || Math.floor(cell / scene.size) === node),
  );
  return hub === undefined ? [...new Set([...sinks, ...sources])].sort((a, b) => a - b) : [hub];
}

function secondaryAddress(scene: Scene, cell: number, target: Target): string {
  const { matrix } = scene.facts;
  const [from, to] = [Math.floor(cell / scene.size), cell % scene.size];
  const id = matrix.rows[from]?.[target].positions[1]?.ip[to] ?? 0;
  return matrix.addresses[id] ?? "";
}

function familyOf(address: string): string {
  return parseAddress(address)?.family === 4 ? "IPv4" : "IPv6";
}
