import { describe, expect, it } from "vitest";
import { inputChain } from "../../../src/analyse/checks/input-chain.ts";
import { recordedInFull } from "../recorded.ts";
import { checkedFacts, said, sentences, texts } from "./checked.ts";

const open = "-P INPUT ACCEPT\n-N CILIUM_INPUT\n-A INPUT -j CILIUM_INPUT\n";
const closed = (rule: string) => `${open}${rule}\n`;

describe("input-chain", () => {
  it("is quiet where nothing that is needed is dropped", () => {
    const options = {
      size: 3,
      confirming: texts("iptables.txt", open, { 2: closed("-A INPUT -p tcp -m tcp --dport 23 -j DROP") }),
    };
    expect(said(inputChain, options)).toEqual([]);
  });

  it("warns of a filter that no probe has met yet", () => {
    const options = {
      size: 3,
      confirming: texts("iptables.txt", open, { 2: closed("-A INPUT -p udp -m udp --dport 8472 -j DROP") }),
    };
    expect(said(inputChain, options)).toEqual([
      "worker-2 warning input-chain: the INPUT chain drops udp/8472 from other nodes: -A INPUT -p udp -m udp --dport 8472 -j DROP, though no probe fails by it",
    ]);
  });

  it("names the senders whom a rule is about", () => {
    const rule = "-A INPUT -s 172.31.0.11/32 -j DROP";
    expect(said(inputChain, { size: 4, confirming: texts("iptables.txt", open, { 3: closed(rule) }) })).toEqual([
      `worker-3 warning input-chain: the INPUT chain drops tcp/4240, icmp, udp/8472 from worker-1: ${rule}, though no probe fails by it`,
    ]);
  });

  it("fails where their probes do and no rule names the filter (recorded: zone-partition)", async () => {
    expect(sentences(checkedFacts(inputChain, await recordedInFull("zone-partition")))).toEqual([
      "worker-1+worker-2+worker-3 failed input-chain: the INPUT chain drops tcp/4240, icmp, udp/8472 from worker-4 and worker-5: -A INPUT -s 172.31.0.14/32 -i eth0 -j DROP",
      "worker-4+worker-5 failed input-chain: the INPUT chain drops tcp/4240, icmp, udp/8472 from worker-1, worker-2 and worker-3: -A INPUT -s 172.31.0.11/32 -i eth0 -j DROP",
    ]);
  });

  it("takes the rule's id where one names the port (recorded: vxlan-blocked-one-node)", async () => {
    expect(sentences(checkedFacts(inputChain, await recordedInFull("vxlan-blocked-one-node")))).toEqual([
      "worker-2 failed vxlan-udp-blocked: the INPUT chain drops udp/8472 from other nodes: -A INPUT -p udp -m udp --dport 8472 -j DROP",
    ]);
  });

  it("is a warning where the rule is (recorded: icmp-blocked-everywhere)", async () => {
    const [line] = sentences(checkedFacts(inputChain, await recordedInFull("icmp-blocked-everywhere")));
    expect(line).toMatch(/^worker-1\+.*worker-5 warning icmp-blocked: /);
  });
});
