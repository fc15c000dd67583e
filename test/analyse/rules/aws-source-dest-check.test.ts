import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { mesh } from "../mesh.ts";
import { cutOff, soundHost } from "./forwarding-mesh.ts";
import { allPodsCutOff, machine, native, table } from "./native-mesh.ts";

describe("a cloud's check of foreign addresses fires, worded by the provider", () => {
  it.each([
    ["aws:///eu-central-1a/i-0abc", "aws-source-dest-check", "likely"],
    ["openstack:///4711", "openstack-port-security", "likely"],
    ["azure:///subscriptions/1", "azure-gcp-ip-forwarding", "possible"],
    ["gce://project/zone/name", "azure-gcp-ip-forwarding", "possible"],
  ])("%s: %s", (providerID, id, confidence) => {
    const [first] = findingsOf(mesh(allPodsCutOff(4, true, { patch: machine(providerID) })));
    expect(first).toMatchObject({ id, confidence, pathCount: 12 });
  });

  it("with the route as an open question where no table was read (cilium/cilium#14243)", () => {
    const facts = mesh(allPodsCutOff(4, true, { patch: machine("aws:///1"), confirming: () => ({}) }));
    const [first] = findingsOf(facts);
    expect(first?.id).toBe("aws-source-dest-check");
    expect(first?.alternatives.map(({ id }) => id)).toEqual(["native-no-l2-route", "cloud-route-missing"]);
  });

  it("as a possibility at a single node whose neighbours have the route", () => {
    const facts = mesh({
      ...cutOff(soundHost, soundHost),
      config: { ...native, "auto-direct-node-routes": "true" },
      patch: machine("aws:///1"),
      confirming: (node) => ({
        ...soundHost,
        "ip-route.txt": table(
          node,
          [1, 2, 3, 4, 5].filter((one) => one !== node),
        ),
      }),
    });
    expect(findingsOf(facts)[0]).toMatchObject({
      id: "aws-source-dest-check",
      confidence: "possible",
      nodes: ["worker-3"],
    });
  });
});

describe("a cloud's check of foreign addresses stays quiet", () => {
  it("where the nodes have no routes: the route is missing, not the permission", () => {
    expect(idsOf(mesh(allPodsCutOff(4, false, { patch: machine("aws:///1") })))).toEqual(["native-no-l2-route"]);
  });

  it.each([
    ["on another provider", allPodsCutOff(4, true, { patch: machine("vsphere://1") })],
    ["in tunnel mode", allPodsCutOff(4, true, { patch: machine("aws:///1"), config: { "routing-mode": "tunnel" } })],
    ["with ipam: eni", allPodsCutOff(4, true, { patch: machine("aws:///1"), config: { ...native, ipam: "eni" } })],
  ])("%s", (_when, options) => {
    expect(idsOf(mesh(options))).not.toContain("aws-source-dest-check");
  });

  it("where the nodes themselves forward nothing", () => {
    const facts = mesh(
      allPodsCutOff(4, true, {
        patch: machine("aws:///1"),
        confirming: (node) => ({
          ...soundHost,
          "ip_forward.txt": "0\n",
          "ip-route.txt": table(
            node,
            [1, 2, 3, 4].filter((one) => one !== node),
          ),
        }),
      }),
    );
    expect(idsOf(facts)).toEqual(["ip-forward-disabled"]);
  });
});
