import { describe, expect, it } from "vitest";
import { ipamExhaustion } from "../../../src/analyse/checks/ipam-exhaustion.ts";
import { said } from "./checked.ts";

const status = (odd: Readonly<Record<number, string>>) => ({
  status: (node: number) => ({ ipam: { status: odd[node] ?? "IPv4: 12/254 allocated from 10.244.1.0/24, " } }),
});

describe("ipam-exhaustion", () => {
  it("is quiet with room left, in every wording", () => {
    expect(
      said(ipamExhaustion, {
        size: 3,
        patch: status({ 2: "2/254 allocated", 3: "IPv4: 2/14 allocated from 10.0.0.0/28, " }),
      }),
    ).toEqual([]);
  });

  it("warns when few are left and fails when none is", () => {
    const patch = status({
      2: "IPv4: 250/254 allocated from 10.244.2.0/24, ",
      3: "IPv4: 254/254 allocated from 10.244.3.0/24, ",
    });
    expect(said(ipamExhaustion, { size: 3, patch })).toEqual([
      "worker-3 failed ipam-exhaustion: 254 of 254 IPv4 addresses are given out",
      "worker-2 warning ipam-exhaustion: 250 of 254 IPv4 addresses are given out",
    ]);
  });

  it("takes a full pool that grows on demand for a passing state", () => {
    expect(said(ipamExhaustion, { size: 2, config: { ipam: "eni" }, patch: status({ 2: "16/16 allocated" }) })).toEqual(
      ["worker-2 warning ipam-exhaustion: 16 of 16 addresses are given out"],
    );
  });

  it("says what the operator could not do, and that some pools give no count", () => {
    const error = { "operator-status": { error: "allocator full" } };
    const patch = {
      ...status({ 1: "2 IPAM pool(s) available" }),
      ciliumNode: (node: number) => (node === 2 ? { status: { ipam: error } } : undefined),
    };
    expect(said(ipamExhaustion, { size: 2, patch })).toEqual([
      "worker-2 warning ipam-exhaustion: the operator says: allocator full",
      "worker-1 ok ipam-exhaustion: the agent does not say how many addresses are left",
    ]);
  });
});
