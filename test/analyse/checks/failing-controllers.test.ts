import { describe, expect, it } from "vitest";
import { failingControllers } from "../../../src/analyse/checks/failing-controllers.ts";
import { said } from "./checked.ts";

const controller = (name: string, failures: number, error = "no route to host") => ({
  name,
  status: {
    "consecutive-failure-count": failures,
    "last-failure-msg": error,
    "last-failure-timestamp": "2031-05-02T09:19:00Z",
    "last-success-timestamp": "2031-05-02T08:50:00Z",
  },
});
const failing = (...some: readonly ReturnType<typeof controller>[]) => ({
  status: (node: number) => ({ controllers: node === 2 ? some : [] }),
});

describe("failing-controllers", () => {
  it("is quiet where all succeed, and mentions one that failed lately", () => {
    expect(said(failingControllers, { size: 3 })).toEqual([]);
    expect(said(failingControllers, { size: 3, patch: failing(controller("sync-policymap-12", 1)) })).toEqual([
      "worker-2 ok failing-controllers: failed lately: sync-policymap-12",
    ]);
  });

  it("warns of one that keeps failing, with since and last error", () => {
    expect(said(failingControllers, { size: 3, patch: failing(controller("sync-node-with-ciliumnode", 17)) })).toEqual([
      "worker-2 warning failing-controllers: sync-node-with-ciliumnode has failed 17 times in a row, last well 30m ago: no route to host",
    ]);
  });

  it("takes the rule's word of the health endpoint's own controller (cilium/cilium#13553)", () => {
    const lines = said(failingControllers, {
      size: 3,
      patch: failing(controller("cilium-health-ep", 9, "ping failed")),
    });
    expect(lines[0]).toMatch(
      /^worker-2 (?:failed|warning) local-health-endpoint-broken: cilium-health-ep has failed 9 times/,
    );
  });
});
