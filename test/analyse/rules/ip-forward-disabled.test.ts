import { describe, expect, it } from "vitest";
import { wants } from "../../../src/analyse/analyse.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, type MeshOptions, mesh } from "../mesh.ts";
import { cutOff, podsCutOff, soundHost, withEndpointRoutes } from "./forwarding-mesh.ts";

const off = { "ip_forward.txt": "0\n" };

describe("ip-forward-disabled fires", () => {
  it("with endpoint routes, on a node only its own agent gets through to (cilium/cilium#8476, #45143)", () => {
    const [first] = findingsOf(mesh(cutOff({ ...withEndpointRoutes, ...off })));
    expect(first).toMatchObject({
      id: "ip-forward-disabled",
      severity: "error",
      confidence: "confirmed",
      nodes: ["worker-3"],
      pathCount: 4,
    });
  });

  it("beside an agent that does not reach the node at all, which tells nothing of its pods", () => {
    const hidden: MeshOptions["probes"] = (from, to) =>
      from === 1 && to === 3 ? allSilent(3) : podsCutOff(3)(from, to);
    const asked = wants(mesh({ size: 5, probes: hidden, config: { "enable-endpoint-routes": "true" } }), {
      nodes: [],
      zones: [],
      target: null,
      protocol: null,
    });
    expect(asked).toContainEqual({ node: "worker-3", capture: "ip_forward.txt" });
  });

  it("on all nodes of an image", () => {
    const facts = mesh({
      size: 5,
      probes: podsCutOff(1, 2, 3, 4, 5),
      config: { "enable-endpoint-routes": "true" },
      confirming: () => ({ ...withEndpointRoutes, ...off }),
    });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "ip-forward-disabled", pathCount: 20 });
  });

  it("on many nodes of which the few that were read are all alike", () => {
    const few = mesh({
      size: 12,
      probes: podsCutOff(1, 2, 3, 4, 5, 6, 7),
      config: { "enable-endpoint-routes": "true" },
      confirming: (node) => (node < 5 ? { ...withEndpointRoutes, ...off } : {}),
    });
    const [first] = findingsOf(few);
    expect(first).toMatchObject({ id: "ip-forward-disabled", confidence: "likely", pathCount: 77 });
    expect(first?.evidence.at(-1)?.text).toBe("3 more nodes are cut off alike; their settings were not read");
  });

  it("and names the dropping chain as well where both are wrong", () => {
    const both = { ...withEndpointRoutes, ...off, "iptables.txt": "-P FORWARD DROP\n" };
    const [first] = findingsOf(mesh(cutOff(both)));
    expect(first?.id).toBe("ip-forward-disabled");
    expect(first?.alternatives.map(({ id }) => id)).toEqual(["forward-drop"]);
  });
});

describe("ip-forward-disabled stays quiet", () => {
  it.each([
    ["forwarding is on", withEndpointRoutes],
    ["the answer is no number", { ...withEndpointRoutes, "ip_forward.txt": "cat: No such file\n" }],
  ])("where %s", (_when, read) => {
    expect(idsOf(mesh(cutOff(read)))).not.toContain("ip-forward-disabled");
  });

  it("or says no more than info on the default datapath", () => {
    const findings = findingsOf(mesh(cutOff({ ...soundHost, ...off }, soundHost)));
    expect(findings.find(({ id }) => id === "ip-forward-disabled")).toMatchObject({ severity: "info", pathCount: 0 });
    expect(findings[0]?.id).not.toBe("ip-forward-disabled");
  });

  it("where a node that is well has it off too", () => {
    const same = { ...withEndpointRoutes, ...off };
    expect(idsOf(mesh(cutOff(same, same)))).not.toContain("ip-forward-disabled");
  });

  it("on a healthy mesh, whatever is set", () => {
    expect(idsOf(mesh({ size: 5, confirming: () => ({ ...withEndpointRoutes, ...off }) }))).toEqual([]);
  });
});
