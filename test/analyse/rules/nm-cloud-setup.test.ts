import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { endpointSilent, type MeshOptions, mesh } from "../mesh.ts";
import { podsCutOff, soundHost } from "./forwarding-mesh.ts";

const added = {
  ...soundHost,
  "ip-rule.txt": "0:\tfrom all lookup local\n30350:\tfrom 172.31.0.13 lookup 30400\n32766:\tfrom all lookup main\n",
};
const rhel: MeshOptions["patch"] = {
  node: () => ({ status: { nodeInfo: { osImage: "Red Hat Enterprise Linux 8.6 (Ootpa)" } } }),
};

describe("nm-cloud-setup fires", () => {
  it("on a cut-off node with rules of that kind (rancher/rke2#1053)", () => {
    const facts = mesh({
      size: 5,
      probes: podsCutOff(3),
      patch: rhel,
      confirming: (node) => (node === 3 ? added : soundHost),
    });
    const [first] = findingsOf(facts);
    expect(first).toMatchObject({ id: "nm-cloud-setup", confidence: "likely", nodes: ["worker-3"], pathCount: 4 });
    expect(first?.evidence[0]).toMatchObject({ capture: "ip-rule.txt", node: "worker-3" });
  });

  it("on a node that reaches no pod of others by its own address", () => {
    const probes: MeshOptions["probes"] = (from, to) => (from === 3 && to !== 3 ? endpointSilent(to) : null);
    const facts = mesh({ size: 5, probes, confirming: (node) => (node === 3 ? added : soundHost) });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "nm-cloud-setup", nodes: ["worker-3"], pathCount: 4 });
  });

  it("where the node's own agent fails as well, with less trust on another system", () => {
    const probes: MeshOptions["probes"] = (_from, to) => (to === 3 ? endpointSilent(3) : null);
    const facts = mesh({ size: 5, probes, confirming: (node) => (node === 3 ? added : soundHost) });
    expect(findingsOf(facts).find(({ id }) => id === "nm-cloud-setup")).toMatchObject({ confidence: "possible" });
  });
});

describe("nm-cloud-setup stays quiet", () => {
  it.each([
    ["the rules are the usual ones", soundHost, soundHost],
    ["a node that is well has the same rules", added, added],
    ["the rules were not read", {}, {}],
  ])("where %s", (_when, own, others) => {
    const facts = mesh({
      size: 5,
      probes: podsCutOff(3),
      patch: rhel,
      confirming: (node) => (node === 3 ? own : others),
    });
    expect(idsOf(facts)).not.toContain("nm-cloud-setup");
  });
});
