import type { AgentFacts, FailingController } from "../../model/facts.ts";
import { cellsTo, isWhole, judgeAll, podPathFails, probeAt } from "../matrix/judged-cells.ts";
import { failed } from "../matrix/planes.ts";
import type { Claim, Rule } from "../rule.ts";
import { nameOf, type Scene } from "../scene.ts";
import { isFreshAgent } from "../settings/ages.ts";
import { listNames } from "../shapes/figure-words.ts";

/** The datapath of the health endpoint could not be built: cilium/cilium#17647, #14964, #11511. */
export const bpfLoadFailure: Rule = {
  causes: [
    {
      id: "bpf-load-failure",
      severity: "error",
      title: "an agent cannot load its datapath",
      meaning:
        "The agent fails to build or load the BPF programs of its endpoints, the health endpoint among them, most often after a change of kernel or of Cilium. Packets to those endpoints are lost, the node itself answers.",
      apart:
        "Here the health endpoint is not ready, or its regeneration keeps failing. With a blocked port, a policy or a host filter the endpoint is ready.",
      confirm:
        "`cilium-dbg endpoint list` in the agent shows reserved:health not ready, or regenerating at every read; `cilium-dbg status --all-controllers` has an endpoint-…-regeneration-recovery that fails with the loader's or verifier's words.",
      fix: "read the agent's log for the loader's or verifier's error, then change the kernel or the Cilium release; both versions must go together",
      docs: "requirements",
    },
  ],
  find: (scene) => {
    if (scene.shapes.length === 0) return [];
    const judge = podPathFails(scene);
    const broken = scene.nodes.flatMap((facts, node): Broken[] => {
      const symptom = facts.agent === null ? null : symptomOf(facts.agent);
      if (symptom === null || (isFreshAgent(scene, node) && symptom.controller === null)) return [];
      const { cells, judged } = judgeAll(cellsTo(scene, node), judge);
      return isWhole({ cells, judged }) ? [{ node, cells: [...cells, ...ownCell(scene, node)], judged, symptom }] : [];
    });
    return broken.length === 0 ? [] : [claim(scene, broken)];
  },
};

interface Symptom {
  /** State of the health endpoint. */
  readonly state: string;
  readonly controller: FailingController | null;
}

interface Broken {
  readonly node: number;
  readonly cells: readonly number[];
  readonly judged: number;
  readonly symptom: Symptom;
}

const unsettled = /^(?:not-ready|waiting-to-regenerate|regenerating|restoring|invalid)$/;

/** The controller's name bears the endpoint's number; where the endpoint is not known, any that keeps failing counts. */
function symptomOf({ endpoints, status }: AgentFacts): Symptom | null {
  const health = endpoints?.health ?? null;
  const name = health === null ? /^endpoint-\d+-regeneration-recovery$/ : recoveryOf(health.id);
  const controller = status?.failingControllers.find((one) => name.test(one.name)) ?? null;
  const state = health?.state ?? "";
  return controller === null && !unsettled.test(state) ? null : { state, controller };
}

function recoveryOf(id: number): RegExp {
  return new RegExp(`^endpoint-${id}-regeneration-recovery$`);
}

function ownCell(scene: Scene, node: number): number[] {
  const cell = node * scene.size + node;
  return failed(probeAt(scene, "endpoint-icmp", cell)) || failed(probeAt(scene, "endpoint-http", cell)) ? [cell] : [];
}

function claim(scene: Scene, broken: readonly Broken[]): Claim {
  const names = broken.map(({ node }) => nameOf(scene, node));
  const namesBpf = broken.some(({ symptom }) =>
    /bpf|verifier|compil|clang|program|kernel|\belf\b/i.test(symptom.controller?.lastFailure ?? ""),
  );
  return {
    id: "bpf-load-failure",
    confidence: namesBpf ? "confirmed" : "likely",
    title: `the health endpoint of ${listNames(names)} has no working datapath`,
    nodes: names,
    host: [],
    endpoint: broken.flatMap(({ cells }) => cells),
    evidence: [...broken.slice(0, 3).flatMap((one) => evidenceOf(scene, one)), ...kernelEvidence(scene, broken)],
    ...(namesBpf ? {} : { alternatives: [otherwise] }),
    confirm: [
      {
        node: names[0] ?? null,
        argv: ["cilium-dbg", "endpoint", "list"],
        expect: "the endpoint reserved:health is not ready, or regenerating at every read",
      },
      {
        node: names[0] ?? null,
        argv: ["cilium-dbg", "status", "--all-controllers"],
        expect: "endpoint-…-regeneration-recovery fails with the loader's or verifier's error",
      },
    ],
  };
}

const otherwise = {
  id: "local-health-endpoint-broken",
  why: "if the controllers of the regeneration are well and cilium-health-ep alone fails",
};

function evidenceOf(scene: Scene, { node, cells, judged, symptom }: Broken): Claim["evidence"] {
  const name = nameOf(scene, node);
  const { state, controller } = symptom;
  const said = controller === null ? "" : `: ${controller.lastFailure.slice(0, 200)}`;
  return [
    ...(state === "" || state === "ready"
      ? []
      : [
          {
            text: `the health endpoint of ${name} is ${state}`,
            node: name,
            capture: "cilium-endpoint-list.json" as const,
          },
        ]),
    ...(controller === null
      ? []
      : [
          {
            text: `${controller.name} has failed ${controller.consecutiveFailures} times in a row on ${name}${said}`,
            node: name,
            capture: "cilium-status.json" as const,
          },
        ]),
    {
      text: `the pod path to ${name} fails on ${cells.length} of ${judged} judged paths, its node address answers`,
      node: name,
    },
  ];
}

/** Several nodes of one kernel that no healthy node runs: the kernel is what they have in common. */
function kernelEvidence({ nodes }: Scene, broken: readonly Broken[]): Claim["evidence"] {
  const affected = new Set(broken.map(({ node }) => nodes[node]?.kube?.kernelVersion ?? ""));
  const [kernel = ""] = affected;
  const isBroken = new Set(broken.map(({ node }) => node));
  const isShared = nodes.some((node, index) => !isBroken.has(index) && node.kube?.kernelVersion === kernel);
  if (affected.size !== 1 || kernel === "" || isShared || broken.length === nodes.length) return [];
  return [{ text: `kernel ${kernel} runs on ${broken.length === 1 ? "this node" : "these nodes"} and on no other` }];
}
