import { describe, expect, it } from "vitest";
import { kernelVersion } from "../../../src/analyse/checks/kernel-version.ts";
import { said } from "./checked.ts";

const kernels = (odd: Readonly<Record<number, string>>) => ({
  node: (node: number) => ({ status: { nodeInfo: { kernelVersion: odd[node] ?? "6.1.0" } } }),
});

describe("kernel-version", () => {
  it("is quiet where every kernel is new enough, and mentions one that differs", () => {
    expect(said(kernelVersion, { size: 3 })).toEqual([]);
    expect(said(kernelVersion, { size: 3, patch: kernels({ 2: "5.15.0-91-generic" }) })).toEqual([
      "worker-2 ok kernel-version: kernel 5.15.0-91-generic (6.1.0 on 2 others)",
    ]);
  });

  it("warns of a kernel that the release there does not support", () => {
    expect(said(kernelVersion, { size: 3, patch: kernels({ 2: "5.4.0-150-generic" }) })).toEqual([
      "worker-2 warning kernel-version: kernel 5.4.0-150-generic, and Cilium there asks for 5.10",
    ]);
  });

  it("takes Red Hat's kernels at their word", () => {
    const el8 = "4.18.0-553.el8_10.x86_64";
    expect(said(kernelVersion, { size: 2, patch: kernels({ 1: el8, 2: el8 }) })).toEqual([]);
  });

  it("is not run where the nodes cannot be listed", () => {
    expect(said(kernelVersion, { size: 2, denied: ["nodes"] })).toEqual([
      "worker-1+worker-2 not run kernel-version: nodes is forbidden",
    ]);
  });
});
