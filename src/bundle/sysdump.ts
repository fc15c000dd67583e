import { parse as parseYaml } from "yaml";
import type { CaptureId, CaptureOutcome } from "../model/capture.ts";
import type { KubeList, KubeOutcome, KubeResource } from "../model/kube.ts";
import { type BugtoolFiles, bugtoolOutcome } from "./bugtool.ts";
import type { Members } from "./members.ts";
import type { SavedState } from "./saved-state.ts";

/**
 * Where `cilium sysdump` puts each list (cilium/cilium cilium-cli/sysdump/constants.go, 1.18 to 1.20; the ConfigMap was
 * `cilium-config-configmap` before cilium-cli 0.15). `<ts>` is the workstation's time, without a zone.
 */
const listNames: Readonly<Record<KubeResource, RegExp>> = {
  pods: /^k8s-pods-[^/]*\.yaml$/,
  nodes: /^k8s-nodes-[^/]*\.yaml$/,
  ciliumnodes: /^ciliumnodes-[^/]*\.yaml$/,
  ciliumclusterwidenetworkpolicies: /^ciliumclusterwidenetworkpolicies-[^/]*\.yaml$/,
  "cilium-config": /^cilium-(?:config-)?configmap-[^/]*\.yaml$/,
};

const endpointsName = /^ciliumendpoints-[^/]*\.yaml$/;

/** Each agent's `cilium-bugtool` is unpacked beside the lists; where that failed its archive is left (sysdump.go). */
const bugtoolFile = /^cilium-bugtool-(.+)-\d{8}-\d{6}\/(.+)$/;
const bugtoolArchive = /^cilium-bugtool-(.+)-\d{8}-\d{6}\.tar(?:\.gz)?$/;

export function isSysdump(paths: readonly string[]): boolean {
  return paths.some((path) => listNames.nodes.test(path) || listNames.pods.test(path) || bugtoolFile.test(path));
}

/** A cilium sysdump, archive or folder. What it does not hold is missing, and said. */
export async function openSysdump(members: Members): Promise<SavedState> {
  const agents = bugtoolsByPod(members);
  const notes = [...members.notes];
  for (const path of members.paths.filter((one) => bugtoolArchive.test(one))) {
    notes.push(`${path} was left packed by the sysdump: unpack it where it lies and read the folder`);
  }
  if (agents.size === 0) notes.push(`${members.name} has no cilium-bugtool output of any agent (taken with --quick?)`);
  return {
    source: { kind: "sysdump", context: "", cluster: "", server: "", name: members.name },
    partial: members.cut,
    notes: () => notes,
    lists: async () => {
      const lists: KubeList[] = [];
      for (const resource of Object.keys(listNames) as KubeResource[]) lists.push(await readList(members, resource));
      return lists;
    },
    ciliumEndpoints: () => readOutcome(members, endpointsName, "ciliumendpoints"),
    capture: async (node, pod, id, argv) => {
      const files = agents.get(pod);
      if (files === undefined) return null;
      const outcome = (await bugtoolOutcome(files, id)) ?? missing(id);
      return outcome === null ? null : { node, pod, id, argv, outcome };
    },
    close: () => members.close(),
  };
}

/** Without its health view an agent has failed to answer; anything else was just not asked. */
function missing(id: CaptureId): CaptureOutcome | null {
  if (id !== "cilium-health-status.json") return null;
  return { kind: "remote-error", message: "the sysdump has no cilium-health output of this agent", stderr: "" };
}

/** Each agent's files, by pod. An archive unpacked by hand still has bugtool's own folder inside. */
function bugtoolsByPod(members: Members): ReadonlyMap<string, BugtoolFiles> {
  const places = new Map<string, Map<string, string>>();
  for (const path of members.paths) {
    const [, pod, file = ""] = bugtoolFile.exec(path) ?? [];
    if (pod === undefined) continue;
    const files = places.get(pod) ?? new Map<string, string>();
    files.set(file.replace(/^cilium-bugtool-[^/]*\//, ""), path);
    places.set(pod, files);
  }
  const read = (files: ReadonlyMap<string, string>) => async (file: string) => {
    const path = files.get(file);
    return path === undefined ? null : members.read(path);
  };
  return new Map([...places].map(([pod, files]) => [pod, { paths: [...files.keys()], read: read(files) }]));
}

async function readList(members: Members, resource: KubeResource): Promise<KubeList> {
  return { resource, outcome: await readOutcome(members, listNames[resource], resource) };
}

async function readOutcome(members: Members, name: RegExp, what: string): Promise<KubeOutcome> {
  const path = members.paths.find((one) => name.test(one));
  const bytes = path === undefined ? null : await members.read(path);
  return bytes === null
    ? { kind: "absent", status: null, message: `the sysdump has no list of ${what}` }
    : parseList(new TextDecoder().decode(bytes), what);
}

/**
 * The items of a List as Go's YAML printer writes it: `items:` in the first column, each item from a `- ` there to the
 * next. Items are parsed one by one, and of a cluster's pods only those that look like agents: all pods are in the list.
 */
function parseList(text: string, resource: string): KubeOutcome {
  try {
    const whole = resource === "cilium-config" ? [text] : itemTexts(text);
    const texts = resource === "pods" ? whole.filter((item) => /k8s-app: cilium\s*$/m.test(item)) : whole;
    return { kind: "ok", items: texts.map((item) => objectOf(item)) };
  } catch (error) {
    const why = error instanceof Error ? (error.message.split("\n")[0] ?? "") : String(error);
    return { kind: "absent", status: null, message: `the sysdump's list of ${resource} is not YAML: ${why}` };
  }
}

function itemTexts(text: string): string[] {
  const start = /^items:[ \t]*(\[\])?[ \t]*$/m.exec(text);
  if (start === null) return [];
  const body = text.slice(start.index + start[0].length);
  const end = /^[A-Za-z]/m.exec(body);
  const items = body.slice(0, end?.index ?? body.length).split(/^- /m);
  return items.slice(1).map((item) => `  ${item}`);
}

function objectOf(text: string): unknown {
  const value: unknown = parseYaml(text, { maxAliasCount: 0, uniqueKeys: false, logLevel: "error" });
  return value;
}
