import type { Facts, NodeFacts } from "../../model/facts.ts";
import type { LocatePath } from "../../model/locate.ts";
import { type AddressColumns, isFailure, type Target, targets } from "../../model/matrix.ts";
import type { PairReport } from "../../model/pair.ts";
import { isPlainAddress } from "../../model/plain-address.ts";
import type { ReportNode } from "../../model/report.ts";
import { isUnreachable } from "../../model/status.ts";
import { parseAddress } from "../settings/cidr.ts";
import { healthPort } from "../settings/wire.ts";

/** The path to look at, or a sentence why none can be. */
export type LocateChoice =
  | { readonly kind: "path"; readonly path: LocatePath; readonly why: string }
  | { readonly kind: "none"; readonly why: string };

interface Candidate {
  readonly from: ReportNode;
  readonly to: ReportNode;
  readonly target: Target;
  readonly status: "tcp" | "icmp" | "fine";
  readonly address: string;
}

/**
 * One path: the first that fails by TCP, A to B before B to A, node addresses before endpoints, since a tunnel rides on
 * them; where none fails, the endpoint's from A to B. A TCP connection shows nothing of a path that fails by ICMP alone.
 */
export function chooseLocated(facts: Facts, pair: PairReport, scope: Target | null): LocateChoice {
  const wanted = targets.filter((target) => scope === null || scope === target);
  const all = [
    [pair.a.node, pair.b.node],
    [pair.b.node, pair.a.node],
  ].flatMap(([from, to]) =>
    from === undefined || to === undefined ? [] : wanted.map((target) => candidate(pair, from, to, target)),
  );
  const known = all.filter(
    ({ address }) => isPlainAddress(address) && parseAddress(address) !== null && !/^fe80:/i.test(address),
  );
  const sendable = known.filter(({ from }) => canSend(facts.nodes[from.index]));
  const found =
    sendable.find(({ status }) => status === "tcp") ??
    (sendable.some(({ status }) => status === "icmp") ? undefined : healthyChoice(sendable));
  if (found !== undefined)
    return { kind: "path", path: toPath(found, healthPort({ facts })), why: whyOf(found, known) };
  return { kind: "none", why: whyNone(known, sendable) };
}

/** The endpoint's path holds the node's in it. */
function healthyChoice(sendable: readonly Candidate[]): Candidate | undefined {
  return sendable.find(({ target }) => target === "endpoint") ?? sendable[0];
}

function candidate({ report }: PairReport, from: ReportNode, to: ReportNode, target: Target): Candidate {
  const { cells } = report;
  const row = cells.matrix.rows[from.index];
  const positions = (row?.[target].positions ?? []).filter(({ ip }) => (ip[to.index] ?? 0) !== 0);
  const failing = positions.find(({ http }) => isFailure(http.outcome[to.index] ?? 0));
  const unreachable = isUnreachable(cells[target][from.index * cells.size + to.index]);
  const told = target === "host" ? to.ip : to.healthIP;
  return {
    from,
    to,
    target,
    status: failing !== undefined ? "tcp" : unreachable ? "icmp" : "fine",
    address: addressAt(cells.matrix.addresses, failing ?? positions[0], to.index) || told,
  };
}

function addressAt(addresses: readonly string[], position: AddressColumns | undefined, column: number): string {
  return addresses[position?.ip[column] ?? 0] ?? "";
}

function canSend(node: NodeFacts | undefined): boolean {
  return node !== undefined && !node.remote && node.agent?.pod.state === "running";
}

function toPath({ from, to, target, address }: Candidate, port: number): LocatePath {
  return { from: from.name, to: to.name, target, address, port };
}

function whyOf(found: Candidate, known: readonly Candidate[]): string {
  const others = known.filter((one) => one !== found && one.status === "tcp").length;
  if (found.status === "fine") return "no path of this pair fails by TCP";
  return others === 0
    ? ""
    : `other paths of this pair fail too (${others}); --target, or the pair the other way round, looks at them`;
}

function whyNone(known: readonly Candidate[], sendable: readonly Candidate[]): string {
  if (sendable.some(({ status }) => status === "icmp")) {
    return "only ICMP fails here: a TCP connection would show nothing of it, so none was sent";
  }
  if (known.length === 0) return "no address of the two nodes is known";
  return "nothing could be sent: neither node has a running agent that could send it";
}
