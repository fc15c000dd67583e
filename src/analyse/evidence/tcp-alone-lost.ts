import { blank, fine, silent } from "../matrix/planes.ts";
import { readTcpCounters } from "../reads/tcp-counters.ts";
import type { Claim, ConfirmStep } from "../rule.ts";
import { confirmingText, nameOf, type Scene } from "../scene.ts";
import { isOnVmware } from "../settings/vmware.ts";
import { isHeard, isTunnel, trustsPing, tunnelPort } from "../settings/wire.ts";
import { countEvidence, wantFromFigures } from "../shapes/figure-facts.ts";
import { membersOf, namesOf, placeOf, sinksOf } from "../shapes/figure-words.ts";
import { type Figure, figuresOf, type Judge, joinAlike } from "../shapes/signature.ts";

type OffloadId = "vxlan-offload-vmware" | "checksum-offload";

/** Ping crosses to pods and TCP does not; the vendor, and the tunnel's port, tell the two causes apart. */
export const tcpAloneLost = {
  find: (scene: Scene, id: OffloadId): Claim[] => figures(scene, id).map((figure) => claim(scene, figure, id)),
  wants: (scene: Scene, id: OffloadId) => wantFromFigures(scene, figures(scene, id), ["snmp.txt"]),
};

const podTcpLost: Judge = (_ni, nh, ei, eh) => {
  if (eh === fine) return fine;
  return eh === silent && ei === fine && nh === fine ? silent : blank;
};

/**
 * A card that spoils checksums harms what it sends and, seen from the other end, the answers to what it gets: both ways.
 * Which hypervisor a node runs on is not known, so that pairs may lie anywhere.
 */
function figures(scene: Scene, id: OffloadId): Figure[] {
  const found = figuresOf(scene, podTcpLost).filter(({ kind }) => kind !== "column" && kind !== "row");
  const both = joinAlike(found.filter(({ kind }) => kind !== "one-way"));
  return both.filter((figure) => (isVmwareCase(scene, figure) ? "vxlan-offload-vmware" : "checksum-offload") === id);
}

/** The ports that VMware's card takes for VXLAN of its own: 8472 and 4789 (cilium/cilium#21801). */
function isVmwareCase(scene: Scene, figure: Figure): boolean {
  const { protocol, port } = tunnelPort(scene);
  const isKnownPort = protocol === "vxlan" && (port === 8472 || port === 4789);
  return isTunnel(scene) && isKnownPort && isOnVmware(scene, membersOf(scene, figure));
}

function claim(scene: Scene, figure: Figure, id: OffloadId): Claim {
  const members = membersOf(scene, figure);
  const isVmware = id === "vxlan-offload-vmware";
  const counters = counterEvidence(scene, figure);
  return {
    id,
    confidence: isVmware && trustsPing(scene) ? "likely" : "possible",
    title: `TCP to pods is lost ${placeOf(scene, figure)} while ping passes: ${isVmware ? "VXLAN offload of VMware" : "checksums left wrong by an offload"}`,
    nodes: namesOf(scene, members),
    host: [],
    endpoint: figure.cells,
    evidence: [
      ...countEvidence(scene, figure, "ping to the health endpoint passes and TCP to it is silent"),
      ...(isVmware ? vendorEvidence(scene, members) : []),
      ...counters,
    ],
    alternatives: alternatives(scene, figure, id),
    confirm: confirmSteps(scene, figure),
  };
}

function vendorEvidence(scene: Scene, members: readonly number[]): Claim["evidence"] {
  const virtual = members.filter((node) => isOnVmware(scene, [node]));
  const { port } = tunnelPort(scene);
  return [
    {
      text: `${virtual.length} of the ${members.length} nodes run on VMware, and the tunnel uses VXLAN on udp/${port}`,
    },
  ];
}

/** Read once, it says that segments were thrown away for their checksum at some time since boot. */
function counterEvidence(scene: Scene, figure: Figure): Claim["evidence"] {
  return sinksOf(scene, figure.cells).flatMap((node) => {
    const counters = readTcpCounters(confirmingText(scene.nodes[node], "snmp.txt") ?? "");
    if (counters === null || counters.checksumErrors === 0) return [];
    const name = nameOf(scene, node);
    const text = `${name} has counted ${counters.checksumErrors} TCP segments with a wrong checksum since it started`;
    return [{ text, node: name, capture: "snmp.txt" as const }];
  });
}

function alternatives(scene: Scene, figure: Figure, id: OffloadId): readonly { id: string; why: string }[] {
  const stale = {
    id: "stale-health-endpoint-ip",
    why: "an old health address that another pod has now may answer ping; cilium-dbg node list here against the endpoint list there would tell",
  };
  const snat = {
    id: "foreign-snat",
    why: "a left-over rule that rewrites the source spoils TCP and spares ping; iptables -t nat -S POSTROUTING would tell",
  };
  const port = {
    id: `${tunnelPort(scene).protocol}-udp-blocked`,
    why: "a ping result of Cilium before 1.15 may be old, and the whole tunnel lost",
  };
  const other: Record<OffloadId, { id: string; why: string }> = {
    "vxlan-offload-vmware": {
      id: "checksum-offload",
      why: "the guest's own driver may be to blame; with another tunnel port it would go on failing",
    },
    "checksum-offload": {
      id: "vxlan-offload-vmware",
      why: "where the nodes run on ESXi without saying so, another tunnel port heals it; the system vendor would tell",
    },
  };
  const policies = sinksOf(scene, figure.cells).some((node) => {
    const enforcement = scene.nodes[node]?.agent?.endpoints?.health?.enforcement ?? "";
    return enforcement === "ingress" || enforcement === "both";
  });
  const policy = {
    id: "policy-blocks-health",
    why: "a policy is enforced on the health endpoints and may allow ping alone; drops counted as denied would tell",
  };
  return [
    ...(trustsPing(scene) ? [] : [port]),
    ...(policies ? [policy] : []),
    ...(isTunnel(scene) ? [other[id]] : []),
    stale,
    snat,
  ];
}

function confirmSteps(scene: Scene, figure: Figure): ConfirmStep[] {
  const node = sinksOf(scene, figure.cells).find((one) => isHeard(scene.nodes[one]));
  if (node === undefined) return [];
  return [
    {
      node: nameOf(scene, node),
      argv: ["grep", "^Tcp:", "/proc/net/snmp"],
      expect: "run twice, two probe intervals apart: the last number, InCsumErrors, grows",
    },
  ];
}
