import type { AgentStatus } from "../../model/facts.ts";
import type { Answer, Check, CheckScene } from "../check.ts";
import { faultAnswer, namedFault } from "../compare/named-faults.ts";
import { commonest, onOthers } from "../compare/odd-ones.ts";
import { broken, doubtful, fine, perNode, textsOf } from "../compare/per-node.ts";
import { notRead, type Reading } from "../compare/readings.ts";
import { isRecord, numberOf, readJson } from "../reads/json.ts";
import { confirmingText } from "../scene.ts";
import { isFreshAgent, isNewNode } from "../settings/ages.ts";

const rules = ["wireguard-peer-mismatch", "wireguard-udp-blocked", "ipsec-state-mismatch", "ipsec-esp-blocked"];

export const encryptionState: Check = {
  cause: {
    id: "encryption-state",
    severity: "error",
    title: "encryption mode, keys and peers of each agent",
    meaning:
      "An agent encrypts otherwise than the others, uses another WireGuard key than its CiliumNode announces, knows fewer WireGuard peers than the others, or holds another IPsec key. Packets between such nodes are lost, or go unencrypted.",
    apart:
      "wireguard-peer-mismatch, wireguard-udp-blocked and ipsec-state-mismatch are named instead where probes fail by it. During a key rotation nodes hold different IPsec keys for a few minutes.",
    confirm: "`cilium-dbg encrypt status` in the agent; `kubectl get ciliumnode -o yaml` for the announced key.",
    fix: "restart the agent; where an IPsec rotation is under way, let it end and look again",
    docs: "wireguard",
  },
  look: (checked) =>
    perNode(
      checked,
      (node) => state(checked, node),
      (node, own, others) => judge(checked, node, own, others),
    ),
};

interface State {
  readonly mode: string;
  readonly status: AgentStatus;
  /** How many IPsec keys `encrypt status` counts; null where it says none. */
  readonly keysInUse: number | null;
}

function state(checked: CheckScene, node: number): Reading<State> {
  const facts = checked.scene.nodes[node];
  const status = facts?.agent?.status ?? null;
  if (status === null) return { answer: notRead(checked, node, "cilium-status.json") };
  const json = readJson(confirmingText(facts, "encrypt-status.json") ?? "");
  const ipsec = isRecord(json) && isRecord(json["ipsec"]) ? json["ipsec"] : null;
  const keysInUse = ipsec === null ? null : numberOf(ipsec, "keys-in-use");
  return { read: { mode: status.encryption.toLowerCase() || "disabled", status, keysInUse } };
}

function judge(checked: CheckScene, node: number, own: State, others: ReadonlyMap<number, State>): Answer {
  const modes = commonest(textsOf(others, ({ mode }) => mode));
  if (modes?.odd.includes(node) === true) {
    return broken(node, `encryption is ${own.mode} (${onOthers(modes)})`, { id: "config-skew" });
  }
  const fault = namedFault(checked, node, rules);
  if (fault !== null) return faultAnswer(fault, node, fault.title);
  if (own.mode === "wireguard") return wireguard(checked, node, own, others);
  return own.mode === "ipsec" ? ipsec(checked, node, own, others) : fine(node);
}

function wireguard({ scene }: CheckScene, node: number, { status }: State, others: ReadonlyMap<number, State>): Answer {
  const announced = scene.nodes[node]?.cilium?.wireguardPublicKey ?? "";
  if (announced !== "" && status.wireguardPublicKey !== "" && announced !== status.wireguardPublicKey) {
    const text = "the WireGuard key in use is not the one that the CiliumNode announces to the others";
    return broken(node, text, { id: "wireguard-peer-mismatch" });
  }
  const peers = commonest(textsOf(others, (one) => String(one.status.wireguardPeers ?? "")));
  const isSettling = isFreshAgent(scene, node) || isNewNode(scene, node);
  if (peers?.odd.includes(node) !== true || status.wireguardPeers === null || isSettling) return fine(node);
  return doubtful(node, `${status.wireguardPeers} WireGuard peers (${onOthers(peers)})`, {
    id: "wireguard-peer-mismatch",
  });
}

/** `spec.encryption.key` is the id of the key a node encrypts with. */
function ipsec({ scene }: CheckScene, node: number, own: State, others: ReadonlyMap<number, State>): Answer {
  const keys = new Map<number, string>();
  for (const at of others.keys()) keys.set(at, String(scene.nodes[at]?.cilium?.encryptionKey ?? 0));
  const ids = commonest(keys);
  if (ids?.odd.includes(node) === true) {
    return doubtful(node, `IPsec key id ${keys.get(node)} (${onOthers(ids)})`, { id: "ipsec-state-mismatch" });
  }
  const counts = commonest(textsOf(others, ({ keysInUse }) => String(keysInUse ?? "")));
  if (own.keysInUse !== null && counts?.odd.includes(node) === true) {
    return doubtful(node, `${own.keysInUse} IPsec keys in use (${onOthers(counts)})`, { id: "ipsec-state-mismatch" });
  }
  return fine(node);
}
