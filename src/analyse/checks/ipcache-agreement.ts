import type { Check } from "../check.ts";
import { listAnswers } from "../compare/list-entries.ts";
import { listRules } from "../compare/list-rules.ts";

export const ipcacheAgreement: Check = {
  cause: {
    id: "ipcache-agreement",
    severity: "error",
    title: "where each node's datapath sends packets for every address",
    meaning:
      "The BPF map from addresses to identities and nodes has an entry on one node that is not as on the others: another node to send to, another identity or encryption key, an entry missing or left behind. Packets from that node go astray, or meet the wrong policy.",
    apart:
      "stale-tunnel-entry is named where probes fail by it. ip-list-agreement compares what the agents believe; where that is alike, the map alone is stale. A node's own addresses, and ranges from policies, differ by nature and are left out.",
    confirm: "`cilium-dbg bpf ipcache get ADDRESS` in that agent and in another one.",
    fix: "restart the agent of that node, which writes the map anew; where it comes back, look at the CiliumEndpoint and CiliumNode behind the address",
    docs: "node-to-node",
  },
  look: (checked) => listAnswers(checked, listRules(checked.scene.facts)["bpf-ipcache.json"]),
};
