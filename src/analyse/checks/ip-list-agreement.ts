import type { Check } from "../check.ts";
import { listAnswers } from "../compare/list-entries.ts";
import { listRules } from "../compare/list-rules.ts";

export const ipListAgreement: Check = {
  cause: {
    id: "ip-list-agreement",
    severity: "error",
    title: "what each agent believes of every address",
    meaning:
      "An agent's own list of addresses, from which it fills its datapath, has another node, identity or encryption key for an address than the lists of the others, or lacks it. It did not hear of a change, or did not let go of a pod that is gone.",
    apart:
      "ipcache-agreement compares the datapath's own map. An address that has just come or gone differs for a moment: it is read a second time.",
    confirm: "`cilium-dbg ip list` in that agent and in another one.",
    fix: "see whether the agent reaches the API server or kvstore, then restart it",
    docs: "kvstore",
  },
  look: (checked) => listAnswers(checked, listRules(checked.scene.facts)["cilium-ip-list.json"]),
};
