import { isFailing } from "../matrix/failing.ts";
import { failed } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import type { Scene } from "../scene.ts";
import type { Shape } from "../shapes/shapes.ts";

/**
 * Agents probe node addresses alone; usual and right with CNI chaining (cilium/cilium#9260). Left on with chaining,
 * the health endpoint gets an address that the provider's network does not know (AliyunContainerService/terway#136).
 */
export const endpointHealthDisabled: Rule = {
  causes: [
    {
      id: "endpoint-health-disabled",
      severity: "info",
      title: "endpoint health checking is switched off",
      meaning:
        "enable-endpoint-health-checking is false, so no health endpoint exists and the pod path is not probed. Host paths are still judged. With CNI chaining this is how it should be; left on there, every endpoint probe fails while pods are well.",
      apart: "health-endpoint-missing concerns single nodes while the option is on.",
      confirm:
        "`cilium-dbg endpoint list` in any agent has no row with reserved:health. Where it was left on with chaining, `kubectl get ciliumnodes -o yaml` shows addresses under spec.health that are not of the other CNI's range.",
      fix: "expected with CNI chaining; otherwise set endpointHealthChecking.enabled=true in the Helm values",
      docs: "chaining",
    },
  ],
  find: (scene) => {
    const { settings } = scene;
    if (settings.healthChecking === false) return [];
    if (settings.endpointHealthChecking === false) return [switchedOff(scene)];
    const chaining = chainingOf(scene);
    const shape = chaining === "" ? undefined : scene.shapes.find((one) => isEndpointsEverywhere(scene, one));
    return shape === undefined ? [] : [leftOn(scene, shape, chaining)];
  },
};

/** The chaining mode in which another CNI gives pods their addresses; "" when Cilium does (`portmap` only adds ports). */
function chainingOf({ facts, nodes }: Scene): string {
  const status = nodes.find((node) => (node.agent?.status?.cniChaining ?? "") !== "")?.agent?.status?.cniChaining;
  const mode = facts.config?.get("cni-chaining-mode") ?? status ?? "none";
  return /^(?:none|portmap|)$/.test(mode) ? "" : mode;
}

/** Every endpoint probe, no host path, and no agent fails to reach its own endpoint. */
function isEndpointsEverywhere(scene: Scene, shape: Shape): boolean {
  if (shape.kind !== "all" || !shape.probes.includes("endpoint-http")) return false;
  if (shape.probes.some((kind) => kind === "host-icmp" || kind === "host-http")) return false;
  return scene.nodes.every((_node, at) => !isFailing(scene, "endpoint", at * scene.size + at));
}

function switchedOff({ facts, nodes }: Scene): Claim {
  const mode = facts.config?.get("cni-chaining-mode") ?? "none";
  const chaining = mode === "none" ? "" : `, with cni-chaining-mode: ${mode}`;
  return {
    id: "endpoint-health-disabled",
    confidence: "confirmed",
    title: "the pod path is not probed: endpoint health checking is switched off",
    nodes: nodes.filter((node) => node.agent !== null).map((node) => node.name),
    host: [],
    endpoint: [],
    evidence: [{ text: `cilium-config says enable-endpoint-health-checking: false${chaining}` }],
  };
}

function leftOn(scene: Scene, shape: Shape, mode: string): Claim {
  const plane = scene.planes.primary["host-http"];
  const fine = shape.cells.filter((cell) => !failed(plane[cell])).length;
  return {
    id: "endpoint-health-disabled",
    severity: "warning",
    confidence: "likely",
    title: `endpoint probes fail everywhere: CNI chaining (${mode}) with endpoint health checking left on`,
    nodes: scene.nodes.filter((node) => node.agent !== null).map((node) => node.name),
    host: [],
    endpoint: shape.cells,
    evidence: [
      {
        text: `Cilium is chained to another CNI (${mode}), and enable-endpoint-health-checking is not false`,
      },
      {
        text: `${shape.cells.length} endpoint paths fail, of which ${fine} have a fine host path; no agent fails to reach its own health endpoint`,
      },
    ],
    alternatives: [
      {
        id: "policy-blocks-health",
        why: "the same probes fail where a policy is enforced on the health endpoints: see the enforcement in `cilium-dbg endpoint list`",
      },
    ],
    confirm: [
      {
        node: null,
        argv: ["get", "ciliumnodes", "-o", "custom-columns=NAME:.metadata.name,HEALTH:.spec.health.ipv4"],
        expect: "health addresses outside the range from which the other CNI gives pods their addresses",
      },
    ],
    fix: "set endpointHealthChecking.enabled=false in the Helm values, as the chart does by itself with chaining",
  };
}
