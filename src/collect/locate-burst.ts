import type { Cluster } from "../cluster/cluster.ts";
import type { ExecOutcome } from "../model/capture.ts";
import type { AgentPod } from "../model/kube.ts";
import { isPlainAddress } from "../model/plain-address.ts";

/** Connections of one burst at most. */
export const mostConnections = 40;
/** Milliseconds for one burst from our side; the script is over after about a second. */
const burstMs = 20_000;
const mostBytes = 64 * 1024;

/**
 * The one shell script that is ever run in an agent, fixed to the letter: the address, the port and the count come as
 * arguments of their own, `"$1" "$2" "$3"`, and are digits, dots and colons. Each connection is given up after 0.9 s,
 * before the kernel sends a second SYN; nothing is sent over one that opens. `/dev/tcp` is bash's own.
 */
export const burstScript =
  `try() { said=$(timeout 0.9 bash -c 'exec 3<>"/dev/tcp/$0/$1"' "$1" "$2" 2>&1); echo "$? \${said##*: }"; }; ` +
  'for ((n = 0; n < $3; n++)); do try "$1" "$2" & done; wait';

/** The name the script goes by in `ps` and in audit logs. */
export const burstName = "cilium-health-locate";

export function burstArgv(address: string, port: number, count: number): readonly string[] {
  return ["bash", "-c", burstScript, burstName, address, String(port), String(count)];
}

/** Opens so many connections at once from an agent, each bounded. Throws when a word is none that may stand there. */
export function sendBurst(
  exec: Cluster["exec"],
  { namespace, name, container }: AgentPod,
  { address, port }: { readonly address: string; readonly port: number },
  count: number,
  signal: AbortSignal,
): Promise<ExecOutcome> {
  const whole = (value: number, most: number) => Number.isInteger(value) && value >= 1 && value <= most;
  if (!isPlainAddress(address) || !whole(port, 65_535) || !whole(count, mostConnections)) {
    throw new RangeError("a burst takes an IP address, a port and a small count");
  }
  const argv = burstArgv(address, port, count);
  return exec({ namespace, pod: name, container, argv, timeoutMs: burstMs, maxBytes: mostBytes }, signal);
}

/** The target's own TCP connections, of which the half-open ones matter. */
export function socketsArgv(address: string): readonly string[] {
  return ["cat", address.includes(":") ? "/proc/net/tcp6" : "/proc/net/tcp"];
}
