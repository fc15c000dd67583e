/** One peer of `cilium_wg0`, as the capture `wireguard-peers.txt` lists it. */
export interface WireguardPeer {
  readonly publicKey: string;
  /** Address of the peer's node, without the port; "" when none was set yet. */
  readonly address: string;
  /** Epoch milliseconds; 0 when there never was a handshake. */
  readonly lastHandshake: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** Address ranges routed through this peer. */
  readonly allowed: readonly string[];
}

/**
 * Six cells a line: key, endpoint, last handshake, received, sent, allowed addresses. Older programs print cells without
 * JSON quotes and an absent number as nothing; lines of another form are passed over.
 */
export function readWireguardPeers(text: string): WireguardPeer[] {
  return text.split("\n").flatMap((line) => {
    const cells = line.split("\t");
    if (cells.length !== 6) return [];
    const [publicKey = "", endpoint = "", handshake = "", received = "", sent = "", allowed = ""] = cells;
    return [
      {
        publicKey,
        address: hostOf(endpoint),
        lastHandshake: timeOf(handshake.replaceAll('"', "")),
        receivedBytes: Number(received) || 0,
        sentBytes: Number(sent) || 0,
        allowed: allowed.match(/[0-9a-fA-F:.]+\/\d+/g) ?? [],
      },
    ];
  });
}

/** `10.0.0.1:51871` or `[fd00::1]:51871`. */
function hostOf(endpoint: string): string {
  return /^\[(.+)\]:\d+$/.exec(endpoint)?.[1] ?? /^([^:]+):\d+$/.exec(endpoint)?.[1] ?? "";
}

/** Go's zero time, year 1, stands for never. */
function timeOf(text: string): number {
  const time = Date.parse(text);
  return Number.isNaN(time) || time < 0 ? 0 : time;
}
