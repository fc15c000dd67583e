import type { NodeFacts } from "../../model/facts.ts";
import { readWireguardPeers, type WireguardPeer } from "../reads/wireguard-peers.ts";
import type { Claim } from "../rule.ts";
import { confirmingText, nameOf, type Scene } from "../scene.ts";
import { contains, parseAddress, parseCidr } from "../settings/cidr.ts";

/** What one node's WireGuard device says of a path's other end. */
export interface WireguardLink {
  readonly from: number;
  readonly to: number;
  /** null: the other end is not among its peers. */
  readonly peer: WireguardPeer | null;
}

/** The links behind failing paths (cells), of those nodes whose peers were read. */
function linksOf(scene: Scene, cells: readonly number[]): WireguardLink[] {
  const peers = new Map<number, readonly WireguardPeer[] | null>();
  return cells.flatMap((cell) => {
    const [from, to] = [Math.floor(cell / scene.size), cell % scene.size];
    if (!peers.has(from)) peers.set(from, peersOf(scene, from));
    const known = peers.get(from) ?? null;
    return known === null ? [] : [{ from, to, peer: known.find((peer) => isPeer(scene.nodes[to], peer)) ?? null }];
  });
}

/** null where they were not read, or none is listed: then nothing can be told from a missing one. */
function peersOf(scene: Scene, node: number): readonly WireguardPeer[] | null {
  const text = confirmingText(scene.nodes[node], "wireguard-peers.txt");
  const peers = text === null ? [] : readWireguardPeers(text);
  return peers.length === 0 ? null : peers;
}

/** By its endpoint's address, or by the key it announces. */
function isPeer(node: NodeFacts | undefined, { address, publicKey }: WireguardPeer): boolean {
  const ips = [...(node?.cilium?.internalIPs ?? []), ...(node?.kube?.internalIPs ?? [])];
  return ips.includes(address) || (publicKey !== "" && publicKey === node?.cilium?.wireguardPublicKey);
}

/** A key is told by its first characters; public or not, nobody needs the rest. */
function short(key: string): string {
  return `${key.slice(0, 8)}…`;
}

/**
 * Evidence that two ends do not fit together: keys, or addresses the peer is not good for. A mesh that fails as a whole
 * is not explained by one odd key: there, half of what was looked at must not fit (`isWide`).
 */
export function mismatches(
  scene: Scene,
  cells: readonly number[],
  members: readonly number[],
  isWide: boolean,
): Claim["evidence"] {
  const links = linksOf(scene, cells);
  const judged = links.map((link) => ({ link, evidence: linkMismatch(scene, link) }));
  const odd = judged.flatMap(({ evidence }) => (evidence.length > 0 ? [evidence] : []));
  const announced = members.map((node) => announcedMismatch(scene, node)).filter((evidence) => evidence.length > 0);
  const isMost = (some: readonly unknown[], all: readonly unknown[]) =>
    some.length > 0 && some.length >= all.length / 2;
  if (isWide && !isMost(odd, links) && !isMost(announced, members)) return [];
  if (!isWide && announced.length === 0 && !isMostlyOdd(scene, judged)) return [];
  return [...announced, ...odd].flat();
}

/**
 * Whether keys explain most of the pairs that can be judged: one odd end spoils a pair, but only two ends that fit speak
 * for it, since a node cannot see what its peer holds.
 */
function isMostlyOdd(
  scene: Scene,
  judged: readonly { readonly link: WireguardLink; readonly evidence: Claim["evidence"] }[],
): boolean {
  const pairOf = ({ from, to }: WireguardLink) => Math.min(from, to) * scene.size + Math.max(from, to);
  const odd = new Set(judged.flatMap(({ link, evidence }) => (evidence.length > 0 ? [pairOf(link)] : [])));
  const ends = new Map<number, number>();
  for (const { link } of judged) ends.set(pairOf(link), (ends.get(pairOf(link)) ?? 0) + 1);
  const fitting = [...ends].filter(([pair, read]) => read > 1 && !odd.has(pair));
  return odd.size > fitting.length;
}

/** What a node announces is what the others will use; its device may have got another key after a restart. */
function announcedMismatch(scene: Scene, node: number): Claim["evidence"] {
  const facts = scene.nodes[node];
  const [used, announced] = [facts?.agent?.status?.wireguardPublicKey ?? "", facts?.cilium?.wireguardPublicKey ?? ""];
  if (used === "" || announced === "" || used === announced) return [];
  const name = nameOf(scene, node);
  const text = `${name} uses the WireGuard key ${short(used)} and announces ${short(announced)} in its CiliumNode`;
  return [{ text, node: name, capture: "cilium-status.json" }];
}

function linkMismatch(scene: Scene, { from, to, peer }: WireguardLink): Claim["evidence"] {
  const facts = scene.nodes[to];
  const right = facts?.agent?.status?.wireguardPublicKey || facts?.cilium?.wireguardPublicKey || "";
  const [name, other] = [nameOf(scene, from), nameOf(scene, to)];
  const say = (text: string) => [{ text, node: name, capture: "wireguard-peers.txt" as const }];
  if (right === "") return [];
  if (peer === null) return say(`${name} has no WireGuard peer for ${other}`);
  if (peer.publicKey !== right) {
    return say(`${name} holds the key ${short(peer.publicKey)} for ${other}, whose key is ${short(right)}`);
  }
  const missing = (facts?.cilium?.healthIPs ?? []).filter((ip) => !isAllowed(peer, ip));
  return missing.length === 0 || peer.allowed.length === 0
    ? []
    : say(`${name} does not send ${missing.join(", ")} to its peer ${other}: not among the addresses allowed`);
}

/** In a tunnel the wrapped packet goes to the node's own address, which is allowed; that is enough. */
function isAllowed(peer: WireguardPeer, ip: string): boolean {
  const address = parseAddress(ip);
  if (address === null) return true;
  const allowed = (one: string, what: typeof address) => {
    const range = parseCidr(one);
    return range !== null && contains(range, what);
  };
  const own = parseAddress(peer.address);
  return peer.allowed.some((one) => allowed(one, address) || (own !== null && allowed(one, own)));
}

/** Milliseconds: a handshake is renewed every two minutes of use, so that one this young ran after the fault. */
const fresh = 60_000;

export interface Handshakes {
  /** Links that were read. */
  readonly read: readonly WireguardLink[];
  /** Of those: never, though something was sent. */
  readonly never: readonly WireguardLink[];
  /** Of those: a moment ago, so that the port is open. */
  readonly recent: readonly WireguardLink[];
}

export function handshakesOf(scene: Scene, cells: readonly number[]): Handshakes {
  const read = linksOf(scene, cells).filter(({ peer }) => peer !== null);
  const never = read.filter(
    ({ peer }) => peer !== null && peer.lastHandshake === 0 && peer.sentBytes > 0 && peer.receivedBytes === 0,
  );
  const recent = read.filter(({ from, peer }) => {
    const clock = scene.nodes[from]?.agent?.clock ?? 0;
    return peer !== null && peer.lastHandshake > 0 && clock > 0 && clock - peer.lastHandshake < fresh;
  });
  return { read, never, recent };
}

/** How the devices speak of the paths that fail. */
export function handshakeEvidence(scene: Scene, { read, never }: Handshakes): Claim["evidence"] {
  const [first] = never.length > 0 ? never : read;
  if (first?.peer == null) return [];
  const [name, other] = [nameOf(scene, first.from), nameOf(scene, first.to)];
  const { sentBytes, receivedBytes, lastHandshake } = first.peer;
  const when =
    lastHandshake === 0 ? "never had a handshake with" : `had its last handshake, at ${time(lastHandshake)}, with`;
  const more = read.length > 1 ? `; ${never.length} of ${read.length} links that were read never had one` : "";
  const text = `${name} ${when} ${other} (${sentBytes} bytes sent, ${receivedBytes} received)${more}`;
  return [{ text, node: name, capture: "wireguard-peers.txt" }];
}

function time(milliseconds: number): string {
  return new Date(milliseconds).toISOString().replace(/\.\d+Z$/, "Z");
}
