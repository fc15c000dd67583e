import { chmodSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { agentPrograms, recordedCommands } from "../../src/demo/recorded-commands.ts";
import type { Built } from "./build.ts";

type RecordedCommand = (typeof recordedCommands)[number];

/** Environment of every command run in one agent pod. */
export interface PodEnvironment {
  readonly pod: string;
  readonly namespace: string;
  readonly variables: Readonly<Record<string, string>>;
}

/** Names the folder of recorded output the commands below print from. */
export const recordedVariable = "E2E_RECORDED";

/** Of the machine, run as they are: they find what they start in kwok's PATH, so the stand-ins below. */
const ofTheMachine: ReadonlyMap<string, readonly string[]> = new Map([
  ["bash", ['exec /usr/bin/bash "$@"']],
  // kwok tells no code of a process that a signal ended; a container runtime gives 128 + n, and so does this shell.
  ["timeout", ['/usr/bin/timeout "$@"', "exit $?"]],
]);

/** What cilium-dbg reads from the kernel or by another way than the API sockets. */
const beyondSockets = new Set(["cilium-status.txt", "bpf-metrics.json", "bpf-ipcache.json", "encrypt-status.json"]);

const ciliumPrograms = new Set(["cilium-health", "cilium-dbg", "cilium"]);

/** Whether a command prints a file of its agent's folder, rather than what Cilium's programs read from the sockets. */
export function printsFile({ argv: [program = ""], file }: RecordedCommand): boolean {
  return !ciliumPrograms.has(program) || beyondSockets.has(file);
}

/**
 * Fills `folder` with what kwok is to find first in its PATH: a command kwok runs for a pod is looked up in kwok's own
 * PATH, whatever the pod's environment says.
 */
export function writeCommands(folder: string, built: Built): void {
  mkdirSync(folder, { recursive: true });
  const real: Readonly<Record<string, string>> = {
    "cilium-health": built.binaries["cilium-health"],
    "cilium-dbg": built.binaries["cilium-dbg"],
    cilium: built.binaries["cilium-dbg"],
  };
  for (const program of agentPrograms) {
    const asIs = ofTheMachine.get(program);
    const binary = real[program];
    const answers = recordedCommands.filter((command) => command.argv[0] === program && printsFile(command));
    const path = join(folder, program);
    writeFileSync(path, asIs ? ["#!/bin/sh", ...asIs, ""].join("\n") : commandScript(program, answers, binary));
    chmodSync(path, 0o755);
  }
}

/** Cilium's monitor as of an agent whose drops are recorded: all of them at once, and then none ever again. */
const recordedMonitor = [
  `if [ "$*" = "monitor --type drop --json" ] && [ -f "$${recordedVariable}/monitor-drop.jsonl" ]; then`,
  // As of the real one, which sees its interrupt with the next event.
  "  trap '' INT",
  `  cat "$${recordedVariable}/monitor-drop.jsonl"`,
  "  exec sleep 600",
  "fi",
];

/** Where no clock was recorded, the agents' is this machine's. */
const clock = [`[ -f "$${recordedVariable}/date.txt" ] || exec /usr/bin/date "$@"`];

function commandScript(program: string, answers: typeof recordedCommands, binary: string | undefined): string {
  const cases = answers.map(({ argv, file }) => `"${argv.slice(1).join(" ")}") file=${file} ;;`);
  const otherwise =
    binary === undefined
      ? `*) echo "${program} $*: nothing was recorded for this" >&2; exit 1 ;;`
      : `*) exec "${binary}" "$@" ;;`;
  return [
    "#!/bin/sh",
    "# Without this line cat would be looked up where this file is, and found to be one of these scripts.",
    "PATH=/usr/bin:/bin",
    ...(program.startsWith("cilium-health") || binary === undefined ? [] : recordedMonitor),
    ...(program === "date" ? clock : []),
    'case "$*" in',
    ...cases,
    otherwise,
    "esac",
    `cd "$${recordedVariable}" || exit 1`,
    '[ -f "$file.stderr" ] && cat "$file.stderr" >&2',
    '[ -f "$file" ] && cat "$file"',
    '[ -f "$file.rc" ] && exit "$(cat "$file.rc")"',
    '[ -f "$file" ]',
    "",
  ].join("\n");
}

/** kwok's configuration: what a command gets in each pod, and no life cycle, for the rig writes the statuses. */
export function kwokConfiguration(pods: readonly PodEnvironment[]): string {
  const execs = pods.map(({ pod, namespace, variables }) => ({
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Exec",
    metadata: { name: pod, namespace },
    spec: {
      execs: [
        {
          containers: ["cilium-agent"],
          local: { envs: Object.entries(variables).map(([name, value]) => ({ name, value })) },
        },
      ],
    },
  }));
  // kwok refuses to start without a stage; nothing matches this one.
  const stage = {
    apiVersion: "kwok.x-k8s.io/v1alpha1",
    kind: "Stage",
    metadata: { name: "none" },
    spec: {
      resourceRef: { apiGroup: "v1", kind: "Pod" },
      selector: { matchLabels: { "kwok-stage": "none" } },
      next: { statusTemplate: "phase: Running" },
    },
  };
  return [...execs, stage].map((document) => JSON.stringify(document)).join("\n---\n");
}
