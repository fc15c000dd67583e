import { describe, expect, it } from "vitest";
import { bridgeNetfilter } from "../../../src/analyse/checks/bridge-netfilter.ts";
import { said, texts } from "./checked.ts";

const id = "bridge-nf-call-iptables.txt";
const missing = "cat: /proc/sys/net/bridge/bridge-nf-call-iptables: No such file or directory";

describe("bridge-netfilter", () => {
  it("is quiet where all are alike", () => {
    expect(said(bridgeNetfilter, { size: 3, confirming: texts(id, "1\n") })).toEqual([]);
    expect(said(bridgeNetfilter, { size: 3, confirming: texts(id, "0\n") })).toEqual([]);
  });

  it("says that one node differs, and that Cilium needs neither", () => {
    expect(said(bridgeNetfilter, { size: 3, confirming: texts(id, "1", { 2: "0" }) })).toEqual([
      "worker-2 ok bridge-netfilter: bridge-nf-call-iptables is 0 (1 on 2 others): Cilium needs neither",
    ]);
  });

  it("takes a missing file for a module that is not loaded", () => {
    const options = {
      size: 3,
      confirming: texts(id, "1"),
      failing: (node: number) => (node === 3 ? { [id]: missing } : {}),
    };
    expect(said(bridgeNetfilter, options)).toEqual([
      "worker-3 ok bridge-netfilter: br_netfilter is not loaded (1 on 2 others): Cilium needs neither",
    ]);
  });

  it("warns where another CNI is chained, which may hang its pods on a bridge", () => {
    const options = {
      size: 3,
      confirming: texts(id, "1", { 2: "0" }),
      config: { "cni-chaining-mode": "generic-veth" },
    };
    expect(said(bridgeNetfilter, options)).toEqual([
      "worker-2 warning bridge-netfilter: bridge-nf-call-iptables is 0 (1 on 2 others), and another CNI is chained",
    ]);
  });
});
