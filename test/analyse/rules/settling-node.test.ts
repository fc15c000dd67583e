import { describe, expect, it } from "vitest";
import { findingsOf, idsOf, reportOf } from "../findings.ts";
import { allSilent, endpointSilent, healthIP, hostIP, type MeshOptions, mesh, refused } from "../mesh.ts";
import { startedAt } from "./view-edits.ts";

const restartedResponder = (to: number) => ({ hostHttp: refused(hostIP(to)), endpointHttp: refused(healthIP(to)) });

// root-causes §1.9; probes of the mesh are of 09:19:30, captures of 09:20:00, two intervals are four minutes
describe("a mesh that heals by itself", () => {
  const quiet: readonly (readonly [string, MeshOptions])[] = [
    [
      "an agent that restarted while the others probed it",
      {
        size: 4,
        probes: (from, to) => (to === 2 && from !== 2 ? restartedResponder(2) : null),
        patch: { pod: (node) => (node === 2 ? startedAt("2031-05-02T09:19:40Z") : undefined) },
      },
    ],
    [
      "an agent whose responder came up after the last probe but within two intervals",
      {
        size: 4,
        probes: (from, to) => (to === 2 && from !== 2 ? restartedResponder(2) : null),
        patch: { pod: (node) => (node === 2 ? startedAt("2031-05-02T09:17:00Z") : undefined) },
      },
    ],
    [
      "a node that joined a minute ago",
      {
        size: 5,
        probes: (from, to) => (from === 5 || to === 5 ? allSilent(to) : null),
        patch: {
          node: (node) => (node === 5 ? { metadata: { creationTimestamp: "2031-05-02T09:19:00Z" } } : undefined),
        },
      },
    ],
  ];

  it.each(quiet)("has nothing above info: %s", (_what, options) => {
    const report = reportOf(mesh(options));
    expect(report.findings.map(({ id, severity }) => [id, severity])).toEqual([["settling-node", "info"]]);
    expect(report.exitCode).toBe(0);
  });

  const loud: readonly (readonly [string, MeshOptions])[] = [
    [
      "probes well after the restart still fail",
      {
        size: 4,
        probes: (from, to) => (to === 2 && from !== 2 ? endpointSilent(2) : null),
        patch: { pod: (node) => (node === 2 ? startedAt("2031-05-02T09:17:00Z") : undefined) },
      },
    ],
    [
      "every agent was started at once",
      {
        size: 4,
        probes: (from, to) => (to === 2 && from !== 2 ? restartedResponder(2) : null),
        patch: { pod: () => startedAt("2031-05-02T09:19:40Z") },
      },
    ],
    [
      "the restart was two intervals ago",
      {
        size: 4,
        probes: (from, to) => (to === 2 && from !== 2 ? restartedResponder(2) : null),
        patch: { pod: (node) => (node === 2 ? startedAt("2031-05-02T09:10:00Z") : undefined) },
      },
    ],
  ];

  it.each(loud)("is not assumed where %s", (_what, options) => {
    expect(idsOf(mesh(options))).not.toContain("settling-node");
    expect(findingsOf(mesh(options))[0]?.severity).not.toBe("info");
  });
});
