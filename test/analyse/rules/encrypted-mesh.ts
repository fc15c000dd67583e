import type { CaptureId } from "../../../src/model/capture.ts";
import { hostIP, type MeshOptions } from "../mesh.ts";
import { addresses } from "./filter-mesh.ts";

export const wireguard = { "enable-wireguard": "true" };
export const ipsec = { "enable-ipsec": "true" };

/** A public key as WireGuard prints it. */
export const keyOf = (node: number) => `${String(node).repeat(8)}${"A".repeat(35)}=`;

interface Keys {
  /** What a node announces, what its device uses. */
  readonly announced?: (node: number) => string;
  readonly used?: (node: number) => string;
  /** WireGuard node encryption, as agents say it. */
  readonly nodes?: string;
}

/** Agents that run WireGuard and announce their keys. */
export function wireguardAgents({
  announced = keyOf,
  used = announced,
  nodes = "Disabled",
}: Keys = {}): NonNullable<MeshOptions["patch"]> {
  return {
    ciliumNode: (node) => ({ metadata: { annotations: { "network.cilium.io/wg-pub-key": announced(node) } } }),
    status: (node) => ({
      encryption: {
        mode: "Wireguard",
        wireguard: {
          "node-encryption": nodes,
          interfaces: [{ name: "cilium_wg0", "listen-port": 51871, "public-key": used(node), "peer-count": 4 }],
        },
      },
    }),
  };
}

/** One peer's line; by default a handshake half an hour old, from before the fault. */
export interface Peer {
  readonly key?: string;
  readonly handshake?: string;
  readonly received?: number;
  readonly sent?: number;
  readonly allowed?: string;
}

export const never = "0001-01-01T00:00:00.000Z";
const before = "2031-05-02T08:50:00.000Z";
/** Twenty seconds before the agents' clocks. */
export const justNow = "2031-05-02T09:19:40.000Z";

/** What `wireguard-peers.txt` holds at each node of a mesh. */
export function peers(size: number, of: (node: number, peer: number) => Peer | null) {
  return (node: number): Partial<Record<CaptureId, string>> => {
    const lines = Array.from({ length: size }, (_, at) => at + 1).flatMap((other) => {
      const peer = other === node ? null : of(node, other);
      if (peer === null) return [];
      const { key = keyOf(other), handshake = before, received = 9000, sent = 12000 } = peer;
      const allowed = peer.allowed ?? `["10.244.${other}.0/24","${hostIP(other)}/32"]`;
      return [`${key}\t${hostIP(other)}:51871\t"${handshake}"\t${received}\t${sent}\t${allowed}`];
    });
    return { "wireguard-peers.txt": `jsonpath=\n${lines.join("\n")}\n\n`, "ip-addr.txt": addresses(node) };
  };
}
