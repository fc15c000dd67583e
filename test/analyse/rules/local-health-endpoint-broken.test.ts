import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, endpointSilent, type MeshOptions, mesh } from "../mesh.ts";
import { startedAt } from "./view-edits.ts";

const selfBroken: MeshOptions = { size: 4, probes: (_from, to) => (to === 2 ? endpointSilent(2) : null) };
const controller = {
  name: "cilium-health-ep",
  status: { "consecutive-failure-count": 12, "last-failure-msg": "Get http://10.244.2.9:4240/hello: i/o timeout" },
};
const failingController = (node: number) => (node === 2 ? { controllers: [controller] } : undefined);

// cilium/cilium#13553, #21149, #35936
describe("an agent that does not reach its own health endpoint", () => {
  it("is likely broken inside by its own probe, and surely by its controller", () => {
    expect(findingsOf(mesh(selfBroken))[0]).toMatchObject({
      id: "local-health-endpoint-broken",
      confidence: "likely",
      nodes: ["worker-2"],
      pathCount: 4,
    });
    expect(findingsOf(mesh({ ...selfBroken, patch: { status: failingController } }))[0]).toMatchObject({
      id: "local-health-endpoint-broken",
      confidence: "confirmed",
    });
  });

  it.each([
    ["disconnected", "local-health-endpoint-broken", "bpf-load-failure"],
    ["regenerating", "bpf-load-failure", "local-health-endpoint-broken"],
  ])("with an endpoint that is %s is %s before %s", (state, first, second) => {
    const endpointList: MeshOptions["endpointList"] = (entries) =>
      JSON.parse(JSON.stringify(entries).replaceAll('"ready"', `"${state}"`));
    const [finding] = findingsOf(mesh({ ...selfBroken, endpointList }));
    expect([finding?.id, finding?.alternatives[0]?.id]).toEqual([first, second]);
  });

  it("is not assumed of a path fault, which leaves the own probe fine", () => {
    const probes: MeshOptions["probes"] = (from, to) => (to === 2 && from !== 2 ? endpointSilent(2) : null);
    expect(idsOf(mesh({ size: 4, probes }))).not.toContain("local-health-endpoint-broken");
  });

  it("is not at fault where the agent does not reach its node's address either (cilium/cilium#5111, #7804)", () => {
    const probes: MeshOptions["probes"] = (from, to) => (from === 2 && to === 2 ? allSilent(2) : null);
    expect(idsOf(mesh({ size: 4, probes }))).toEqual(["self-probe-failure"]);
  });

  it("is not named while it starts", () => {
    const pod = (node: number) => (node === 2 ? startedAt("2031-05-02T09:19:40Z") : undefined);
    expect(idsOf(mesh({ ...selfBroken, patch: { pod } }))).not.toContain("local-health-endpoint-broken");
  });

  it("is no more than info while every probe passes", () => {
    const facts = mesh({ size: 4, patch: { status: failingController } });
    expect(findingsOf(facts).map(({ severity }) => severity)).toEqual(["info"]);
  });
});
