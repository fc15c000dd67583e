import type { ListedNode, NodesReport } from "../model/nodes.ts";
import { documentHead, publicCoverage } from "./document.ts";

/** The public document of `nodes`; its nodes are read once, as they are written. */
export function nodesDocument({ report, lists, nodes, findings }: NodesReport): Record<string, unknown> {
  return {
    ...documentHead("Nodes", report),
    coverage: publicCoverage(report.coverage),
    lists,
    nodes: { [Symbol.iterator]: () => publicNodes(nodes) } satisfies Iterable<unknown>,
    findings,
  };
}

function* publicNodes(nodes: readonly ListedNode[]): Generator<Record<string, unknown>> {
  for (const { node, kubernetes, ciliumNode, nodeLists, healthLists, addresses, troubles } of nodes) {
    const { name, cluster, remote, zone, ip, healthIP, podCIDRs, agent } = node;
    yield {
      name,
      cluster,
      remote,
      zone,
      ip,
      healthIP,
      podCIDRs,
      kubernetes,
      ciliumNode,
      agent,
      nodeLists,
      healthLists,
      addresses,
      troubles,
    };
  }
}
