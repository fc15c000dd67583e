import type { Answer, Check, CheckScene } from "../check.ts";
import { broken, doubtful, fine } from "../compare/per-node.ts";
import { notRead } from "../compare/readings.ts";

export const ipamExhaustion: Check = {
  cause: {
    id: "ipam-exhaustion",
    severity: "error",
    title: "addresses left for pods on each node",
    meaning:
      "A node has given out all or nearly all addresses of its pool: further pods stay in ContainerCreating, and after a restart of the agent its health endpoint may get no address. Or the operator could not give the node what it asked for.",
    apart: "health-endpoint-missing is what follows where the health endpoint is left without an address.",
    confirm:
      "`cilium-dbg status` in the agent has a line IPAM with how many are allocated; the CiliumNode has status.ipam.operator-status.",
    fix: "give the node a larger range or another pool, move pods away, and look for addresses of pods that are gone (`cilium-dbg status --all-addresses`)",
    docs: "ipam",
  },
  look: (checked) => checked.nodes.map((node) => judge(checked, node)),
};

/** Fewer free addresses than these are worth a word. */
const few = 8;

function judge(checked: CheckScene, node: number): Answer {
  const { scene } = checked;
  const facts = scene.nodes[node];
  const error = facts?.cilium?.ipamError ?? "";
  if (error !== "") return doubtful(node, `the operator says: ${error.slice(0, 200)}`);
  const status = facts?.agent?.status ?? null;
  if (status === null) return notRead(checked, node, "cilium-status.json");
  const pools = [...status.ipamStatus.matchAll(/(?:(IPv[46]): )?(\d+)\/(\d+) allocated/g)];
  const tight = pools.flatMap(([, family = "", used = "", all = ""]) => {
    const [taken, total] = [Number(used), Number(all)];
    const left = total - taken;
    return total > 0 && left < Math.max(1, Math.min(few, total * 0.1)) ? [{ family, taken, total, left }] : [];
  });
  const [first] = tight;
  if (first === undefined)
    return fine(node, pools.length === 0 ? "the agent does not say how many addresses are left" : "");
  const text = `${first.taken} of ${first.total} ${first.family === "" ? "" : `${first.family} `}addresses are given out`;
  return first.left === 0 && !growsOnDemand(checked) ? broken(node, text) : doubtful(node, text);
}

/** Pools that the operator enlarges as pods come (ENI, Azure, Alibaba, multi-pool): full is a passing state there. */
function growsOnDemand({ scene }: CheckScene): boolean {
  return /^(?:eni|azure|alibabacloud|multi-pool|crd)$/.test(scene.facts.config?.get("ipam") ?? "");
}
