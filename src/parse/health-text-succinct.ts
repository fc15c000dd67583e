import type { AddressProbes, HealthNode, HealthReply } from "./health-json.ts";
import {
  reachableProbes,
  readAddress,
  readSummaryHead,
  summaryRow,
  unknownProbes,
  unreachableProbes,
} from "./health-text-lines.ts";

const rowOf = summaryRow(/true|false|reachable|unreachable|unknown/);

/**
 * `cilium-health status --succinct` and the tail of `cilium status` up to 1.16: a word for the node and one for its
 * endpoint. `true`/`false` up to 1.9, `reachable`/`unreachable`/`unknown` from 1.10 on. Only unhealthy nodes and the
 * agent's own are listed: the others are not in this report, and stay unknown.
 */
export function parseHealthSuccinct(lines: readonly string[]): HealthReply {
  const start = lines.findIndex((line) => readSummaryHead(line) !== null);
  let localName = "";
  const nodes = lines.slice(start + 1).flatMap((line): HealthNode[] => {
    const row = rowOf(line);
    if (row === null) return [];
    if (row.isLocal) localName = row.name;
    const known = row.ips === "" ? [""] : row.ips.split(",").map(readAddress);
    return [{ name: row.name, host: hostAddresses(row.host, known), endpoint: [endpointAddress(row.endpoint)] }];
  });
  const timestamp = readSummaryHead(lines[start] ?? "")?.timestamp ?? 0;
  return { localName, nodes, timestamp, probeIntervalNs: null };
}

/** One word for several addresses: it names a failure of at least one, so only a good word counts for each. */
function hostAddresses(word: string, ips: readonly string[]): readonly AddressProbes[] {
  if (word === "true" || word === "reachable") return ips.map((ip) => ({ ip, ...reachableProbes }));
  const ip = ips.length === 1 ? (ips[0] ?? "") : "";
  return [{ ip, ...(word === "unknown" ? unknownProbes : unreachableProbes) }];
}

/**
 * From 1.12 on an endpoint that is not checked counts as `reachable`, and 1.12.0 looks past the primary address: the
 * good word proves nothing there. The older `true` does.
 */
function endpointAddress(word: string): AddressProbes {
  if (word === "true") return { ip: "", ...reachableProbes };
  return { ip: "", ...(word === "false" || word === "unreachable" ? unreachableProbes : unknownProbes) };
}
