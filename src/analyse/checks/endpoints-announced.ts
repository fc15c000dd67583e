import type { AgentEndpoints } from "../../model/facts.ts";
import type { AnnouncedEndpoint } from "../../model/lists.ts";
import type { Answer, Check, CheckScene } from "../check.ts";
import { doubtful, fine } from "../compare/per-node.ts";
import { notRead } from "../compare/readings.ts";

export const endpointsAnnounced: Check = {
  cause: {
    id: "endpoints-announced",
    severity: "warning",
    title: "CiliumEndpoints against the endpoints that each agent has",
    meaning:
      "What the API says of a pod's endpoint is not what its own agent has: a CiliumEndpoint is left of a pod that is gone, or is missing, or has another address or identity. The other agents learn of pods from there, so they send to the wrong place or apply the wrong policy.",
    apart:
      "An endpoint that came or went while the lists were read differs for a moment: those not ready are left out.",
    confirm: "`kubectl get ciliumendpoints -A -o wide` beside `cilium-dbg endpoint list` in the agent of that node.",
    fix: "restart the agent of the node, which announces its endpoints anew; a CiliumEndpoint without a pod may be deleted",
    docs: "policy",
  },
  look: (checked) => {
    const { scene, nodes, lists } = checked;
    const { endpoints } = lists;
    if (typeof endpoints === "string") return [{ node: null, status: "not run", text: endpoints, due: false }];
    if (scene.facts.config?.get("disable-endpoint-crd") === "true")
      return [fine(null, "CiliumEndpoints are switched off")];
    if (endpoints.length === 0)
      return [fine(null, "the API has no CiliumEndpoints: they are switched off, or there are no pods")];
    const byNode = new Map<string, AnnouncedEndpoint[]>();
    for (const one of endpoints) {
      const some = byNode.get(one.nodeIP) ?? [];
      byNode.set(one.nodeIP, some);
      some.push(one);
    }
    return nodes.map((node) => judge(checked, node, byNode));
  },
};

function judge(checked: CheckScene, node: number, byNode: ReadonlyMap<string, readonly AnnouncedEndpoint[]>): Answer {
  const facts = checked.scene.nodes[node];
  const own = facts?.agent?.endpoints ?? null;
  if (own === null) return notRead(checked, node, "cilium-endpoint-list.json");
  const ips = [...(facts?.cilium?.internalIPs ?? []), ...(facts?.kube?.internalIPs ?? [])];
  const announced = [...new Set(ips)].flatMap((ip) => byNode.get(ip) ?? []);
  const said = differences(own, announced);
  if (said.length === 0) return fine(node);
  const more = said.length > mostNamed ? ` and ${said.length - mostNamed} more` : "";
  return doubtful(node, `${said.slice(0, mostNamed).join("; ")}${more}`);
}

const mostNamed = 3;

function differences(own: AgentEndpoints, announced: readonly AnnouncedEndpoint[]): string[] {
  const byPod = new Map(announced.map((one) => [one.pod, one]));
  const pods = new Set(own.pods.map(({ pod }) => pod));
  const unlike = own.pods.flatMap((endpoint) => {
    if (endpoint.state !== "ready") return [];
    const other = byPod.get(endpoint.pod);
    if (other === undefined) return [`${endpoint.pod} has no CiliumEndpoint`];
    if (other.identity !== endpoint.identity) {
      return [`${endpoint.pod} has identity ${endpoint.identity}, its CiliumEndpoint ${other.identity}`];
    }
    const strange = endpoint.ips.filter((ip) => !other.ips.includes(ip));
    if (other.ips.length === 0 || strange.length === 0) return [];
    return [`${endpoint.pod} has ${strange.join(", ")}, its CiliumEndpoint ${other.ips.join(", ")}`];
  });
  const left = announced
    .filter(({ pod, state }) => !pods.has(pod) && (state === "ready" || state === ""))
    .map(({ pod }) => `a CiliumEndpoint of ${pod}, which the agent does not have`);
  return [...unlike, ...left];
}
