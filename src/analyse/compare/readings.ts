import { type BaseCaptureId, type CaptureId, captureIds, type KeptCaptureId } from "../../model/capture.ts";
import type { CaptureFailure } from "../../model/facts.ts";
import type { Answer, CheckScene } from "../check.ts";
import { confirmingText } from "../scene.ts";

/** What was read of a node, or the answer that says why nothing was. */
export type Reading<T> = { readonly read: T } | { readonly answer: Answer };

/** The text of a capture of a node. */
export function textOf(checked: CheckScene, node: number, id: KeptCaptureId): Reading<string> {
  const text = confirmingText(checked.scene.nodes[node], id);
  return text === null ? { answer: notRead(checked, node, id) } : { read: text };
}

/** A capture's text understood; null from `parse` means that it makes no sense. */
export function parsed<T>(
  checked: CheckScene,
  node: number,
  id: KeptCaptureId,
  parse: (text: string) => T | null,
): Reading<T> {
  const reading = textOf(checked, node, id);
  if ("answer" in reading) return reading;
  const value = parse(reading.read);
  if (value !== null) return { read: value };
  return { answer: { node, status: "not run", text: `what the agent printed for ${id} makes no sense`, due: false } };
}

/** Why a capture of a node is missing. */
export function notRead({ scene }: CheckScene, node: number, id: CaptureId): Answer {
  const agent = scene.nodes[node]?.agent;
  const answer = (text: string, due: boolean): Answer => ({ node, status: "not run", text, due });
  if (agent == null) return answer("no agent pod", true);
  if (agent.notAsked !== "") return answer(agent.notAsked, true);
  const failure = failureOf(agent.failures, id) ?? agent.unread.get(id as KeptCaptureId) ?? silence(agent.failures);
  if (failure !== null) {
    // An agent that says how it is does answer: a part of it that is switched off, or older, is no silence.
    const isDue = !isAnAnswer(failure) && !(didRun(failure) && agent.status !== null);
    return answer(`${said(failure, id)}${failure.message}`, isDue);
  }
  const { kind } = scene.facts.source;
  if (kind === "cluster" || kind === "demo") {
    return answer(
      grows.includes(id) ? "it was not asked for with so many agents: --lists does" : "it was not asked",
      false,
    );
  }
  return answer(`the ${kind === "captures" ? "saved state" : kind} does not hold ${id}`, false);
}

/** What a large cluster is not asked for unless --lists says so. */
const grows: readonly CaptureId[] = ["cilium-endpoint-list.json", "ip-route.txt"];

function failureOf(failures: readonly CaptureFailure[], id: CaptureId): CaptureFailure | null {
  return failures.find((failure) => failure.id === id) ?? null;
}

/** An agent that could not be exec'd into is not asked anything more: its first failure stands for all. */
function silence(failures: readonly CaptureFailure[]): CaptureFailure | null {
  return failures.find((failure) => !isAnAnswer(failure)) ?? null;
}

/** What failed is named where the agent answered otherwise. */
function said(failure: CaptureFailure, wanted: CaptureId): string {
  return failure.id === wanted && isAnAnswer(failure) && !isBase(wanted) ? `${wanted}: ` : "";
}

function isBase(id: CaptureId): id is BaseCaptureId {
  return (captureIds as readonly string[]).includes(id);
}

/** What Cilium's programs say where the agent behind them does not answer (pkg/client, Hint). */
const silent = /\.sock|connection refused|daemon unreachable|client timeout|deadline exceeded|agent running/i;

/** The command ran to its own end, or the image has no such program: then nothing is silent. */
function isAnAnswer(failure: CaptureFailure): boolean {
  if (/executable file not found/.test(failure.message)) return true;
  return didRun(failure) && !silent.test(failure.message);
}

/** Some runtimes report an exit code as an error of their own, in words. */
function didRun({ reason, message }: CaptureFailure): boolean {
  return /^(?:exit-|not-json$|wrong-shape$|empty$|too-big$)/.test(reason) || /\bexit (?:status|code) \d+/.test(message);
}
