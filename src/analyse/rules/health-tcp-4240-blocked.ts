import { filterCaptures, filterEvidence, type Needed, openEvidence } from "../evidence/filter-evidence.ts";
import { blank, failed, fine, silent } from "../matrix/planes.ts";
import type { Claim, ConfirmStep, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { healthPort, isHeard, isTunnel, trustsPing } from "../settings/wire.ts";
import { countEvidence, wantFromFigures } from "../shapes/figure-facts.ts";
import { isRectangle, membersOf, namesOf, placeOf, sinksOf } from "../shapes/figure-words.ts";
import { type Figure, figuresOf, type Judge, joinAlike } from "../shapes/signature.ts";

/** Only the health port is filtered (SUSE/skuba#403, zifeo/terraform-openstack-rke2#20). */
export const healthTcp4240Blocked: Rule = {
  causes: [
    {
      id: "health-tcp-4240-blocked",
      severity: "warning",
      title: "the health port is filtered",
      meaning:
        "The probe of the health port on the node's own address times out, while the node is there: ping or the pod path answers. A host filter or a security group lacks tcp/4240. Pods are not harmed; Cilium calls the nodes unreachable all the same, and nobody will notice when they really are.",
      apart:
        "A stopped agent and a taken port refuse the connection instead of dropping it; where only ping fails it is icmp-blocked; with the host firewall on, a policy for nodes may be the filter.",
      confirm:
        "`iptables -S INPUT` in the agent of the node that is not reached shows a rule or policy that drops tcp/4240; where it shows none, the filter stands outside the node.",
      fix: "open tcp/4240 (or cluster-health-port) between all nodes, in host filters and in the cloud's",
      docs: "firewall",
    },
  ],
  find: (scene) => figures(scene).map((figure) => claim(scene, figure)),
  wants: (scene) => wantFromFigures(scene, figures(scene), [...filterCaptures]),
};

/** Ping to the node passes; or nothing does on its own address while the pod path, in the tunnel, is whole. */
const portSilent: Judge = (ni, nh, ei, eh) => {
  if (nh === fine) return fine;
  if (nh !== silent) return blank;
  if (ni === fine) return silent;
  return failed(ni) && eh === fine && (ei === fine || ei === blank || failed(ei)) ? silent : blank;
};

/** Connections that are lost here and there are no filter's doing. */
function figures(scene: Scene): Figure[] {
  const found = joinAlike(figuresOf(scene, portSilent));
  return found.filter((figure) => figure.kind !== "one-way" || isRectangle(scene, figure));
}

function claim(scene: Scene, figure: Figure): Claim {
  const needed: Needed = { protocol: "tcp", port: healthPort(scene) };
  const filters = filterEvidence(scene, figure, needed);
  const pinged = figure.cells.filter((cell) => scene.planes.primary["host-icmp"][cell] === fine);
  const withPing = pinged.length < figure.cells.length / 2;
  const pods = podPathsToo(scene, figure);
  return {
    id: "health-tcp-4240-blocked",
    confidence: filters.proven ? "confirmed" : isClear(scene, figure) ? "likely" : "possible",
    title: `tcp/${needed.port}${withPing ? " and ping are" : " is"} filtered ${placeOf(scene, figure)}; the node${membersOf(scene, figure).length === 1 ? " is" : "s are"} there`,
    nodes: namesOf(scene, membersOf(scene, figure)),
    host: figure.cells,
    endpoint: pods,
    evidence: [
      ...countEvidence(scene, figure, `tcp/${needed.port} of the node's address is silent`),
      withPing
        ? { text: "ping fails with it, the pod path passes through the tunnel" }
        : { text: `ping to the same address passes on ${pinged.length} of these ${figure.cells.length}` },
      ...(pods.length === 0 ? [] : [{ text: podSentence(pods, needed) }]),
      ...filters.evidence,
      ...openEvidence(scene, filters, needed),
    ],
    alternatives: filters.proven ? [] : alternatives(scene, figure),
    confirm: confirmSteps(scene, figure, needed),
  };
}

function podSentence(pods: readonly number[], { port }: Needed): string {
  return `with native routing the same filter sees the pod path: tcp/${port} to the health endpoint fails on ${pods.length} of them, ping to it passes`;
}

/** A lone path may be one lost probe; ping of old agents, or no word of the pod path, leaves other readings. */
function isClear(scene: Scene, figure: Figure): boolean {
  return trustsPing(scene) && (figure.kind !== "one-way" || figure.cells.length > 1);
}

/** Without a tunnel a filter in the network sees the probe of the health endpoint as what it is: the same port. */
function podPathsToo(scene: Scene, figure: Figure): number[] {
  if (isTunnel(scene)) return [];
  const { "endpoint-icmp": ei, "endpoint-http": eh } = scene.planes.primary;
  return figure.cells.filter((cell) => eh[cell] === silent && !failed(ei[cell]));
}

function alternatives(scene: Scene, figure: Figure): readonly { id: string; why: string }[] {
  const policy = {
    id: "host-policy-blocks-probes",
    why: "the host firewall is on: a policy for nodes may be the filter; the enforcement of reserved:host would tell",
  };
  const input = {
    id: "host-input-drop",
    why: "a ping result of Cilium before 1.15 may be old: the node may drop everything; ask it again in a minute",
  };
  const agent = {
    id: "agent-down",
    why: "an agent that hangs answers no connection either, while its health endpoint does; commands in it would not end",
  };
  const isFirewalled = scene.facts.config?.get("enable-host-firewall") === "true";
  return [
    ...(isFirewalled ? [policy] : []),
    ...(trustsPing(scene) ? [] : [input]),
    ...(figure.kind === "column" ? [agent] : []),
  ];
}

/** Whether the port is silent is what the probe says already; what is left to see is whose filter it is. */
function confirmSteps(scene: Scene, figure: Figure, { port }: Needed): ConfirmStep[] {
  const node = sinksOf(scene, figure.cells).find((one) => isHeard(scene.nodes[one]));
  if (node === undefined) return [];
  return [
    {
      node: nameOf(scene, node),
      argv: ["iptables", "-S", "INPUT"],
      expect: `a rule or policy that drops tcp/${port}; without one, the filter stands outside the node`,
    },
  ];
}
