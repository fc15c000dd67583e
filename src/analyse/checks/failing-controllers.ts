import type { FailingController } from "../../model/facts.ts";
import type { Answer, Check, CheckScene } from "../check.ts";
import { namedFault, statusOf } from "../compare/named-faults.ts";
import { doubtful, fine } from "../compare/per-node.ts";
import { notRead } from "../compare/readings.ts";
import { ageAt, commonClock, spanText } from "../settings/ages.ts";

export const failingControllers: Check = {
  cause: {
    id: "failing-controllers",
    severity: "error",
    title: "controllers of each agent that keep failing",
    meaning:
      "A controller is a task that an agent repeats until it succeeds: pings of its own health endpoint, announcing nodes and endpoints, clean-ups. One that keeps failing leaves its part of the state as it was.",
    apart:
      "local-health-endpoint-broken, bpf-load-failure and neighbor-stale are named where their controllers fail. One or two failures in a row are common and are said without a warning.",
    confirm: "`cilium-dbg status --all-controllers` in the agent shows each with its last error.",
    fix: "read the error; most name what cannot be reached or made. The agent's log has what came before it",
    docs: "node-to-node",
  },
  look: (checked) => checked.nodes.flatMap((node) => judge(checked, node)),
};

/** Fewer failures in a row than this come and go: a lost connection, a restarted API server. */
const lasting = 3;
const longestError = 200;
const rules = ["local-health-endpoint-broken", "bpf-load-failure", "neighbor-stale", "udev-mac-policy"];

function judge(checked: CheckScene, node: number): Answer | Answer[] {
  const status = checked.scene.nodes[node]?.agent?.status ?? null;
  if (status === null) return notRead(checked, node, "cilium-status.json");
  const failing = status.failingControllers;
  const worst = failing.filter(({ consecutiveFailures }) => consecutiveFailures >= lasting);
  if (worst.length === 0) {
    return fine(node, failing.length === 0 ? "" : `failed lately: ${failing.map(({ name }) => name).join(", ")}`);
  }
  const fault = namedFault(checked, node, rules);
  return worst.map((controller) => {
    const text = sentence(checked, node, controller);
    if (fault === null) return doubtful(node, text);
    const isNamed = fault.evidence.some((one) => one.text.includes(controller.name));
    return isNamed ? { node, status: statusOf(fault), text, id: fault.id, fix: fault.fix } : doubtful(node, text);
  });
}

function sentence({ scene }: CheckScene, node: number, controller: FailingController): string {
  const { name, consecutiveFailures, lastFailure, lastSuccessAt } = controller;
  const clock = scene.nodes[node]?.agent?.clock || commonClock(scene);
  const age = ageAt(clock, lastSuccessAt);
  const since =
    lastSuccessAt === "" ? "" : `, last well ${age === null ? `at ${lastSuccessAt}` : `${spanText(age)} ago`}`;
  const error = lastFailure.trim().replace(/\s+/g, " ");
  const cut = error.length > longestError ? `${error.slice(0, longestError)}…` : error;
  return `${name} has failed ${consecutiveFailures} times in a row${since}: ${cut || "it gives no error"}`;
}
