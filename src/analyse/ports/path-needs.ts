import type { Mode } from "./mode.ts";
import { usualTunnelPort } from "./mode.ts";
import { type Need, need } from "./need.ts";
import { portOf } from "./read-settings.ts";

/** What the nodes of this cluster need between each other, and with those of one other cluster (`cluster`). */
export function pathNeeds(mode: Mode, cluster: string): Need[] {
  const to = cluster === "" ? nodes : `nodes of ${cluster}`;
  const pods = cluster === "" ? "endpoints" : `endpoints of ${cluster}`;
  const all = [...healthNeeds(mode, to, pods), ...podNeeds(mode, to), ...encryptionNeeds(mode, to)];
  return all.map(({ id: _own, ...one }) => need({ ...one, cluster }));
}

const nodes = "nodes";

function healthNeeds(mode: Mode, to: string, pods: string): Need[] {
  if (mode.health.value !== "true") return [];
  const port = { port: portOf(mode.healthPort), usualPort: 4240 };
  const settings = [mode.health, mode.healthPort];
  const inside = mode.nodeEncryption ? ("wireguard" as const) : ("" as const);
  const notes = mode.nodeEncryption ? [optOut] : [];
  const base = { from: nodes, inside, notes };
  const host = { ...base, to };
  const why = "health checks";
  const isBare = mode.routing.value === "native" && mode.endpointHealth.value === "true";
  const endpoint = { ...base, to: pods, notes: [...notes, routed] };
  return [
    need({ ...host, kind: "health-http", protocol: "tcp", ...port, settings, why }),
    ...echoes(mode).map((icmp) =>
      need({ ...host, kind: `health-${icmp}`, protocol: icmp, settings: [mode.health], why }),
    ),
    ...(isBare
      ? [
          need({
            ...endpoint,
            kind: "endpoint-http",
            protocol: "tcp",
            ...port,
            settings: [mode.endpointHealth, mode.healthPort],
            why: "health checks",
          }),
          ...echoes(mode).map((icmp) =>
            need({
              ...endpoint,
              kind: `endpoint-${icmp}`,
              protocol: icmp,
              settings: [mode.endpointHealth],
              why: "health checks",
            }),
          ),
        ]
      : []),
  ];
}

const optOut =
  "travels inside WireGuard between nodes that encrypt their own traffic; nodes that opted out, control planes by default, send it bare";
const routed = "health endpoints have pod addresses, which the network has to carry without a tunnel";

function echoes({ families }: Mode): ("icmp" | "icmpv6")[] {
  return families.map((family) => (family === 4 ? "icmp" : "icmpv6"));
}

/** The pod path: a tunnel, or pod addresses that the network itself carries. */
function podNeeds(mode: Mode, to: string): Need[] {
  switch (mode.routing.value) {
    case "native":
      return [nativeNeed(mode, to)];
    case "":
      return [];
    default:
      return [tunnelNeed(mode, to)];
  }
}

function nativeNeed(mode: Mode, to: string): Need {
  const encrypted =
    mode.encryption.value === "wireguard" || mode.encryption.value === "ipsec"
      ? [`between pods it travels inside ${mode.encryption.value === "ipsec" ? "ESP" : "WireGuard"}`]
      : [];
  return need({
    kind: "pods",
    protocol: "any",
    from: "pods",
    to: to === nodes ? "pods" : `pods on ${to}`,
    why: "pods, native",
    settings: [mode.routing, mode.encryption],
    notes: [
      "the network carries pod addresses as they are, between pods and between nodes and pods, on whatever port",
      ...encrypted,
    ],
  });
}

function tunnelNeed(mode: Mode, to: string): Need {
  const { value: protocol } = mode.tunnel;
  const isWrapped = mode.encryption.value === "wireguard" && allSince(mode, 15);
  return need({
    kind: "tunnel",
    protocol: "udp",
    port: protocol === "" ? null : portOf(mode.tunnelPort),
    usualPort: usualTunnelPort(protocol),
    from: nodes,
    to,
    why: `pods, ${protocol === "" ? "tunnel" : protocol === "geneve" ? "Geneve" : "VXLAN"}`,
    inside: isWrapped ? "wireguard" : "",
    settings: [mode.routing, mode.tunnel, mode.tunnelPort, mode.encryption],
    notes: [
      ...(isWrapped
        ? ["the network sees WireGuard alone; the nodes' own input filters still see this port, on cilium_wg0"]
        : []),
      ...(mode.encryption.value === "ipsec" && someSince(mode, 18)
        ? ["from 1.18 on, packets between pods are encapsulated first and then travel inside ESP"]
        : []),
    ],
  });
}

function encryptionNeeds(mode: Mode, to: string): Need[] {
  if (mode.encryption.value === "wireguard") {
    return [
      need({
        kind: "wireguard",
        protocol: "udp",
        port: 51_871,
        usualPort: 51_871,
        from: nodes,
        to,
        why: mode.nodeEncryption ? "pods and nodes, WireGuard" : "pods, WireGuard",
        settings: [mode.encryption],
        notes: ["the port is fixed in Cilium"],
      }),
    ];
  }
  if (mode.encryption.value !== "ipsec") return [];
  const isWrapped = mode.routing.value === "tunnel" && allBefore(mode, 18);
  return [
    need({
      kind: "esp",
      protocol: "esp",
      from: nodes,
      to,
      why: "pods, IPsec",
      inside: isWrapped ? "tunnel" : "",
      settings: [mode.encryption],
      notes: [
        isWrapped
          ? "before 1.18 packets are encrypted first and then travel inside the tunnel: the network sees the tunnel alone"
          : "a protocol of its own, number 50: a rule that lists TCP and UDP ports does not let it through",
      ],
    }),
  ];
}

/** A release that nobody knows is taken for a current one. */
function allSince({ minors }: Mode, minor: number): boolean {
  return minors.every((one) => one >= minor);
}

function someSince({ minors }: Mode, minor: number): boolean {
  return minors.length === 0 || minors.some((one) => one >= minor);
}

function allBefore({ minors }: Mode, minor: number): boolean {
  return minors.length > 0 && minors.every((one) => one < minor);
}
