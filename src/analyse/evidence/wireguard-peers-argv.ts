/** Prints the WireGuard devices with all peers as JSON, behind the word `jsonpath=` (tried with Cilium 1.19.3). */
export const wireguardPeersArgv = [
  "cilium-dbg",
  "debuginfo",
  "--output",
  "jsonpath={.encryption.wireguard.interfaces}",
] as const;
