import { writeFileSync } from "node:fs";
import { parse, stringify } from "yaml";
import { type Demo, generateMesh, type MeshOptions, startDemo } from "../src/demo/index.ts";
import type { AgentReply, KubeObject, Scenario, ScenarioResource } from "../src/demo/scenario.ts";

const now = Date.parse("2031-05-02T09:20:00Z");

/** Which probes of a path between clusters fail, by `cluster/node`; null: none. */
export type FarPath = (from: string, to: string) => { readonly host: boolean; readonly endpoint: boolean } | null;

export interface MeshOfTwo {
  readonly east?: Partial<MeshOptions>;
  readonly west?: Partial<MeshOptions>;
  readonly fails?: FarPath;
  /** Additions to a cluster's cilium-config; null takes a key away. */
  readonly config?: { readonly [cluster in Name]?: Readonly<Record<string, string>> };
  /** Both clusters use the same addresses. */
  readonly overlapping?: boolean;
  readonly deny?: { readonly [cluster in Name]?: readonly string[] };
}

type Name = "east" | "west";

/** Two generated clusters, `east` and `west`, whose agents probe each other's nodes too, as two contexts of a kubeconfig. */
export async function startTwoClusters(options: MeshOfTwo, kubeconfig: string): Promise<{ close(): Promise<void> }> {
  const demos: Demo[] = [];
  for (const name of ["east", "west"] as const) {
    const scenario = meshed(name, options);
    demos.push(await startDemo({ scenario, deny: [...(options.deny?.[name] ?? [])] }));
  }
  writeFileSync(kubeconfig, joinedConfig(demos.map(({ kubeconfig: text }) => text)));
  return { close: async () => void (await Promise.all(demos.map((demo) => demo.close()))) };
}

function joinedConfig(texts: readonly string[]): string {
  const [east, west] = texts.map((text, at) => parse(text.replaceAll(/\bdemo\b/g, at === 0 ? "east" : "west")));
  const lists = ["clusters", "users", "contexts"].map((key) => [key, [...east[key], ...west[key]]]);
  return stringify({ apiVersion: "v1", kind: "Config", "current-context": "east", ...Object.fromEntries(lists) });
}

function generated(name: Name, options: MeshOfTwo): Scenario {
  return generateMesh({ nodes: 3, cluster: name, now: () => now, ...options[name] });
}

/** As the other cluster sees it: a fault within a cluster is no fault of the paths to it. */
function seenFromAfar(name: Name, options: MeshOfTwo): Scenario {
  return generateMesh({ nodes: 3, cluster: name, now: () => now, ...options[name], faults: [] });
}

/** West's addresses are other ones than east's, unless they shall overlap. */
function moved(text: string, name: Name, { overlapping = false }: MeshOfTwo): string {
  return name === "east" || overlapping ? text : text.replaceAll("172.16.", "172.30.").replaceAll("10.64.", "10.100.");
}

function meshed(name: Name, options: MeshOfTwo): Scenario {
  const other = name === "east" ? "west" : "east";
  const bare = generated(name, options);
  const afar = seenFromAfar(other, options);
  return {
    name,
    objects: (resource) => objectsOf(bare, resource, name, options),
    reply: (node, argv) => {
      const line = argv.slice(0, 3).join(" ");
      const own = textOf(bare.reply(node, argv));
      if (own === null) return bare.reply(node, argv);
      if (!/(?:health status|status -o|node list)/.test(line) || argv.at(-1) !== "json") {
        return printed(moved(own, name, options));
      }
      const far = farText(afar, argv);
      const parsed: unknown = JSON.parse(moved(own, name, options));
      const added = far === null ? null : JSON.parse(moved(far, other, options));
      return printed(JSON.stringify(withOther(parsed, added, `${name}/${node}`, other, options)));
    },
  };
}

function objectsOf(
  scenario: Scenario,
  resource: ScenarioResource,
  name: Name,
  options: MeshOfTwo,
): KubeObject[] | null {
  const objects = scenario.objects(resource);
  if (objects === null) return null;
  const own: KubeObject[] = JSON.parse(moved(JSON.stringify(objects), name, options));
  if (resource !== "configmaps") return own;
  const data = { "cluster-id": name === "east" ? "1" : "2", ...options.config?.[name] };
  return own.map((one) => ({ ...one, data: { ...(one["data"] as object), ...data } }));
}

/** What any agent of the other cluster that answers says of its own cluster. */
function farText(other: Scenario, argv: readonly string[]): string | null {
  for (const pod of other.objects("pods") ?? []) {
    const text = textOf(other.reply(String(pod.spec?.["nodeName"]), argv));
    if (text !== null && text.trim() !== "") return text;
  }
  return null;
}

interface Entry {
  readonly name: string;
  readonly [field: string]: unknown;
}

function withOther(own: unknown, far: unknown, from: string, other: Name, { fails }: MeshOfTwo): unknown {
  if (Array.isArray(own)) return [...own, ...(far as Entry[])];
  const reply = own as { readonly nodes?: readonly Entry[] };
  if (reply.nodes === undefined) {
    const nodes = 3;
    return { ...reply, "cluster-mesh": { clusters: [{ name: other, ready: true, "num-nodes": nodes }] } };
  }
  const there = ((far as typeof reply | null)?.nodes ?? []).map((entry) => {
    const wrong = fails?.(from, entry.name) ?? null;
    return wrong === null ? entry : failing(entry, wrong);
  });
  return { ...reply, nodes: [...reply.nodes, ...there] };
}

function failing(entry: Entry, wrong: { readonly host: boolean; readonly endpoint: boolean }): Entry {
  const lose = (part: unknown): unknown =>
    JSON.parse(JSON.stringify(part), (key, value: unknown) => {
      if (key !== "icmp" && key !== "http") return value;
      const status = key === "icmp" ? "Connection timed out" : silence;
      return { lastProbed: (value as { lastProbed?: string }).lastProbed, status };
    });
  return {
    ...entry,
    ...(wrong.host ? { host: lose(entry["host"]) } : {}),
    ...(wrong.endpoint ? { endpoint: lose(entry["endpoint"]), "health-endpoint": lose(entry["health-endpoint"]) } : {}),
  };
}

const silence =
  'Get "http://192.0.2.1:4240/hello": context deadline exceeded (Client.Timeout exceeded while awaiting headers)';

function textOf(reply: AgentReply): string | null {
  if (reply.kind !== "output" || reply.exitCode !== 0) return null;
  return Buffer.concat([...reply.stdout].map((piece) => Buffer.from(piece))).toString("utf8");
}

function printed(text: string): AgentReply {
  return { kind: "output", stdout: [text], stderr: "", exitCode: 0, delayMs: 0 };
}
