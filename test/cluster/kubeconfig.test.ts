import { describe, expect, it } from "vitest";
import { HealthError } from "../../src/model/errors.ts";
import { kubeconfigCases } from "./kubeconfig-cases.ts";
import { comparable, expectedFrom, folderOf, ourConnection, recordedAnswer } from "./kubectl-oracle.ts";

describe("a kubeconfig is read as kubectl config view --raw --minify reads it", () => {
  const used = kubeconfigCases.filter((one) => one.refused === undefined);
  it.each(used)("$name", (one) => {
    const expected = expectedFrom(recordedAnswer(one), one);
    expect(expected).not.toBeNull();
    expect(comparable(ourConnection(one), folderOf(one))).toEqual(expected);
  });
});

describe("a kubeconfig that kubectl refuses is refused with one sentence and exit code 3", () => {
  const refused = kubeconfigCases.flatMap(({ refused, ...one }) =>
    refused === undefined ? [] : [{ ...one, refused }],
  );
  it.each(refused)("$name", (one) => {
    expect(expectedFrom(recordedAnswer(one), one)).toBeNull();
    const error = thrownBy(() => ourConnection(one));
    expect(error.message).toMatch(one.refused);
    expect(error.message).not.toContain("\n");
    expect(error.exitCode).toBe(3);
  });
});

function thrownBy(call: () => unknown): HealthError {
  try {
    call();
  } catch (error) {
    if (error instanceof HealthError) return error;
    throw error;
  }
  throw new Error("nothing was thrown");
}
