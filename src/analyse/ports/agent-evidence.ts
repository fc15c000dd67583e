import type { AgentStatus, Facts } from "../../model/facts.ts";
import type { Evidence } from "../../model/ports.ts";
import { compareNames } from "../summary/coverage.ts";
import type { Need } from "./need.ts";

/** Whether an agent says that it is connected; null where it says nothing of it. */
type Saying = (status: AgentStatus) => boolean | null;

/** What agents say of the services they talk to; null for a need that no agent tells of. */
export function agentEvidence(facts: Facts, { kind, cluster }: Need): Evidence | null {
  if (kind === "clustermesh") {
    return counted(facts, ({ remoteClusters }) => {
      const remote = remoteClusters.find(({ name }) => name === cluster);
      return remote === undefined ? null : remote.ready;
    });
  }
  if (kind !== "kvstore") return null;
  return counted(facts, ({ kvstoreState }) => (kvstoreState === "" ? null : /^ok$/i.test(kvstoreState)));
}

function counted({ nodes }: Facts, connected: Saying): Evidence | null {
  const failing: string[] = [];
  let works = 0;
  for (const { name, agent } of nodes) {
    const said = agent?.status == null ? null : connected(agent.status);
    if (said === true) works++;
    else if (said === false) failing.push(name);
  }
  const total = works + failing.length;
  if (total === 0) return null;
  return {
    verdict: failing.length > 0 ? "fails" : "works",
    by: "agents",
    works,
    blocked: 0,
    fails: failing.length,
    explained: 0,
    undecided: 0,
    total,
    findings: [],
    hub: null,
    examples: failing.sort(compareNames).slice(0, 3),
  };
}
