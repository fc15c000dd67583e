import type { AgentFacts, Facts, NodeFacts } from "../../model/facts.ts";
import {
  isFailure,
  listedWith,
  type MatrixRow,
  noResult,
  notListed,
  type Protocol,
  presenceOf,
  probedAt,
  type Target,
} from "../../model/matrix.ts";
import type { Cells } from "../../model/report.ts";
import { cellCode, noPath, type PathStatus } from "../../model/status.ts";
import { isAskable } from "../summary/coverage.ts";
import type { Lens } from "./scope.ts";
import { isStale, type StalenessRule, stalenessRule } from "./staleness.ts";

/** Joins all agents' views: the status of every path, both directions kept. */
export function correlate(facts: Facts, lens: Lens): Cells {
  const size = facts.nodes.length;
  const cells: Cells = {
    size,
    host: new Uint8Array(size * size),
    endpoint: new Uint8Array(size * size),
    claims: { host: new Uint16Array(size * size), endpoint: new Uint16Array(size * size) },
    matrix: facts.matrix,
    clocks: Float64Array.from(facts.nodes, (node) => node.agent?.clock ?? 0),
    timestamps: Float64Array.from(facts.nodes, (node) => node.agent?.health?.timestamp ?? 0),
  };
  const members = meshMembers(facts);
  facts.nodes.forEach((node, from) => {
    if (!isSource(facts, node)) return;
    const view = viewOf(facts, from);
    for (const target of lens.targets) {
      writeRow(cells[target].subarray(from * size, (from + 1) * size), from, view, target, members, lens);
    }
  });
  return cells;
}

/**
 * Judges single rows under another lens than the report's, for instance one protocol alone, without a second matrix.
 * Codes as in `Cells`; a row that nobody could be asked for is empty.
 */
export function rowJudge(facts: Facts, lens: Lens): (from: number, target: Target) => Uint8Array {
  const members = meshMembers(facts);
  return (from, target) => {
    const row = new Uint8Array(facts.nodes.length);
    const node = facts.nodes[from];
    if (node === undefined || !isSource(facts, node) || !lens.targets.includes(target)) return row;
    writeRow(row, from, viewOf(facts, from), target, members, lens);
    return row;
  };
}

/** A view with what is needed to judge it; the row is null where the agent gave none. */
interface View {
  readonly row: MatrixRow | null;
  readonly staleness: StalenessRule | null;
  /** Set when health checking is off for this agent's targets: its paths are off, not unasked. */
  readonly off: boolean;
}

/** Nodes that somebody can be asked about: an agent is due there. Ghosts and remote nodes are targets alone. */
function isSource(facts: Facts, node: NodeFacts): boolean {
  return node.agentNotDue === "" && isAskable(facts, node);
}

const memberNever = 0;
const memberIfListed = 1;
const memberAlways = 2;

/**
 * By node index, whether a path to it exists where a view does not list it: always to a node of this cluster that an
 * agent is due on, and to remote nodes that somebody lists; to ghosts (no Kubernetes Node) only from who lists them.
 */
function meshMembers(facts: Facts): Uint8Array {
  const listed = listedByAnyone(facts);
  return Uint8Array.from(facts.nodes, (node, index) => {
    if (isSource(facts, node)) return memberAlways;
    if (listed[index] !== 1) return memberNever;
    return node.remote ? memberAlways : memberIfListed;
  });
}

function listedByAnyone(facts: Facts): Uint8Array {
  const listed = new Uint8Array(facts.nodes.length);
  for (const row of facts.matrix.rows) {
    if (row === null) continue;
    for (let to = 0; to < row.width; to++) {
      if (row.host.presence[to] !== notListed || row.endpoint.presence[to] !== notListed) listed[to] = 1;
    }
  }
  return listed;
}

function viewOf(facts: Facts, from: number): View {
  const row = facts.matrix.rows[from] ?? null;
  const agent = facts.nodes[from]?.agent ?? null;
  const off = facts.config?.get("enable-health-checking") === "false";
  if (row === null || agent === null) return { row, staleness: null, off };
  return { row, staleness: viewStaleness(agent, row, facts.matrix.messages), off };
}

/** When a probe of this view is too old to trust. */
export function viewStaleness(agent: AgentFacts, row: MatrixRow, messages: readonly string[]): StalenessRule {
  const { probed, timedOut } = countAddresses(row, messages);
  return stalenessRule(agent, agent.status?.version || agent.pod.imageVersion, probed, timedOut);
}

/** By a matrix's texts: asked for each row. Texts are only ever added to them. */
const silentOnes = new WeakMap<readonly string[], boolean[]>();

function silentTexts(messages: readonly string[]): readonly boolean[] {
  const known = silentOnes.get(messages) ?? [];
  silentOnes.set(messages, known);
  for (const text of messages.slice(known.length)) {
    known.push(/deadline exceeded|timed out|i\/o timeout|Timeout exceeded/.test(text));
  }
  return known;
}

/** Addresses an agent probes, and how many of them swallow what is sent. */
export function countAddresses(row: MatrixRow, messages: readonly string[]): { probed: number; timedOut: number } {
  let probed = 0;
  let timedOut = 0;
  const silent = silentTexts(messages);
  for (const target of [row.host, row.endpoint]) {
    for (const position of target.positions) {
      for (let to = 0; to < row.width; to++) {
        if (position.ip[to] === 0) continue;
        probed++;
        const outcome = position.http.outcome[to] ?? noResult;
        if (isFailure(outcome) && silent[outcome - 2] === true) timedOut++;
      }
    }
  }
  return { probed, timedOut };
}

function writeRow(row: Uint8Array, from: number, view: View, target: Target, members: Uint8Array, lens: Lens): void {
  for (let to = 0; to < members.length; to++) {
    if (lens.nodes[from] !== 1 && lens.nodes[to] !== 1) continue;
    const member = members[to] ?? memberNever;
    const code = member === memberNever ? noPath : judge(view, target, to, member, lens.protocols);
    row[to] = from === to ? selfCode(code) : code;
  }
}

/** An agent's probe of its own node is shown when it fails and is never counted as a pair. */
function selfCode(code: number): number {
  return code === cellCode("unreachable", false) || code === cellCode("unreachable", true) ? code : noPath;
}

function judge(view: View, target: Target, to: number, member: number, protocols: readonly Protocol[]): number {
  const { row, staleness } = view;
  if (row === null || staleness === null) return plain(view.off ? "off" : "unasked");
  const presence = presenceOf(row, target, to);
  if (presence === notListed) return member === memberIfListed ? noPath : plain("unknown");
  if (presence !== listedWith) return plain(target === "endpoint" ? "off" : "unknown");
  return judgeProbes(row, staleness, target, to, protocols);
}

function plain(status: PathStatus): number {
  return cellCode(status, false);
}

/**
 * Unreachable if any probe of any address failed; else unknown if one is missing; else stale if one is too old; else
 * reachable. A stale failure stays unreachable and says that it is stale.
 */
function judgeProbes(
  row: MatrixRow,
  staleness: StalenessRule,
  target: Target,
  to: number,
  protocols: readonly Protocol[],
): number {
  let failed = false;
  let freshFailure = false;
  let missing = false;
  let stale = false;
  const { positions } = row[target];
  for (let position = 0; position < positions.length; position++) {
    const address = positions[position];
    if (address === undefined || (position > 0 && isEmptyPosition(address, to))) continue;
    for (const protocol of protocols) {
      const probe = address[protocol];
      const outcome = probe.outcome[to] ?? noResult;
      if (outcome === noResult) {
        missing = true;
        continue;
      }
      const old = isStale(staleness, probedAt(row, probe, to) * 1000);
      stale ||= old;
      failed ||= isFailure(outcome);
      freshFailure ||= isFailure(outcome) && !old;
    }
  }
  if (failed) return cellCode("unreachable", !freshFailure);
  if (missing) return plain("unknown");
  return stale ? cellCode("stale", true) : plain("reachable");
}

function isEmptyPosition(address: MatrixRow["host"]["positions"][number], to: number): boolean {
  return address.ip[to] === 0 && address.icmp.outcome[to] === noResult && address.http.outcome[to] === noResult;
}
