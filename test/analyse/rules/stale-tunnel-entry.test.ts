import { describe, expect, it } from "vitest";
import { wants } from "../../../src/analyse/analyse.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { endpointSilent, healthIP, hostIP, type MeshOptions, mesh } from "../mesh.ts";

const fromNode1To3: NonNullable<MeshOptions["probes"]> = (from, to) =>
  from === 1 && to === 3 ? endpointSilent(to) : {};
const entry = (endpoint: string) => [`identity=4 encryptkey=0 tunnelendpoint=${endpoint} flags=hastunnel`];
const ipcache = (endpoint: string) =>
  JSON.stringify({
    "0.0.0.0/0": entry("0.0.0.0"),
    "10.244.3.0/24": entry(hostIP(3)),
    [`${healthIP(3)}/32`]: entry(endpoint),
  });
const read = (endpoint: string): NonNullable<MeshOptions["confirming"]> => {
  return (node) => ({ "bpf-ipcache.json": ipcache(node === 1 ? endpoint : hostIP(3)) });
};

describe("a tunnel entry that points elsewhere", () => {
  it("is confirmed by the sender's ipcache (cilium/cilium#22923)", () => {
    const findings = findingsOf(mesh({ size: 5, probes: fromNode1To3, confirming: read("172.31.0.99") }));
    expect(findings).toMatchObject([
      { id: "stale-tunnel-entry", confidence: "confirmed", nodes: ["worker-1", "worker-3"], pathCount: 1 },
    ]);
    expect(findings[0]?.evidence[0]?.text).toBe(
      "worker-1: it sends 10.244.3.9/32 of worker-3 to 172.31.0.99, but worker-3 is 172.31.0.13",
    );
  });

  it("may be missing altogether", () => {
    const facts = mesh({ size: 5, probes: fromNode1To3, confirming: read("0.0.0.0") });
    expect(findingsOf(facts)[0]?.evidence[0]?.text).toContain("holds no tunnel endpoint for 10.244.3.9");
  });

  it("may concern every peer of one agent", () => {
    const probes: NonNullable<MeshOptions["probes"]> = (from, to) => (from === 1 && to !== 1 ? endpointSilent(to) : {});
    const wrong = JSON.stringify({ "10.244.0.0/16": entry("172.31.0.99") });
    const facts = mesh({ size: 4, probes, confirming: () => ({ "bpf-ipcache.json": wrong }) });
    expect(findingsOf(facts)).toMatchObject([{ id: "stale-tunnel-entry", pathCount: 3 }]);
  });

  it("is asked for at the sender and at a healthy node", () => {
    const asked = wants(mesh({ size: 5, probes: fromNode1To3 }), {
      nodes: [],
      zones: [],
      target: null,
      protocol: null,
    });
    const nodes = asked.filter(({ capture }) => capture === "bpf-ipcache.json").map(({ node }) => node);
    expect(nodes).toContain("worker-1");
    expect(nodes.length).toBeGreaterThan(1);
  });

  it.each<[string, MeshOptions]>([
    ["the entry is right: a port is blocked", { size: 5, probes: fromNode1To3, confirming: read(hostIP(3)) }],
    ["the ipcache was not read", { size: 5, probes: fromNode1To3 }],
    [
      "routing is native",
      { size: 5, probes: fromNode1To3, confirming: read("0.0.0.0"), config: { "routing-mode": "native" } },
    ],
    ["the path works", { size: 5, confirming: read("172.31.0.99") }],
  ])("is not said where %s", (_when, options) => {
    expect(idsOf(mesh(options))).not.toContain("stale-tunnel-entry");
  });
});
