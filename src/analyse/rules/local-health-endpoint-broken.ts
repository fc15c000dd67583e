import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { healthMacs, type LocalFault, localFaults } from "../settings/local-health.ts";

/** An agent fails to reach its own health endpoint (cilium/cilium#13553, #21149, #35936). */
export const localHealthEndpointBroken: Rule = {
  causes: [
    {
      id: "local-health-endpoint-broken",
      severity: "error",
      title: "an agent does not reach its own health endpoint",
      meaning:
        "The health endpoint of the node is not reached even from the node itself, so the fault is inside the node: its link, its BPF program, or the host's filtering. Pods of that node may suffer the same.",
      apart: "Faults on the way between nodes leave an agent's probe of its own endpoint fine.",
      confirm:
        "`cilium-dbg status --all-controllers` in the agent shows cilium-health-ep with its last error; `ip -br link show lxc_health` says whether the link is missing or DOWN.",
      fix: "follow the sub-cause below; restarting the agent rebuilds the health endpoint once",
      docs: "health",
    },
  ],
  find: (scene) => {
    const faults = localFaults(scene);
    const failing = faults.filter(({ cells }) => cells.endpoint.length > 0);
    const silent = faults.filter((fault) => !failing.includes(fault));
    return [
      ...(failing.length === 0 ? [] : [claim(scene, failing)]),
      ...(silent.length === 0 ? [] : [{ ...claim(scene, silent), severity: "info" as const }]),
    ];
  },
};

function claim(scene: Scene, faults: readonly LocalFault[]): Claim {
  const names = faults.map(({ node }) => nameOf(scene, node));
  return {
    id: "local-health-endpoint-broken",
    confidence: faults.some(({ controller }) => controller !== null) ? "confirmed" : "likely",
    title:
      names.length === 1
        ? `the agent of ${names[0]} does not reach its own health endpoint`
        : `${names.length} agents do not reach their own health endpoints`,
    nodes: names,
    host: [],
    endpoint: faults.flatMap(({ cells }) => cells.endpoint),
    evidence: faults.slice(0, 4).flatMap((fault) => evidence(scene, fault)),
    alternatives: subCauses(scene, faults),
    confirm: [
      {
        node: names[0] ?? "",
        argv: ["cilium-dbg", "status", "--all-controllers"],
        expect: "cilium-health-ep with its last error",
      },
      { node: names[0] ?? "", argv: ["ip", "-br", "link", "show", "lxc_health"], expect: "the link missing or DOWN" },
    ],
  };
}

function evidence(scene: Scene, { node, bySelf, controller }: LocalFault): Claim["evidence"][number][] {
  const name = nameOf(scene, node);
  const state = scene.nodes[node]?.agent?.endpoints?.health?.state ?? "";
  return [
    ...(bySelf
      ? [
          {
            text: `${name} fails to reach its own health endpoint`,
            node: name,
            capture: "cilium-health-status.json" as const,
          },
        ]
      : []),
    ...(controller === null
      ? []
      : [
          {
            text: `controller cilium-health-ep failed ${controller.consecutiveFailures} times in a row: ${controller.lastFailure}`,
            node: name,
            capture: "cilium-status.json" as const,
          },
        ]),
    ...(state === "" || state === "ready"
      ? []
      : [
          {
            text: `its health endpoint is in state ${state}`,
            node: name,
            capture: "cilium-endpoint-list.json" as const,
          },
        ]),
  ];
}

/** What may lie behind it, the ones that the facts speak for first. */
function subCauses(scene: Scene, faults: readonly LocalFault[]): NonNullable<Claim["alternatives"]> {
  const isReady = faults.every(({ node }) => {
    const state = scene.nodes[node]?.agent?.endpoints?.health?.state;
    return state === undefined || state === "ready";
  });
  const isMacKnown = faults.some(({ node }) => healthMacs(scene, node) !== null);
  const load = {
    id: "bpf-load-failure",
    why: "the health endpoint would be in another state than ready, and the log say why its program could not be loaded",
  };
  const mac = {
    id: "udev-mac-policy",
    why: `${imageOf(scene, faults)}the MAC address of lxc_health would change between two reads`,
  };
  const filter = { id: "rp-filter", why: "rp_filter of lxc_health or of all would be 1 in /proc/sys/net/ipv4/conf" };
  const rest = isMacKnown ? [filter] : [mac, filter];
  return isReady ? [...rest, load] : [load, ...rest];
}

function imageOf(scene: Scene, faults: readonly LocalFault[]): string {
  const images = new Set(faults.map(({ node }) => scene.nodes[node]?.kube?.osImage ?? ""));
  const [image = ""] = images;
  return faults.length > 1 && images.size === 1 && image !== "" ? `all of them run ${image}; ` : "";
}
