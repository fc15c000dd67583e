import { describe, expect, it } from "vitest";
import { healthEndpointPresent } from "../../../src/analyse/checks/health-endpoint-present.ts";
import { said } from "./checked.ts";

describe("health-endpoint-present", () => {
  it("is quiet where each node has one, and where they are switched off", () => {
    expect(said(healthEndpointPresent, { size: 3 })).toEqual([]);
    expect(said(healthEndpointPresent, { size: 2, config: { "enable-endpoint-health-checking": "false" } })).toEqual([
      "worker-1+worker-2 ok health-endpoint-present: health endpoints are switched off",
    ]);
  });

  it("names the rule where a node has none (cilium/cilium#6754)", () => {
    const options = {
      size: 3,
      patch: { ciliumNode: (node: number) => (node === 2 ? { spec: { health: null } } : undefined) },
      endpointList: (entries: readonly Readonly<Record<string, unknown>>[], node: number) =>
        node === 2 ? [] : entries,
    };
    expect(said(healthEndpointPresent, options)).toEqual([
      "worker-2 warning health-endpoint-missing: there is no health endpoint: the pod path is not probed",
    ]);
  });

  it("warns where an address is announced that no endpoint has", () => {
    const endpointList = (entries: readonly Readonly<Record<string, unknown>>[], node: number) =>
      node === 2 ? [] : entries;
    expect(said(healthEndpointPresent, { size: 3, endpointList })).toEqual([
      "worker-2 warning health-endpoint-present: a health address is announced, and no endpoint of the agent is reserved:health",
    ]);
  });
});
