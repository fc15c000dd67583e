import { describe, expect, it } from "vitest";
import { reversePathFiltering } from "../../../src/analyse/checks/reverse-path-filtering.ts";
import { said, texts } from "./checked.ts";

const values = (lxc: number) => `/proc/sys/net/ipv4/conf/all/rp_filter:0
/proc/sys/net/ipv4/conf/eth0/rp_filter:1
/proc/sys/net/ipv4/conf/lxc_health/rp_filter:${lxc}
`;

describe("reverse-path-filtering", () => {
  it("is quiet where it is off or loose on pods' interfaces, whatever the network's own have", () => {
    expect(
      said(reversePathFiltering, { size: 3, confirming: texts("rp_filter.txt", values(0), { 2: values(2) }) }),
    ).toEqual([]);
  });

  it("warns of the one node that filters strictly", () => {
    expect(
      said(reversePathFiltering, { size: 3, confirming: texts("rp_filter.txt", values(0), { 2: values(1) }) }),
    ).toEqual(["worker-2 warning rp-filter: rp_filter is strict on lxc_health, unlike on 2 other nodes"]);
  });

  it("only mentions it where every node has it and pods are reached", () => {
    expect(said(reversePathFiltering, { size: 3, confirming: texts("rp_filter.txt", values(1)) })).toEqual([
      "worker-1+worker-2+worker-3 ok reverse-path-filtering: rp_filter is strict on pod interfaces of every node, and harms no probe",
    ]);
  });
});
