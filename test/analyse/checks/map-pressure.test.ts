import { describe, expect, it } from "vitest";
import { mapPressure } from "../../../src/analyse/checks/map-pressure.ts";
import { said, texts } from "./checked.ts";

const metric = (map: string, value: number) => ({ name: "cilium_bpf_map_pressure", labels: { map_name: map }, value });
const maps = (...some: readonly ReturnType<typeof metric>[]) => JSON.stringify([metric("lxc", 0.01), ...some]);

describe("map-pressure", () => {
  it("is quiet with room in every map", () => {
    expect(
      said(mapPressure, { size: 2, confirming: texts("bpf-map-pressure.json", maps(metric("ct4_global", 0.7))) }),
    ).toEqual([]);
  });

  it("warns of a connection table that is nearly full (cilium/cilium#35010)", () => {
    const confirming = texts("bpf-map-pressure.json", maps(), { 2: maps(metric("ct4_global", 0.993)) });
    expect(said(mapPressure, { size: 3, confirming })).toEqual([
      "worker-2 warning ct-or-nat-map-full: ct4_global is 99% full",
    ]);
  });

  it("fails where a map of policies is full: what does not fit is missing", () => {
    const confirming = texts("bpf-map-pressure.json", maps(), { 2: maps(metric("policy_2300", 1)) });
    expect(said(mapPressure, { size: 3, confirming })).toEqual([
      "worker-2 failed map-pressure: policy_2300 is 100% full",
    ]);
  });

  it("is not run where the metric is off", () => {
    expect(said(mapPressure, { size: 2, confirming: texts("bpf-map-pressure.json", "null\n") })).toEqual([
      "worker-1+worker-2 not run map-pressure: the agent gives no map pressure",
    ]);
  });
});
