/**
 * Writes kubectl's own answer beside each kubeconfig case. By hand, after a case was added or changed:
 * `node test/cluster/record-kubectl.ts [kubectl]`
 */
import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { kubeconfigCases } from "./kubeconfig-cases.ts";
import { askKubectl, folderOf } from "./kubectl-oracle.ts";

const kubectl = process.argv[2] ?? process.env["KUBECTL"] ?? "kubectl";
for (const one of kubeconfigCases) {
  const answer = await askKubectl(kubectl, one);
  writeFileSync(resolve(folderOf(one), "kubectl.json"), `${JSON.stringify(answer, null, 2)}\n`);
}
process.stdout.write(`${kubeconfigCases.length} answers recorded\n`);
