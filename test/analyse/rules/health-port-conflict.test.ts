import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { endpointSilent, healthIP, hostIP, type MeshOptions, mesh, refused, silent } from "../mesh.ts";
import { waiting } from "./view-edits.ts";

const portRefused: MeshOptions = {
  size: 4,
  probes: (_from, to) => (to === 2 ? { hostHttp: refused(hostIP(2)) } : null),
};

// cilium/cilium#41402
describe("a refused health port", () => {
  it.each([2, 3, 4])("of a running agent is a conflict, in a mesh of %i", (size) => {
    expect(findingsOf(mesh({ ...portRefused, size }))).toMatchObject([
      { id: "health-port-conflict", severity: "warning", confidence: "likely", nodes: ["worker-2"] },
    ]);
  });

  it("beside a node that gets through to no pod, which tells nothing of this one's", () => {
    const probes: MeshOptions["probes"] = (from, to) => ({
      ...(to === 2 ? { hostHttp: refused(hostIP(2)) } : {}),
      ...(from === 4 && to !== 4 ? endpointSilent(to) : {}),
    });
    const found = findingsOf(mesh({ size: 5, probes })).find(({ id }) => id === "health-port-conflict");
    expect(found).toMatchObject({ nodes: ["worker-2"], pathCount: 5 });
  });

  const others: readonly (readonly [string, MeshOptions])[] = [
    [
      "the agent does not run",
      { ...portRefused, patch: { pod: (node) => (node === 2 ? waiting("CrashLoopBackOff") : undefined) } },
    ],
    [
      "the endpoint refuses too",
      {
        size: 4,
        probes: (_from, to) => (to === 2 ? { hostHttp: refused(hostIP(2)), endpointHttp: refused(healthIP(2)) } : null),
      },
    ],
    ["it is silent", { size: 4, probes: (_from, to) => (to === 2 ? { hostHttp: silent(hostIP(2)) } : null) }],
  ];

  it.each(others)("is another matter where %s", (_what, options) => {
    expect(idsOf(mesh(options))).not.toContain("health-port-conflict");
  });
});
