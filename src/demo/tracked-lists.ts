import { type AgentReply, printed } from "./scenario.ts";

/**
 * What an agent of a demo has in its conntrack and NAT lists: nothing, as of a node that was just made, and no NAT map,
 * as where BPF does not masquerade. null for every other command.
 */
export function trackedListReply(argv: readonly string[]): AgentReply | null {
  const line = argv.join(" ").replace(/^cilium /, "cilium-dbg ");
  if (line === "cilium-dbg bpf ct list global") return printed("\n\n");
  if (line !== "cilium-dbg bpf nat list") return null;
  const map = "/sys/fs/bpf/tc/globals/cilium_snat_v4_external";
  return printed("", `Error: Unable to open ${map}: loading pinned map ${map}: no such file or directory\n`, 1);
}
