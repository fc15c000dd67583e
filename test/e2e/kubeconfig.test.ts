import { describe, expect, it } from "vitest";
import { kubeconfigCases } from "../cluster/kubeconfig-cases.ts";
import { askKubectl, comparable, expectedFrom, folderOf, ourConnection } from "../cluster/kubectl-oracle.ts";

const kubectl = process.env["KUBECTL"] ?? "kubectl";

describe("a kubeconfig is read as the kubectl at hand reads it", () => {
  it.each(kubeconfigCases)("$name", async (one) => {
    const expected = expectedFrom(await askKubectl(kubectl, one), one);
    expect(expected === null).toBe(one.refused !== undefined);
    if (expected === null) expect(() => ourConnection(one)).toThrow(one.refused);
    else expect(comparable(ourConnection(one), folderOf(one))).toEqual(expected);
  });
});
