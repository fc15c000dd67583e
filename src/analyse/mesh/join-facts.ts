import type { AgentNodeList, Facts, NodeFacts } from "../../model/facts.ts";
import { emptyRow, isFailure, type Matrix, type MatrixRow, type ProbeColumns, targets } from "../../model/matrix.ts";

/** Several clusters' facts as one: the first one's nodes by their own names, the others' as `cluster/node`. */
export interface JoinedFacts {
  readonly facts: Facts;
  /** For each of the clusters that were joined, its node indexes as indexes of the whole. */
  readonly places: readonly (readonly number[])[];
}

/**
 * Joins views of one mesh, each from an agent's own cluster. Every node is described by its own cluster, which alone has
 * its Node, CiliumNode and agent. Cluster names must differ and must not be "".
 */
export function joinFacts(own: Facts, others: readonly Facts[]): JoinedFacts {
  const names: string[] = [];
  const indexes = new Map<string, number>();
  const place = (name: string): number => {
    const known = indexes.get(name);
    if (known !== undefined) return known;
    indexes.set(name, names.length);
    names.push(name);
    return names.length - 1;
  };
  const all = [own, ...others];
  const places = all.map((facts) => facts.nodes.map((node) => place(jointName(node, facts, own))));
  const nodes = names.map((): NodeFacts | null => null);
  all.forEach((facts, cluster) => {
    facts.nodes.forEach((node, at) => {
      const to = places[cluster]?.[at] ?? -1;
      const isKnown = nodes[to] != null && (node.remote || nodes[to]?.remote === false);
      if (!isKnown) nodes[to] = jointNode(node, names[to] ?? "", facts, cluster > 0, places[cluster] ?? []);
    });
  });
  return {
    facts: { ...own, nodes: nodes.filter((node) => node !== null), matrix: joinMatrices(all, places, names.length) },
    places,
  };
}

/** What the whole calls a node that a cluster calls by `node.name`. */
export function jointName(node: { readonly name: string; readonly remote: boolean }, of: Facts, own: Facts): string {
  if (of === own) return node.name;
  if (!node.remote) return `${of.clusterName}/${node.name}`;
  const prefix = `${own.clusterName}/`;
  return own.clusterName !== "" && node.name.startsWith(prefix) ? node.name.slice(prefix.length) : node.name;
}

function jointNode(
  node: NodeFacts,
  name: string,
  { clusterName }: Facts,
  isOther: boolean,
  places: readonly number[],
): NodeFacts {
  const { agent } = node;
  const isFar = isOther && !node.remote;
  return {
    ...node,
    name,
    cluster: isFar ? clusterName : node.cluster,
    remote: isOther || node.remote,
    agent:
      agent === null || !isFar
        ? agent
        : {
            ...agent,
            pod: { ...agent.pod, node: name },
            nodeList: agent.nodeList === null ? null : jointList(agent.nodeList, places),
          },
  };
}

function jointList({ listed, count, entries }: AgentNodeList, places: readonly number[]): AgentNodeList {
  const joint = new Uint8Array(places.reduce((most, at) => Math.max(most, at + 1), 0));
  listed.forEach((is, at) => {
    if (is === 1) joint[places[at] ?? 0] = 1;
  });
  return { listed: joint, count, entries: entries.map((entry) => ({ ...entry, node: places[entry.node] ?? 0 })) };
}

/** The first matrix stays as it is: its tables come first, and its rows end where its nodes do. */
function joinMatrices(all: readonly Facts[], places: readonly (readonly number[])[], size: number): Matrix {
  const addresses = table(all.map(({ matrix }) => matrix.addresses));
  const messages = table(all.map(({ matrix }) => matrix.messages));
  const rows: (MatrixRow | null)[] = Array.from({ length: size }, () => null);
  all.forEach(({ matrix }, cluster) => {
    matrix.rows.forEach((row, from) => {
      const to = places[cluster]?.[from];
      if (row === null || to === undefined || (cluster > 0 && rows[to] !== null)) return;
      rows[to] =
        cluster === 0
          ? row
          : jointRow(row, places[cluster] ?? [], size, addresses.maps[cluster] ?? [], messages.maps[cluster] ?? []);
    });
  });
  return { rows, addresses: addresses.texts, messages: messages.texts };
}

/** Several tables of texts as one, each with its numbers' new ones. */
function table(tables: readonly (readonly string[])[]): { texts: string[]; maps: number[][] } {
  const texts: string[] = [];
  const known = new Map<string, number>();
  const maps = tables.map((one) =>
    one.map((text) => {
      const id = known.get(text) ?? texts.length;
      if (id === texts.length) {
        known.set(text, id);
        texts.push(text);
      }
      return id;
    }),
  );
  return { texts, maps };
}

function jointRow(
  row: MatrixRow,
  places: readonly number[],
  size: number,
  addresses: readonly number[],
  messages: readonly number[],
): MatrixRow {
  const joint = emptyRow(size, row.newestProbe, row.host.positions.length, row.endpoint.positions.length);
  for (const target of targets) {
    const [from, to] = [row[target], joint[target]];
    for (let at = 0; at < row.width; at++) {
      const place = places[at] ?? 0;
      to.presence[place] = from.presence[at] ?? 0;
      from.positions.forEach((position, number) => {
        const copy = to.positions[number];
        if (copy === undefined) return;
        copy.ip[place] = addresses[position.ip[at] ?? 0] ?? 0;
        copyProbe(position.icmp, at, copy.icmp, place, messages);
        copyProbe(position.http, at, copy.http, place, messages);
      });
    }
  }
  return { ...joint, counted: row.counted, notBefore: row.notBefore };
}

/** A failure's number is that of its text plus 2 (`isFailure`). */
function copyProbe(from: ProbeColumns, at: number, to: ProbeColumns, place: number, messages: readonly number[]): void {
  const outcome = from.outcome[at] ?? 0;
  to.outcome[place] = isFailure(outcome) ? (messages[outcome - 2] ?? 0) + 2 : outcome;
  to.latency[place] = from.latency[at] ?? 0;
  to.age[place] = from.age[at] ?? 0;
}
