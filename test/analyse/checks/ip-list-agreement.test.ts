import { describe, expect, it } from "vitest";
import { ipListAgreement } from "../../../src/analyse/checks/ip-list-agreement.ts";
import { hostIP } from "../mesh.ts";
import { noLists, said, tables } from "./checked.ts";

const entry = (cidr: string, identity: number, node: number | null) => ({
  cidr,
  identity,
  ...(node === null ? {} : { hostIP: hostIP(node) }),
});
const usual = [
  entry("0.0.0.0/0", 2, null),
  entry("10.244.1.30/32", 20_000, 1),
  entry("203.0.113.7/32", 16_777_300, null),
];
const compared = (byNode: Readonly<Record<number, unknown>>) => {
  const first = tables("cilium-ip-list.json", byNode);
  return said(ipListAgreement, { size: 4 }, { lists: { ...noLists, first, again: first } });
};

describe("ip-list-agreement", () => {
  it("is quiet where agents believe the same, whatever number each has for a range of a policy", () => {
    const local = usual.map((one) => (one.cidr.startsWith("203") ? { ...one, identity: 16_777_999 } : one));
    expect(compared({ 1: usual, 2: local, 3: usual, 4: usual })).toEqual([]);
  });

  it("fails where an agent holds a pod to be on another node", () => {
    const stale = usual.map((one) => (one.identity === 20_000 ? { ...one, hostIP: hostIP(3) } : one));
    expect(compared({ 1: usual, 2: usual, 3: usual, 4: stale })).toEqual([
      "worker-4 failed ip-list-agreement: 10.244.1.30/32 leads to 172.31.0.13, and is of worker-1, as 2 others have it",
    ]);
  });

  it("does not take pods of a node itself for foreign where no range tells (cloud addresses)", () => {
    const cloud = [entry("0.0.0.0/0", 2, null), entry("10.9.0.30/32", 20_000, 2)];
    expect(compared({ 1: cloud, 2: [cloud[0]], 3: cloud, 4: cloud })).toEqual([
      "worker-2 failed ip-list-agreement: 10.9.0.30/32 is missing, has identity 20000 at 172.31.0.12 on 3 others",
    ]);
    expect(compared({ 1: cloud, 2: [cloud[0], entry("10.9.0.30/32", 20_000, 2)], 3: cloud, 4: cloud })).toEqual([]);
  });
});
