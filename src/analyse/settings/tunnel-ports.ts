import { type CellJudge, podPathFails } from "../matrix/judged-cells.ts";
import { readIptables } from "../reads/iptables.ts";
import { confirmingText, type Scene } from "../scene.ts";

/**
 * The port that an agent's tunnel uses, as its own rule has it that lets the tunnel out; "" where its rules were not
 * read, or it has none (addCiliumAcceptTunnelRules in Cilium's pkg/datapath/iptables/iptables.go, 1.19). No command of
 * the agent tells it.
 */
export function toldTunnelPort(scene: Scene, node: number): string {
  const text = confirmingText(scene.nodes[node], "iptables.txt");
  if (text === null) return "";
  const rules = readIptables(text).chains.get("CILIUM_OUTPUT") ?? [];
  for (const { conditions } of rules) {
    const port = conditions[conditions.indexOf("--dport") + 1];
    if (conditions.includes("--dport") && conditions.includes(acceptsTunnel)) return port ?? "";
  }
  return "";
}

const acceptsTunnel = "cilium: ACCEPT for tunnel traffic";

/**
 * Each agent's tunnel port: its own word, and of an agent whose rules were not read that of one which it exchanges pods'
 * packets with. "" where neither is known, and of all where nobody's differs.
 */
export function tunnelPorts(scene: Scene): (node: number) => string {
  const told = scene.nodes.flatMap((_, node) => {
    const port = toldTunnelPort(scene, node);
    return port === "" ? [] : [{ node, port }];
  });
  if (new Set(told.map(({ port }) => port)).size < 2) return () => "";
  const fails = podPathFails(scene);
  return (node) => {
    const own = told.find((one) => one.node === node);
    return (own ?? told.find((one) => understands(scene, fails, node, one.node)))?.port ?? "";
  };
}

function understands({ size }: Scene, fails: CellJudge, one: number, other: number): boolean {
  return fails(one * size + other) === false && fails(other * size + one) === false;
}
