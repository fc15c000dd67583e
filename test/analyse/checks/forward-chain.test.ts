import { describe, expect, it } from "vitest";
import { forwardChain } from "../../../src/analyse/checks/forward-chain.ts";
import { recordedInFull } from "../recorded.ts";
import { checkedFacts, said, sentences, texts } from "./checked.ts";

const rules = (first: string, policy = "ACCEPT") => `-P INPUT ACCEPT
-P FORWARD ${policy}
-N CILIUM_FORWARD
${first}-A FORWARD -j CILIUM_FORWARD
-A CILIUM_FORWARD -o cilium_host -j ACCEPT
-A CILIUM_FORWARD -i lxc+ -j ACCEPT
-A CILIUM_FORWARD -o lxc+ -j ACCEPT
`;

describe("forward-chain", () => {
  it("is quiet where Cilium's rules come first", () => {
    expect(said(forwardChain, { size: 3, confirming: texts("iptables.txt", rules("")) })).toEqual([]);
  });

  it("mentions a policy of DROP behind them, as Docker sets it", () => {
    expect(
      said(forwardChain, { size: 3, confirming: texts("iptables.txt", rules(""), { 2: rules("", "DROP") }) }),
    ).toEqual([
      "worker-2 ok forward-chain: the FORWARD policy is DROP; Cilium's rules accept packets of pods before it",
    ]);
  });

  it("warns of what drops and harms nothing (recorded: forward-drop-harmless)", async () => {
    expect(sentences(checkedFacts(forwardChain, await recordedInFull("forward-drop-harmless")))).toEqual([
      "worker-3 warning forward-drop: the FORWARD chain drops packets for pods: -A FORWARD -j DROP; BPF hands packets to pods here, so no probe is harmed by it",
    ]);
  });

  it("fails where the rule finds that probes are lost by it (recorded: endpoint-routes-forward-drop)", async () => {
    expect(sentences(checkedFacts(forwardChain, await recordedInFull("endpoint-routes-forward-drop")))).toEqual([
      "worker-3 failed forward-drop: the FORWARD chain drops packets for pods: -A FORWARD -j DROP",
    ]);
  });
});
