import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh, type Patch } from "../mesh.ts";
import { cutOff, soundHost } from "./forwarding-mesh.ts";
import { allPodsCutOff, machine, native } from "./native-mesh.ts";

const config = { ...native, "auto-direct-node-routes": "false" };
const noNetwork = {
  status: {
    conditions: [
      { type: "Ready", status: "True" },
      { type: "NetworkUnavailable", status: "True" },
    ],
  },
};
const oneCutOff = (patch: MeshOptions["patch"]): MeshOptions => ({
  ...cutOff(soundHost, soundHost),
  config,
  ...(patch === undefined ? {} : { patch }),
});

describe("cloud-route-missing fires", () => {
  it("where Kubernetes says that the network of the node is unavailable (hcloud-cloud-controller-manager#915)", () => {
    const [first] = findingsOf(mesh(oneCutOff(machine("hcloud://1", noNetwork))));
    expect(first).toMatchObject({ id: "cloud-route-missing", confidence: "likely", nodes: ["worker-3"], pathCount: 4 });
  });

  it("where Cilium uses another range than the node was given (kube-hetzner#1221)", () => {
    const patch = { ...machine("hcloud://1"), ciliumNode: odd(3) };
    const [first] = findingsOf(mesh(oneCutOff(patch)));
    expect(first).toMatchObject({ id: "cloud-route-missing", confidence: "likely", nodes: ["worker-3"] });
    expect(first?.evidence[1]?.text).toBe("Kubernetes gave worker-3 the range 10.244.3.0/24, Cilium uses 10.99.3.0/24");
  });

  it("as a possibility at the node that joined last, its neighbours as alternatives", () => {
    const patch = machine("aws:///1", { metadata: { creationTimestamp: "2031-05-01T00:00:00Z" } });
    const [first] = findingsOf(mesh(oneCutOff(patch)));
    expect(first).toMatchObject({ id: "cloud-route-missing", confidence: "possible" });
    expect(first?.alternatives[0]?.id).toBe("aws-source-dest-check");
  });

  it("everywhere where all ranges differ from the ones that the cloud routes", () => {
    const patch = { ...machine("hcloud://1"), ciliumNode: odd(1, 2, 3, 4) };
    const [first] = findingsOf(mesh(allPodsCutOff(4, false, { patch, confirming: () => ({}) })));
    expect(first).toMatchObject({ id: "cloud-route-missing", pathCount: 12 });
  });
});

describe("cloud-route-missing stays quiet", () => {
  it("where nothing but the column is known, and the node is no newcomer", () => {
    expect(idsOf(mesh(oneCutOff(machine("hcloud://1"))))).not.toContain("cloud-route-missing");
  });

  it("in tunnel mode, and in a healthy mesh with an unavailable network", () => {
    const facts = { ...oneCutOff(machine("hcloud://1", noNetwork)), config: { "routing-mode": "tunnel" } };
    expect(idsOf(mesh(facts))).not.toContain("cloud-route-missing");
    expect(idsOf(mesh({ size: 5, config, patch: machine("hcloud://1", noNetwork) }))).toEqual([]);
  });

  it("where all nodes have ranges of Cilium's own and one is cut off", () => {
    const patch = { ...machine("hcloud://1"), ciliumNode: odd(1, 2, 3, 4, 5) };
    expect(idsOf(mesh(oneCutOff(patch)))).not.toContain("cloud-route-missing");
  });
});

function odd(...nodes: readonly number[]): (node: number) => Patch {
  return (node) => (nodes.includes(node) ? { spec: { ipam: { podCIDRs: [`10.99.${node}.0/24`] } } } : undefined);
}
