import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, type MeshOptions, mesh } from "../mesh.ts";
import { startedAt } from "./view-edits.ts";

const noSocket =
  'Error: Cannot get status: Get "http://localhost/v1beta/status": dial unix /var/run/cilium/health.sock: connect: no such file or directory';
const withoutSocket = (node: number) => (node === 2 ? { "cilium-health-status.json": noSocket } : {});
const image = (version: string) => ({
  spec: { containers: [{ name: "cilium-agent", image: `quay.io/cilium/cilium:v${version}` }] },
});

function severities(options: Omit<MeshOptions, "size">): string[] {
  return findingsOf(mesh({ size: 4, ...options }))
    .filter(({ id }) => id === "health-daemon-not-ready")
    .map(({ severity, nodes }) => `${severity} ${nodes.join()}`);
}

describe("an agent without a health view", () => {
  it("that has just started is still starting", () => {
    const pod = (node: number) => (node === 2 ? startedAt("2031-05-02T09:19:00Z") : undefined);
    expect(severities({ failing: withoutSocket, patch: { pod } })).toEqual(["info worker-2"]);
  });

  it("that answers without any node has not finished its first cycle (1.17)", () => {
    const pod = (node: number) => (node === 2 ? startedAt("2031-05-02T09:19:00Z") : undefined);
    const health = (node: number) => (node === 2 ? { nodes: null } : undefined);
    expect(severities({ patch: { pod, health } })).toEqual(["info worker-2"]);
  });

  it("of which the start is not known, as in pasted outputs, may as well run with checking off", () => {
    const pod = () => ({
      metadata: { creationTimestamp: null },
      status: { containerStatuses: [{ name: "cilium-agent", ready: true, state: { running: {} } }] },
    });
    const [finding] = findingsOf(mesh({ size: 4, failing: withoutSocket, patch: { pod } }));
    expect(finding).toMatchObject({
      title: "the agent of worker-2 has no health view",
      alternatives: [{ id: "health-checking-disabled" }],
    });
  });

  it("a month after its start is a fault", () => {
    expect(severities({ failing: withoutSocket })).toEqual(["info worker-2"]);
  });

  it("may take 30 s for each silent address up to 1.16 (cilium/cilium#35465)", () => {
    const dead = (version: string): Omit<MeshOptions, "size"> => ({
      failing: (node) => (node === 2 ? { ...withoutSocket(2), "cilium-status.json": "timeout" } : {}),
      probes: (_from, to) => (to >= 3 ? allSilent(to) : null),
      patch: { pod: (node) => (node === 2 ? { ...startedAt("2031-05-02T09:15:00Z"), ...image(version) } : undefined) },
    });
    expect(severities(dead("1.16.0"))).toEqual(["info worker-2"]);
    expect(severities(dead("1.18.0"))).toEqual(["info worker-2"]);
  });

  it.each([
    ["checking is off", { failing: withoutSocket, config: { "enable-health-checking": "false" } }],
    ["the exec itself failed", { outOfReach: { 2: "error dialing backend: EOF" } }],
    ["its container does not run", { patch: { pod: () => ({ status: { containerStatuses: [] } }) } }],
  ])("is another matter where %s", (_what, options) => {
    expect(idsOf(mesh({ size: 4, ...options }))).not.toContain("health-daemon-not-ready");
  });
});
