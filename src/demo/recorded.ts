import { HealthError } from "../model/errors.ts";
import { derivedOutput } from "./derived-outputs.ts";
import { type LiveRecording, liveRecording } from "./live-recording.ts";
import { headTemplate } from "./mesh-short.ts";
import { agentPrograms, recordedFile } from "./recorded-commands.ts";
import {
  type AgentReply,
  type KubeObject,
  printed,
  type Scenario,
  type ScenarioResource,
  unanswered,
} from "./scenario.ts";
import { openScenarioFiles, type ScenarioFiles, type ScenarioSource } from "./scenario-files.ts";

/** A recorded scenario, with what its recording says must be found in it. */
export interface RecordedScenario extends Scenario {
  /** `expect.json` as it stands in the folder. */
  readonly expect: unknown;
}

export interface ScenarioEntry {
  readonly name: string;
  /** How the fault was injected, one line. */
  readonly how: string;
}

/** A node's files by name, or the text with which exec into it fails. */
type NodeRecording = { readonly files: ReadonlyMap<string, Buffer> } | { readonly unreachable: string };

const kubeFiles: Readonly<Record<ScenarioResource, string>> = {
  pods: "pods.json",
  nodes: "nodes.json",
  configmaps: "cilium-config.json",
  ciliumnodes: "ciliumnodes.json",
  ciliumendpoints: "ciliumendpoints.json",
  ciliumclusterwidenetworkpolicies: "ciliumclusterwidenetworkpolicies.json",
};

/** The scenarios of `source`, by name. */
export async function listScenarios(source: ScenarioSource): Promise<readonly ScenarioEntry[]> {
  const files = await openScenarioFiles(source);
  return Promise.all(
    (await scenarioNames(files)).map(async (name) => ({ name, how: howOf(await readExpect(files, name)) })),
  );
}

async function scenarioNames(files: ScenarioFiles): Promise<readonly string[]> {
  return (await files.names("")).filter((name) => name.endsWith("/")).map((name) => name.slice(0, -1));
}

/** Reads the scenario `name` of `source`. Throws HealthError (exit 2) naming the known ones when there is none. */
export async function readScenario(source: ScenarioSource, name: string): Promise<RecordedScenario> {
  const files = await openScenarioFiles(source);
  const known = await scenarioNames(files);
  if (!known.includes(name)) {
    throw new HealthError(`there is no recorded scenario "${name}"`, {
      exitCode: 2,
      hint: `Recorded scenarios: ${known.join(", ")}.`,
    });
  }
  const objects = new Map<ScenarioResource, readonly KubeObject[]>();
  for (const [resource, file] of Object.entries(kubeFiles) as [ScenarioResource, string][]) {
    const items = readObjects(await files.read(`${name}/kube/${file}`));
    if (items !== null) objects.set(resource, items);
  }
  const nodes = await readNodes(files, `${name}/nodes`);
  const expect = await readExpect(files, name);
  const objectsOf = (resource: ScenarioResource) => objects.get(resource) ?? null;
  const live = liveRecording(objectsOf, expect);
  return {
    name,
    expect,
    objects: objectsOf,
    reply: (node, argv) => replyOf(node, nodes.get(node), argv, live),
  };
}

function replyOf(
  name: string,
  node: NodeRecording | undefined,
  argv: readonly string[],
  live: LiveRecording,
): AgentReply {
  if (node === undefined) return { kind: "unreachable", message: "the recording has no outputs of this agent" };
  if ("unreachable" in node) return { kind: "unreachable", message: node.unreachable };
  const lively = live.reply(name, node.files, argv);
  if (lively !== null) return lively;
  const isHead = argv.join(" ") === `cilium-health status -o ${headTemplate}`;
  const file = isHead ? "cilium-health-status.json" : recordedFile(argv);
  const recorded = file === null ? undefined : node.files.get(file);
  if (file === null || recorded === undefined) return derivedReply(name, node.files, argv, live);
  const stdout = isHead ? headOf(recorded) : live.applied(name, file, recorded);
  const stderr = node.files.get(`${file}.stderr`)?.toString("utf8") ?? "";
  const exitCode = Number.parseInt(node.files.get(`${file}.rc`)?.toString("utf8") ?? "0", 10);
  return printed(stdout, stderr, exitCode);
}

function derivedReply(
  name: string,
  files: ReadonlyMap<string, Buffer>,
  argv: readonly string[],
  live: LiveRecording,
): AgentReply {
  const derived = derivedOutput(argv);
  const recorded = derived === null ? undefined : files.get(derived.file);
  if (derived === null || recorded === undefined) return unanswered(argv, agentPrograms);
  const text = derived.text(live.applied(name, derived.file, recorded).toString("utf8"));
  return text === null ? unanswered(argv, agentPrograms) : printed(text);
}

/** What the program prints of a recorded report for the template; nothing where nothing was recorded but an error. */
function headOf(recorded: Buffer): string {
  if (recorded.length === 0) return "";
  const { timestamp, local, probeInterval, nodes } = JSON.parse(recorded.toString("utf8"));
  const cells = [timestamp, local?.name, probeInterval].map((cell) => cell ?? "").join("\t");
  return `head\t${cells}\n${".".repeat(nodes?.length ?? 0)}\nend\n`;
}

async function readNodes(files: ScenarioFiles, folder: string): Promise<ReadonlyMap<string, NodeRecording>> {
  const names = (await files.names(folder)).map((name) => name.replace(/\/$/, ""));
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readNode(files, `${folder}/${name}`)] as const)),
  );
}

async function readNode(files: ScenarioFiles, folder: string): Promise<NodeRecording> {
  const outputs = new Map<string, Buffer>();
  for (const name of await files.names(folder)) {
    const bytes = await files.read(`${folder}/${name}`);
    if (bytes !== null) outputs.set(name, bytes);
  }
  const unreachable = outputs.get("unreachable");
  return unreachable === undefined ? { files: outputs } : { unreachable: unreachable.toString("utf8").trim() };
}

/** The items of a List, or a single object; null when the recording lacks the file. */
function readObjects(bytes: Buffer | null): readonly KubeObject[] | null {
  if (bytes === null) return null;
  const value: unknown = JSON.parse(bytes.toString("utf8"));
  const items = typeof value === "object" && value !== null && "items" in value ? value.items : [value];
  return Array.isArray(items) ? items.filter(isKubeObject) : [];
}

function isKubeObject(value: unknown): value is KubeObject {
  if (typeof value !== "object" || value === null || !("metadata" in value)) return false;
  const { metadata } = value;
  return typeof metadata === "object" && metadata !== null && "name" in metadata && typeof metadata.name === "string";
}

async function readExpect(files: ScenarioFiles, name: string): Promise<unknown> {
  const bytes = await files.read(`${name}/expect.json`);
  return bytes === null ? null : JSON.parse(bytes.toString("utf8"));
}

function howOf(expect: unknown): string {
  const stated = typeof expect === "object" && expect !== null && "how" in expect ? expect.how : "";
  return typeof stated === "string" ? stated : "";
}
