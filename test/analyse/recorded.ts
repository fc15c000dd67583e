import { fileURLToPath } from "node:url";
import { openSavedState } from "../../src/bundle/open-saved-state.ts";
import { type CaptureId, captureIds, confirmingCaptureIds } from "../../src/model/capture.ts";
import type { Facts } from "../../src/model/facts.ts";
import { factsReducer } from "../../src/parse/facts.ts";

const scenarios = fileURLToPath(new URL("../../src/demo/scenarios/", import.meta.url));

/** One recorded case as FACTS; `confirming` names the captures of the second round that were read, none by default. */
export async function recorded(name: string, confirming: readonly CaptureId[] = []): Promise<Facts> {
  const state = await openSavedState(`${scenarios}${name}`);
  const reducer = factsReducer({ kind: "captures", context: "", cluster: "", server: "", name }, "cilium-agent");
  for (const list of await state.lists()) reducer.addList(list);
  for (const pod of reducer.agents()) {
    for (const id of [...captureIds, ...confirming]) {
      const capture = await state.capture(pod.node, pod.name, id, []);
      if (capture !== null) reducer.add(capture);
    }
  }
  return reducer.finish();
}

/** The same with everything the second round may ask for. */
export function recordedInFull(name: string): Promise<Facts> {
  return recorded(name, confirmingCaptureIds);
}
