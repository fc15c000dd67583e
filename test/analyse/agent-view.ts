import { healthIP, hostIP, nameOf } from "./mesh.ts";

/** How one probe ended: a latency in nanoseconds, a failure text, or null for no result. */
export type Result = number | string | null;

export interface AddressView {
  readonly ip: string;
  readonly icmp: Result;
  readonly http: Result;
}

/** One node as an agent sees it; the first address of a target is the primary one. */
export interface NodeView {
  readonly name: string;
  readonly host: readonly AddressView[];
  readonly endpoint: readonly AddressView[];
}

const probed = "2031-05-02T09:19:30Z";
const usual = 400_000;

/** A node of the mesh whose probes all took as long, or ended as said. */
export function seen(
  node: number,
  results: Partial<Record<"host" | "endpoint", readonly [Result, Result]>> = {},
): NodeView {
  const [hostIcmp, hostHttp] = results.host ?? [usual, usual];
  const [icmp, http] = results.endpoint ?? [usual, usual];
  return {
    name: nameOf(node),
    host: [{ ip: hostIP(node), icmp: hostIcmp, http: hostHttp }],
    endpoint: [{ ip: healthIP(node), icmp, http }],
  };
}

/** The `health` patch of a mesh: an agent's whole view in place of the usual one. */
export function agentView(nodes: readonly NodeView[]): { readonly nodes: readonly unknown[] } {
  return { nodes: nodes.map(entry) };
}

function entry({ name, host, endpoint }: NodeView): unknown {
  const paths = (addresses: readonly AddressView[]) => {
    const [primary, ...secondary] = addresses.map(address);
    return { "primary-address": primary, "secondary-addresses": secondary };
  };
  return { name, host: paths(host), "health-endpoint": paths(endpoint), endpoint: paths(endpoint)["primary-address"] };
}

function address({ ip, icmp, http }: AddressView): unknown {
  return { ip, ...probe("icmp", icmp), ...probe("http", http) };
}

function probe(protocol: string, result: Result): object {
  if (result === null) return {};
  const said = typeof result === "number" ? { latency: result } : { status: result };
  return { [protocol]: { ...said, lastProbed: probed } };
}
