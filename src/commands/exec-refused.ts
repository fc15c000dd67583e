import type { Refusal } from "../collect/collect.ts";
import { HealthError } from "../model/errors.ts";
import type { Look } from "./look.ts";
import { roleManifest } from "./role-manifest.ts";

/**
 * The API server lets this user exec nowhere: exit code 3. What it told before that is in `seen`, judged as any report;
 * no agent was heard.
 */
export class ExecRefused extends HealthError {
  readonly seen: Look;

  constructor(refusal: Refusal, seen: Look) {
    super(sentenceOf(refusal), { exitCode: 3, hint: hintOf(refusal) });
    this.seen = seen;
  }
}

/** The same for a command that has nothing to show of the API alone. */
export function refusalError(refusal: Refusal): HealthError {
  return new HealthError(sentenceOf(refusal), { exitCode: 3, hint: hintOf(refusal) });
}

/** The same for a command of the user's own, which no list of ours can let through. */
export function ownCommandRefused(refusal: Refusal): HealthError {
  const hint = isAdmission(refusal.message) ? freeExec : hintOf(refusal);
  return new HealthError(sentenceOf(refusal), { exitCode: 3, hint });
}

const freeExec =
  "exec runs a command of your own: it needs free exec into the agents' pods, and the policy that `kubectl cilium-health access` prints lets only the plugin's own commands pass.";

function sentenceOf({ pod, status, message }: Refusal): string {
  if (status === 401) return `the API server does not accept the credentials for exec (401): ${message}`;
  return `this user may not run commands in the agents' pods (namespace ${pod.namespace}): ${message}`;
}

function hintOf({ pod, status, message }: Refusal): string {
  return status === 401 ? logInAgain : isAdmission(message) ? letThrough : role(pod.namespace);
}

/**
 * For commands whose exit code counts findings: a finding outranks a gap in coverage, so a refusal beside one that the
 * API alone shows ends with 1. Throws what it is given, or the refusal with that code.
 */
export function throwCounted(error: unknown): never {
  if (!(error instanceof ExecRefused) || error.seen.report.exitCode !== 1) throw error;
  const { findings } = error.seen.report;
  const ids = [...new Set(findings.filter(({ ignored }) => !ignored).map(({ id }) => id))].join(", ");
  const why = `The exit code is 1 for what the API alone shows: ${ids}.`;
  throw new HealthError(error.message, { exitCode: 1, hint: `${error.hint}\n${why}`, cause: error });
}

const logInAgain = "Log in again, for instance by running any kubectl command with the same context.";

const letThrough =
  "An admission policy or webhook refuses it, not a missing right: it must let through the command lines that `kubectl cilium-health access` prints.";

function role(namespace: string): string {
  return `What is needed, for a cluster administrator to apply:\n${roleManifest(namespace, null)}`;
}

/** The words of k8s.io/apiserver for policies and for webhooks (pkg/admission/plugin/policy/validating, webhook/errors). */
function isAdmission(message: string): boolean {
  return /\bdenied (?:the )?request\b/.test(message);
}
