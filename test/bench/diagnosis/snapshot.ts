import { captureIds } from "../../../src/model/capture.ts";
import type { Want } from "../../../src/model/report.ts";
import { type FactsReducer, factsReducer } from "../../../src/parse/facts.ts";
import { networkOf } from "./network.ts";
import { baseReply } from "./print-agent.ts";
import { confirmingReply } from "./print-confirming.ts";
import { kubeLists } from "./print-objects.ts";
import { ownMachines, type World } from "./world.ts";

const source = { kind: "cluster", context: "bench", cluster: "bench", server: "", name: "" } as const;

/** The first round of a run: API objects and every agent's base captures, through the product's own parsers. */
export function firstRound(world: World): FactsReducer {
  const reducer = factsReducer(source, "cilium-agent");
  for (const list of kubeLists(world)) reducer.addList(list);
  const net = networkOf(world);
  for (const machine of ownMachines(world)) {
    const { agent } = machine;
    if (agent === null || agent.state !== "running") continue;
    for (const id of captureIds) {
      const outcome = baseReply(net, machine, agent, id);
      reducer.add({ node: machine.name, pod: agent.pod, id, argv: [], outcome });
      if (outcome.kind === "timeout" || outcome.kind === "http") break;
    }
  }
  return reducer;
}

/** The second round: what the rules want, from running agents that can be reached, and nothing else. */
export function secondRound(world: World, reducer: FactsReducer, wanted: readonly Want[]): number {
  let asked = 0;
  for (const { node, capture } of wanted) {
    const machine = ownMachines(world).find((one) => one.name === node);
    const agent = machine?.agent ?? null;
    if (machine === undefined || agent === null || agent.state !== "running") continue;
    if (!machine.powered || agent.health === "exec-fails") continue;
    const outcome = confirmingReply(world, machine, agent, capture);
    reducer.add({ node, pod: agent.pod, id: capture, argv: [], outcome });
    asked++;
  }
  return asked;
}
