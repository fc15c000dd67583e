import { readdir, readFile } from "node:fs/promises";
import { HealthError } from "../model/errors.ts";
import { agentPrograms, recordedFile } from "./recorded-commands.ts";
import {
  type AgentReply,
  type KubeObject,
  printed,
  type Scenario,
  type ScenarioResource,
  unanswered,
} from "./scenario.ts";

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

/** The scenarios under `base` (a folder's URL, ending in a slash), by name. */
export async function listScenarios(base: URL): Promise<readonly ScenarioEntry[]> {
  const folders = (await readdir(base, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = folders.map((entry) => entry.name).sort();
  return Promise.all(names.map(async (name) => ({ name, how: howOf(await readExpect(folderUrl(base, name))) })));
}

/** Reads the scenario `name` under `base`. Throws HealthError (exit 2) naming the known ones when there is none. */
export async function readScenario(base: URL, name: string): Promise<RecordedScenario> {
  const known = (await listScenarios(base)).map((entry) => entry.name);
  if (!known.includes(name)) {
    throw new HealthError(`there is no recorded scenario "${name}"`, {
      exitCode: 2,
      hint: `Recorded scenarios: ${known.join(", ")}.`,
    });
  }
  const folder = folderUrl(base, name);
  const objects = new Map<ScenarioResource, readonly KubeObject[]>();
  for (const [resource, file] of Object.entries(kubeFiles) as [ScenarioResource, string][]) {
    const items = await readObjects(new URL(`kube/${file}`, folder));
    if (items !== null) objects.set(resource, items);
  }
  const nodes = await readNodes(new URL("nodes/", folder));
  return {
    name,
    expect: await readExpect(folder),
    objects: (resource) => objects.get(resource) ?? null,
    reply: (node, argv) => replyOf(nodes.get(node), argv),
  };
}

function replyOf(node: NodeRecording | undefined, argv: readonly string[]): AgentReply {
  if (node === undefined) return { kind: "unreachable", message: "the recording has no outputs of this agent" };
  if ("unreachable" in node) return { kind: "unreachable", message: node.unreachable };
  const file = recordedFile(argv);
  const stdout = file === null ? undefined : node.files.get(file);
  if (stdout === undefined) return unanswered(argv, agentPrograms);
  const stderr = node.files.get(`${file}.stderr`)?.toString("utf8") ?? "";
  const exitCode = Number.parseInt(node.files.get(`${file}.rc`)?.toString("utf8") ?? "0", 10);
  return printed(stdout, stderr, exitCode);
}

async function readNodes(folder: URL): Promise<ReadonlyMap<string, NodeRecording>> {
  const names = await readdir(folder);
  return new Map(
    await Promise.all(names.map(async (name) => [name, await readNode(folderUrl(folder, name))] as const)),
  );
}

async function readNode(folder: URL): Promise<NodeRecording> {
  const names = await readdir(folder);
  const read = async (name: string) => [name, await readFile(new URL(encodeURIComponent(name), folder))] as const;
  const files = new Map(await Promise.all(names.map(read)));
  const unreachable = files.get("unreachable");
  return unreachable === undefined ? { files } : { unreachable: unreachable.toString("utf8").trim() };
}

/** The items of a List, or a single object; null when the recording lacks the file. */
async function readObjects(file: URL): Promise<readonly KubeObject[] | null> {
  const text = await readFile(file, "utf8").catch(() => null);
  if (text === null) return null;
  const value: unknown = JSON.parse(text);
  const items = typeof value === "object" && value !== null && "items" in value ? value.items : [value];
  return Array.isArray(items) ? items.filter(isKubeObject) : [];
}

function isKubeObject(value: unknown): value is KubeObject {
  if (typeof value !== "object" || value === null || !("metadata" in value)) return false;
  const { metadata } = value;
  return typeof metadata === "object" && metadata !== null && "name" in metadata && typeof metadata.name === "string";
}

async function readExpect(folder: URL): Promise<unknown> {
  const text = await readFile(new URL("expect.json", folder), "utf8").catch(() => "null");
  return JSON.parse(text);
}

function howOf(expect: unknown): string {
  const stated = typeof expect === "object" && expect !== null && "how" in expect ? expect.how : "";
  return typeof stated === "string" ? stated : "";
}

function folderUrl(base: URL, name: string): URL {
  return new URL(`${encodeURIComponent(name)}/`, base);
}
