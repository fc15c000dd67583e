/** Names of the reserved identities (pkg/identity/numericidentity.go); the same numbers since 1.7. */
const reserved: Readonly<Record<number, string>> = {
  1: "host",
  2: "world",
  3: "unmanaged",
  4: "health",
  5: "init",
  6: "remote-node",
  7: "kube-apiserver",
  8: "ingress",
  9: "world-ipv4",
  10: "world-ipv6",
  11: "encrypted-overlay",
};

/** A security identity as people know it: its reserved name, its number, "" where the agent knew none (0). */
export function identityName(identity: number): string {
  if (identity === 0) return "";
  return reserved[identity] ?? String(identity);
}
