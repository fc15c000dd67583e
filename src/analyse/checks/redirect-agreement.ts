import type { Check } from "../check.ts";
import { listAnswers } from "../compare/list-entries.ts";
import { listRules } from "../compare/list-rules.ts";

export const redirectAgreement: Check = {
  cause: {
    id: "redirect-agreement",
    severity: "error",
    title: "local redirect policies as each agent has them",
    meaning:
      "A local redirect policy is missing on one node, is left there, or redirects other frontends than on the other nodes, so that node-local DNS and the like do not take what they should there.",
    apart: "Which pods it redirects to differs by nature: they are those of each node.",
    confirm: "`cilium-dbg lrp list` in that agent and in another one.",
    fix: "see whether the agent reaches the API server, then restart it",
    docs: "policy",
  },
  look: (checked) => listAnswers(checked, listRules(checked.scene.facts)["cilium-lrp-list.json"]),
};
