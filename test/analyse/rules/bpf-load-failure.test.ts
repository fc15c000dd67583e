import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { endpointSilent, type MeshOptions, mesh } from "../mesh.ts";

const toNode2: NonNullable<MeshOptions["probes"]> = (from, to) => (to === 2 && from !== 2 ? endpointSilent(to) : {});
const verifier = "Error while reloading endpoint BPF program: loading bpf_lxc.o: permission denied: verifier log";
const failing = (text: string, name = "endpoint-3233-regeneration-recovery") => ({
  controllers: [{ name, status: { "consecutive-failure-count": 9, "last-failure-msg": text } }],
});
const state =
  (word: string): NonNullable<MeshOptions["endpointList"]> =>
  (entries, node) =>
    entries.map((entry) => ({
      ...entry,
      status: { ...(entry["status"] as object), state: node === 2 ? word : "ready" },
    }));
const only = (node: number, patch: object) => (at: number) =>
  (at === node ? patch : {}) as Readonly<Record<string, unknown>>;

describe("a datapath that does not load", () => {
  it("is confirmed by the loader's own words (cilium/cilium#17647)", () => {
    const patch = {
      status: only(2, failing(verifier)),
      node: only(2, { status: { nodeInfo: { kernelVersion: "6.9.0-rc1" } } }),
    };
    const [finding, ...others] = findingsOf(
      mesh({ size: 5, probes: toNode2, endpointList: state("not-ready"), patch }),
    );
    expect(finding).toMatchObject({
      id: "bpf-load-failure",
      confidence: "confirmed",
      nodes: ["worker-2"],
      pathCount: 4,
    });
    expect(finding?.evidence.map(({ text }) => text)).toContain("kernel 6.9.0-rc1 runs on this node and on no other");
    expect(others).toEqual([]);
  });

  it("is likely where the health endpoint is just not ready (cilium/cilium#14964)", () => {
    expect(findingsOf(mesh({ size: 5, probes: toNode2, endpointList: state("regenerating") }))).toMatchObject([
      { id: "bpf-load-failure", confidence: "likely" },
    ]);
  });

  it.each<[string, MeshOptions]>([
    ["the endpoint is ready", { size: 5, probes: toNode2 }],
    [
      "another endpoint's regeneration fails",
      { size: 5, probes: toNode2, patch: { status: only(2, failing(verifier, "endpoint-77-regeneration-recovery")) } },
    ],
    [
      "the agent has only just started",
      {
        size: 5,
        probes: toNode2,
        endpointList: state("restoring"),
        patch: {
          pod: only(2, {
            status: {
              containerStatuses: [
                {
                  name: "cilium-agent",
                  ready: true,
                  restartCount: 1,
                  state: { running: { startedAt: "2031-05-02T09:19:20Z" } },
                },
              ],
            },
          }),
        },
      },
    ],
    ["the endpoint is reached all the same", { size: 5, endpointList: state("regenerating") }],
  ])("is not said where %s", (_when, options) => {
    expect(idsOf(mesh(options))).not.toContain("bpf-load-failure");
  });
});
