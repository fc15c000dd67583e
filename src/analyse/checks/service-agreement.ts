import type { Check } from "../check.ts";
import { listAnswers } from "../compare/list-entries.ts";
import { listRules } from "../compare/list-rules.ts";

export const serviceAgreement: Check = {
  cause: {
    id: "service-agreement",
    severity: "error",
    title: "Services and their backends as each agent has them",
    meaning:
      "A Service, or a backend of one, is missing on one node or is left there, while the others agree: pods of that node do not reach the Service, or now and then reach a pod that is gone.",
    apart:
      "No probe uses a Service. Node ports on a node's own address, host ports, local redirects and backends chosen by a policy of Local or by zone differ by nature and are left out; a Service that is meant for some nodes alone is not told apart.",
    confirm: "`cilium-dbg service list` in that agent and in another one.",
    fix: "see whether the agent reaches the API server, then restart it",
    docs: "node-to-node",
  },
  look: (checked) => listAnswers(checked, listRules(checked.scene.facts)["cilium-service-list.json"]),
};
