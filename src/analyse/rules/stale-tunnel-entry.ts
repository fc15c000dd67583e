import type { NodeFacts } from "../../model/facts.ts";
import { podPathFails } from "../matrix/judged-cells.ts";
import { targetOf } from "../matrix/planes.ts";
import { type Ipcache, lookup, readIpcache } from "../reads/bpf-ipcache.ts";
import type { Claim, Rule } from "../rule.ts";
import { confirmingText, healthyControl, nameOf, type Scene, wantFrom } from "../scene.ts";
import { isTunnel } from "../settings/wire.ts";
import { listNames, sourcesOf } from "../shapes/figure-words.ts";

/** One agent encapsulates to the wrong node: cilium/cilium#22923, #15406, #4363. */
export const staleTunnelEntry: Rule = {
  causes: [
    {
      id: "stale-tunnel-entry",
      severity: "error",
      title: "an agent sends tunnel packets to the wrong node",
      meaning:
        "The datapath of one agent holds another tunnel endpoint for a peer's pod addresses than the peer's node address, or none. What it sends there is lost; all other agents reach the peer.",
      apart:
        "A blocked port does not depend on one sender alone, and the sender's ipcache then holds the right node address.",
      confirm:
        "`cilium-dbg bpf ipcache get ADDRESS` for the peer's health address shows another tunnel endpoint at the sender than at a healthy agent.",
      fix: "restart the agent that holds the wrong entry; if it comes back, check the operator and the kvstore, or the CiliumNode of the peer",
      docs: "node-to-node",
    },
  ],
  wants: (scene) => (isTunnel(scene) ? wantFrom(scene, suspects(scene), ["bpf-ipcache.json"]) : []),
  find: (scene) => (isTunnel(scene) ? claims(scene) : []),
};

/** Senders of a row, a pair or a single path on which the pod path alone fails. */
function suspects(scene: Scene): number[] {
  const senders = scene.shapes
    .filter(({ kind, probes }) => {
      const isNarrow = kind === "row" || kind === "one-way" || kind === "pair";
      return isNarrow && probes.every((probe) => targetOf(probe) === "endpoint");
    })
    .flatMap(({ cells }) => sourcesOf(scene, cells));
  return [...new Set(senders)];
}

interface Stale {
  readonly cell: number;
  readonly text: string;
}

function claims(scene: Scene): Claim[] {
  if (scene.shapes.length === 0) return [];
  const judge = podPathFails(scene);
  return scene.nodes.flatMap((facts, from): Claim[] => {
    const text = confirmingText(facts, "bpf-ipcache.json");
    const ipcache = text === null ? null : readIpcache(text);
    if (ipcache === null) return [];
    const stale: Stale[] = [];
    for (let to = 0; to < scene.size; to++) {
      const cell = from * scene.size + to;
      if (from === to || judge(cell) !== true) continue;
      const wrong = wrongEntry(scene, ipcache, from, to);
      if (wrong !== null) stale.push({ cell, text: wrong });
    }
    return stale.length === 0 ? [] : [claim(scene, from, stale)];
  });
}

/** What is wrong with the sender's entry for the peer's health address, null when nothing is, or it cannot be told. */
function wrongEntry(scene: Scene, ipcache: Ipcache, from: number, to: number): string | null {
  const { matrix } = scene.facts;
  const health = matrix.addresses[matrix.rows[from]?.endpoint.positions[0]?.ip[to] ?? 0] ?? "";
  const own = addressesOf(scene.nodes[to]);
  if (health === "" || own.length === 0) return null;
  const entry = lookup(ipcache, health);
  const name = nameOf(scene, to);
  if (entry === null || entry.tunnelEndpoint === "") {
    return `it holds no tunnel endpoint for ${health} of ${name}, whose address is ${own[0] ?? ""}`;
  }
  if (own.includes(entry.tunnelEndpoint)) return null;
  return `it sends ${entry.prefix} of ${name} to ${entry.tunnelEndpoint}, but ${name} is ${own[0] ?? ""}`;
}

/** What the node says of itself; of a remote cluster's node nothing independent of the sender is known. */
function addressesOf(node: NodeFacts | undefined): readonly string[] {
  return [...(node?.cilium?.internalIPs ?? []), ...(node?.kube?.internalIPs ?? [])];
}

function claim(scene: Scene, from: number, stale: readonly Stale[]): Claim {
  const sender = nameOf(scene, from);
  const peers = stale.map(({ cell }) => nameOf(scene, cell % scene.size));
  const { matrix } = scene.facts;
  const first = stale[0]?.cell ?? 0;
  const address = matrix.addresses[matrix.rows[from]?.endpoint.positions[0]?.ip[first % scene.size] ?? 0] ?? "";
  const control = healthyControl(scene, [from]);
  const lookUp = (node: string, expect: string) => ({
    node,
    argv: ["cilium-dbg", "bpf", "ipcache", "get", address],
    expect,
  });
  return {
    id: "stale-tunnel-entry",
    confidence: "confirmed",
    title: `${sender} sends tunnel packets for ${listNames(peers)} to the wrong place`,
    nodes: [sender, ...peers],
    host: [],
    endpoint: stale.map(({ cell }) => cell),
    evidence: stale
      .slice(0, 5)
      .map(({ text }) => ({ text: `${sender}: ${text}`, node: sender, capture: "bpf-ipcache.json" })),
    confirm: [
      lookUp(sender, `another tunnelendpoint than the address of ${peers[0] ?? ""}`),
      ...(control === null ? [] : [lookUp(control, `the address of ${peers[0] ?? ""}`)]),
    ],
    fix: `restart the Cilium agent of ${sender}; if the entry comes back, check the operator, the kvstore and the peer's CiliumNode`,
  };
}
