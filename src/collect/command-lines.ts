import { baseCaptures, type CaptureSpec, confirmingCaptures, deepCaptures, withOldName } from "./captures.ts";
import { checkCaptures, listCaptures } from "./check-captures.ts";
import { headCapture, probeCapture } from "./pulse-captures.ts";
import { shortCaptures, shortNodeList } from "./short-captures.ts";

/**
 * Every command line that is ever run in an agent, word by word and each once: first those of every run, then those
 * that confirm a suspicion, fill a bundle or are asked by `check`, each followed by its old name for agents without
 * `cilium-dbg`.
 */
export const commandLines: readonly (readonly string[])[] = eachOnce(
  [
    baseCaptures,
    shortCaptures,
    [headCapture, probeCapture, shortNodeList],
    confirmingCaptures,
    deepCaptures,
    checkCaptures,
    listCaptures,
  ]
    .flatMap((some): readonly CaptureSpec[] => Object.values(some))
    .flatMap(({ argv }) => [argv, withOldName(argv)])
    .filter((argv) => argv !== null),
);

function eachOnce(lines: readonly (readonly string[])[]): readonly (readonly string[])[] {
  return [...new Map(lines.map((argv) => [JSON.stringify(argv), argv])).values()];
}
