import { describe, expect, it } from "vitest";
import { findingsOf, idsOf, reportOf } from "../findings.ts";
import { allSilent, endpointSilent, healthIP, hostIP, type MeshOptions, mesh, refused, silent } from "../mesh.ts";
import { startedAt, waiting } from "./view-edits.ts";

const column: MeshOptions["probes"] = (from, to) =>
  to === 3 && from !== 3 ? { hostHttp: refused(hostIP(3)), endpointHttp: refused(healthIP(3)) } : null;
const with3 = (patch: Readonly<Record<string, unknown>>) => (node: number) => (node === 3 ? patch : undefined);
const crashing: MeshOptions = { size: 4, probes: column, patch: { pod: with3(waiting("CrashLoopBackOff")) } };
const notReady = {
  status: { conditions: [{ type: "Ready", status: "False", message: "cni plugin not initialized" }] },
};

// cilium/cilium#33697
describe("an agent that does not run", () => {
  it("owns the column of its node", () => {
    expect(findingsOf(mesh(crashing))).toMatchObject([
      { id: "agent-down", severity: "error", confidence: "confirmed", nodes: ["worker-3"], pathCount: 6 },
    ]);
  });

  it("is the cause too where its absence makes the node not ready: the kernel still refuses", () => {
    const facts = mesh({ ...crashing, patch: { pod: with3(waiting("CrashLoopBackOff")), node: with3(notReady) } });
    expect(idsOf(facts)).toEqual(["agent-down"]);
  });

  it("gives way to the machine that is gone", () => {
    const facts = mesh({
      ...crashing,
      probes: (from, to) => (to === 3 && from !== 3 ? allSilent(3) : null),
      patch: { pod: with3(waiting("CrashLoopBackOff")), node: with3(notReady) },
    });
    expect(idsOf(facts)).toEqual(["node-down"]);
  });

  it("is likely where its pod is still called running, nothing in it answers, and the machine refuses the port", () => {
    const gone: MeshOptions = {
      size: 4,
      probes: (from, to) => (to === 3 && from !== 3 ? { hostHttp: refused(hostIP(3)), ...endpointSilent(3) } : null),
      outOfReach: { 3: "container not running" },
    };
    expect(findingsOf(mesh(gone))).toMatchObject([
      { id: "agent-down", confidence: "likely", nodes: ["worker-3"], pathCount: 6 },
    ]);
    expect(idsOf(mesh({ ...gone, outOfReach: {} }))).not.toContain("agent-down");
  });

  it("hangs where no command in it ends, the port is silent and ping passes", () => {
    const hung: MeshOptions = {
      size: 4,
      probes: (from, to) => (to === 3 && from !== 3 ? { hostHttp: silent(hostIP(3)) } : null),
      hanging: [3],
    };
    const [first, ...others] = findingsOf(mesh(hung));
    expect(first).toMatchObject({
      id: "agent-down",
      confidence: "likely",
      title: "the Cilium agent of worker-3 hangs (nothing in it answers)",
      nodes: ["worker-3"],
      pathCount: 3,
    });
    expect(others).toEqual([]);
    expect(idsOf(mesh({ ...hung, hanging: [] }))).toEqual(["health-tcp-4240-blocked"]);
    expect(idsOf(mesh({ ...hung, probes: () => null }))).not.toContain("agent-down");
  });

  it("between two crashes is down as well", () => {
    const ran = {
      lastState: {
        terminated: { reason: "Error", startedAt: "2031-05-02T09:17:00Z", finishedAt: "2031-05-02T09:18:00Z" },
      },
    };
    const pod = startedAt("2031-05-02T09:19:00Z", { restartCount: 12, ...ran });
    expect(idsOf(mesh({ size: 4, probes: column, patch: { pod: with3(pod) } }))).toEqual(["agent-down"]);
  });

  it("but was created moments ago is being rolled out", () => {
    const pod = { metadata: { creationTimestamp: "2031-05-02T09:19:30Z" }, ...waiting("ContainerCreating", 0) };
    const report = reportOf(mesh({ ...crashing, patch: { pod: with3(pod) } }));
    expect(report.findings).toMatchObject([{ id: "agent-down", severity: "info" }]);
  });

  it.each([
    ["it runs", { size: 4, probes: column }],
    [
      "it restarted once, a minute ago",
      { size: 4, probes: column, patch: { pod: with3(startedAt("2031-05-02T09:19:00Z")) } },
    ],
  ])("is not assumed where %s", (_what, options: MeshOptions) => {
    expect(idsOf(mesh(options))).not.toContain("agent-down");
  });
});
