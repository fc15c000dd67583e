import { describe, expect, it } from "vitest";
import { wants } from "../../../src/analyse/analyse.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, endpointSilent, mesh } from "../mesh.ts";
import { recorded, recordedInFull } from "../recorded.ts";
import { cutOff, podsCutOff, soundHost, withEndpointRoutes } from "./forwarding-mesh.ts";

const everything = { nodes: [], zones: [], target: null, protocol: null };
const dropFirst =
  "-P FORWARD ACCEPT\n-N CILIUM_FORWARD\n-A FORWARD -j DROP\n-A FORWARD -j CILIUM_FORWARD\n-A CILIUM_FORWARD -o lxc+ -j ACCEPT\n";
const policyBehindCilium = dropFirst
  .replace("-P FORWARD ACCEPT", "-P FORWARD DROP")
  .replace("-A FORWARD -j DROP\n", "");

describe("forward-drop fires", () => {
  it("on the recorded drop with endpoint routes, with the rule as evidence", async () => {
    const [first] = findingsOf(await recordedInFull("endpoint-routes-forward-drop"));
    expect(first).toMatchObject({
      id: "forward-drop",
      severity: "error",
      confidence: "confirmed",
      nodes: ["worker-3"],
      pathCount: 4,
    });
    expect(first?.evidence[0]).toEqual({
      text: 'packets for pods end at "-A FORWARD -j DROP" on worker-3',
      node: "worker-3",
      capture: "iptables.txt",
    });
  });

  it("before the second round as a possibility, its neighbours as alternatives", async () => {
    const facts = await recorded("endpoint-routes-forward-drop");
    const [first] = findingsOf(facts);
    expect(first).toMatchObject({ id: "forward-drop", confidence: "possible", nodes: ["worker-3"] });
    expect(first?.alternatives.map(({ id }) => id)).toEqual(["ip-forward-disabled", "rp-filter"]);
    expect(first?.confirm.map(({ node }) => node)).toEqual(["worker-3", "worker-3", "worker-3"]);
  });

  it("asks the node that is cut off and one that is not for the three settings together", async () => {
    const asked = wants(await recorded("endpoint-routes-forward-drop"), everything);
    const captures = ["cilium-config.json", "ip_forward.txt", "iptables.txt", "rp_filter.txt"];
    for (const node of ["worker-1", "worker-3"]) {
      expect(asked.filter((want) => want.node === node).map((want) => want.capture)).toEqual(
        expect.arrayContaining(captures),
      );
    }
  });

  it("at several nodes as one finding", () => {
    const guilty = (node: number) =>
      node === 2 || node === 5 ? { ...withEndpointRoutes, "iptables.txt": dropFirst } : withEndpointRoutes;
    const [first] = findingsOf(mesh({ size: 6, probes: podsCutOff(2, 5), confirming: guilty }));
    expect(first).toMatchObject({ id: "forward-drop", nodes: ["worker-2", "worker-5"], pathCount: 10 });
  });

  it.each([2, 3])("in a mesh of %i nodes", (size) => {
    const facts = mesh({
      size,
      probes: podsCutOff(2),
      confirming: (node) => (node === 2 ? { ...withEndpointRoutes, "iptables.txt": dropFirst } : withEndpointRoutes),
    });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "forward-drop", nodes: ["worker-2"], confidence: "confirmed" });
  });

  it("with less trust in native mode without endpoint routes, where the kernel may forward from the NIC", () => {
    const facts = mesh({
      ...cutOff({ ...soundHost, "iptables.txt": dropFirst }, soundHost),
      config: { "routing-mode": "native", "auto-direct-node-routes": "true" },
      patch: { status: () => ({ routing: { "intra-host-routing-mode": "Legacy" } }) },
    });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "forward-drop", confidence: "likely", nodes: ["worker-3"] });
  });
});

describe("forward-drop stays quiet", () => {
  it("on the recorded drop that harms nothing", async () => {
    for (const facts of [await recorded("forward-drop-harmless"), await recordedInFull("forward-drop-harmless")]) {
      expect(findingsOf(facts).filter(({ severity }) => severity !== "info")).toEqual([]);
    }
  });

  it("or says no more than info where BPF hands packets to pods and something else cuts them off", () => {
    const findings = findingsOf(mesh(cutOff({ ...soundHost, "iptables.txt": dropFirst }, soundHost)));
    const mine = findings.find(({ id }) => id === "forward-drop");
    expect(mine).toMatchObject({ severity: "info", pathCount: 0, nodes: ["worker-3"] });
    expect(findings[0]?.id).not.toBe("forward-drop");
  });

  it("where a policy of DROP stands behind Cilium's accept rules, as Docker leaves it", () => {
    expect(idsOf(mesh(cutOff({ ...withEndpointRoutes, "iptables.txt": policyBehindCilium })))).not.toContain(
      "forward-drop",
    );
  });

  it("where a node that is well has the same rules", () => {
    const same = { ...withEndpointRoutes, "iptables.txt": dropFirst };
    expect(idsOf(mesh(cutOff(same, same)))).not.toContain("forward-drop");
  });

  it("where the node itself is not reached, or cannot send either", () => {
    const read = { ...withEndpointRoutes, "iptables.txt": dropFirst };
    const deaf = mesh({ ...cutOff(read), probes: (from, to) => (to === 3 && from !== 3 ? allSilent(to) : null) });
    expect(idsOf(deaf)).not.toContain("forward-drop");
    const cross = mesh({
      size: 5,
      probes: (from, to) => (from !== to && (from === 3 || to === 3) ? endpointSilent(to) : null),
    });
    expect(idsOf(cross)).not.toContain("forward-drop");
  });

  it.each([
    "healthy",
    "native-routing-healthy",
    "vxlan-blocked-one-node",
    "policy-blocks-health",
    "node-down",
    "zone-partition",
    "icmp-blocked-everywhere",
  ])("on the recorded case %s", async (name) => {
    expect(idsOf(await recordedInFull(name))).not.toContain("forward-drop");
    expect(idsOf(await recorded(name))).not.toContain("forward-drop");
  });
});
