import { describe, expect, it } from "vitest";
import { findingsOf, idsOf, reportOf } from "../findings.ts";
import {
  allSilent,
  endpointSilent,
  healthIP,
  hostIP,
  hostSilent,
  type MeshOptions,
  mesh,
  nameOf,
  noRoute,
  type Probes,
  refused,
  silent,
  timedOut,
} from "../mesh.ts";
import { recordedInFull } from "../recorded.ts";
import { remoteEntry } from "./view-edits.ts";

const noExec = "error sending request: dial tcp 172.31.0.13:10250: connect: no route to host";
const notReady = {
  status: { conditions: [{ type: "Ready", status: "Unknown", message: "Kubelet stopped posting node status." }] },
};
const state = (node: number) => (node === 3 ? notReady : undefined);
const column =
  (see: (to: number) => Probes): NonNullable<MeshOptions["probes"]> =>
  (from, to) =>
    to === 3 && from !== 3 ? see(3) : null;
const down: MeshOptions = { size: 4, probes: column(allSilent), outOfReach: { 3: noExec }, patch: { node: state } };
/** `T U T T`: on the same link ARP fails, and Go says so at once. */
const sameLink = (to: number): Probes => ({ ...allSilent(to), hostHttp: noRoute(hostIP(to)) });
const posted = (time: string) => ({ conditions: [{ type: "Ready", status: "True", lastHeartbeatTime: time }] });

describe("a node that is down", () => {
  it("is the whole finding of the recorded case node-down", async () => {
    const found = findingsOf(await recordedInFull("node-down"));
    expect(found.map(({ id, nodes, confidence, pathCount }) => [id, nodes, confidence, pathCount])).toEqual([
      ["node-down", ["worker-4"], "confirmed", 8],
    ]);
  });

  const confirmed: readonly (readonly [string, MeshOptions, number])[] = [
    ["T T T T", down, 6],
    ["T U T T", { ...down, probes: column(sameLink) }, 6],
    [
      "U on both HTTP probes, as native routing has it",
      {
        ...down,
        config: { "routing-mode": "native" },
        probes: column((to) => ({ ...sameLink(to), endpointHttp: noRoute(healthIP(to)) })),
      },
      6,
    ],
    [
      "a ping success that outlived it (1.14 and older)",
      { ...down, probes: column((to) => ({ hostHttp: silent(hostIP(to)), ...endpointSilent(to) })) },
      6,
    ],
    ["a mesh of three", { ...down, size: 3 }, 4],
    [
      "a mesh of two",
      {
        size: 2,
        probes: (from, to) => (from === 1 && to === 2 ? allSilent(2) : null),
        outOfReach: { 2: noExec },
        patch: { node: (node) => (node === 2 ? notReady : undefined) },
      },
      2,
    ],
    ["no agent pod left", { ...down, patch: { node: state, pod: (node) => (node === 3 ? "none" : undefined) } }, 6],
    [
      "a pod that is not running any more",
      {
        ...down,
        patch: { node: state, pod: (node) => (node === 3 ? { status: { containerStatuses: [] } } : undefined) },
      },
      6,
    ],
    [
      "a kubelet that stopped reporting while nobody changes the node's state",
      {
        ...down,
        patch: { node: (node) => ({ status: posted(node === 3 ? "2031-05-02T08:50:00Z" : "2031-05-02T09:19:00Z") }) },
      },
      6,
    ],
  ];

  it.each(confirmed)("is one finding: %s", (_what, options, paths) => {
    expect(findingsOf(mesh(options)).map(({ id, confidence, pathCount }) => [id, confidence, pathCount])).toEqual([
      ["node-down", "confirmed", paths],
    ]);
  });

  it("is likely while its lease has not run out, a filter on its input being the other reading", () => {
    const { patch: _ready, ...rest } = down;
    const [finding, ...more] = findingsOf(mesh(rest));
    expect([finding?.id, finding?.confidence, more]).toEqual(["node-down", "likely", []]);
    expect(finding?.alternatives.map(({ id }) => id)).toEqual(["host-input-drop"]);
  });

  it("may be a deleted one where this run must not list nodes, and says so first", () => {
    const noNodes: MeshOptions = { size: 4, probes: column(allSilent), denied: ["nodes"] };
    const [leftover, ...more] = findingsOf(
      mesh({ ...noNodes, patch: { pod: (node) => (node === 3 ? "none" : undefined) } }),
    );
    expect([leftover?.id, leftover?.confidence, more]).toEqual(["node-down", "likely", []]);
    expect(leftover?.alternatives.map(({ id }) => id)).toEqual(["stale-node-entry"]);
    const [silent] = findingsOf(mesh({ ...noNodes, outOfReach: { 3: noExec } }));
    expect(silent?.alternatives.map(({ id }) => id)).toEqual(["stale-node-entry", "host-input-drop"]);
  });

  it("is one of several, each a finding, and a zone that is gone whole may be a partition", () => {
    const gone = (node: number) => node >= 4;
    const facts = mesh({
      size: 5,
      zone: (node) => (gone(node) ? "zone-b" : "zone-a"),
      probes: (from, to) => (gone(to) && !gone(from) ? allSilent(to) : null),
      outOfReach: { 4: noExec, 5: noExec },
      patch: { node: (node) => (gone(node) ? notReady : undefined) },
    });
    const found = findingsOf(facts);
    expect(found.map(({ id, nodes }) => [id, nodes])).toEqual([
      ["node-down", [nameOf(4)]],
      ["node-down", [nameOf(5)]],
    ]);
    expect(found[0]?.alternatives.map(({ id }) => id)).toEqual(["underlay-partition"]);
  });

  const other: readonly (readonly [string, MeshOptions])[] = [
    ["its agent answers", { size: 4, probes: column(allSilent), patch: { node: state } }],
    [
      "its kernel refuses the port",
      { ...down, probes: column((to) => ({ hostHttp: refused(hostIP(to)), endpointHttp: refused(healthIP(to)) })) },
    ],
    ["everybody reaches it", { size: 4, outOfReach: { 3: noExec }, patch: { node: state } }],
    [
      "only one of many fails to reach a ready node",
      { size: 4, outOfReach: { 3: noExec }, probes: (from, to) => (from === 1 && to === 3 ? allSilent(3) : null) },
    ],
    [
      "ping reaches a ready node",
      { size: 4, outOfReach: { 3: noExec }, probes: column((to) => ({ hostHttp: silent(hostIP(to)) })) },
    ],
  ];

  it.each(other)("is not assumed where %s", (_what, options) => {
    expect(idsOf(mesh(options))).not.toContain("node-down");
  });

  it("is likely where its agent can still be asked, but reaches nobody while Kubernetes has lost the node", () => {
    const facts = mesh({
      size: 4,
      probes: (from, to) => (from !== to && (from === 3 || to === 3) ? allSilent(to) : null),
      patch: { node: (node) => (node === 3 ? notReady : undefined) },
    });
    expect(findingsOf(facts)).toMatchObject([
      { id: "node-down", confidence: "likely", nodes: [nameOf(3)], pathCount: 12 },
    ]);
  });

  it("of another cluster is no more than possible", () => {
    const facts = mesh({
      size: 3,
      healthNodes: (entries) => [
        remoteEntry(entries, 1, "other/a", (json) => json.replaceAll("172.31.0", "192.0.2")),
        remoteEntry(entries, 2, "other/b", (json) =>
          json.replaceAll("172.31.0", "192.0.2").replaceAll('"latency":400000', `"status":"${timedOut}"`),
        ),
        ...entries,
      ],
    });
    const [finding] = findingsOf(facts);
    expect(finding).toMatchObject({ id: "node-down", confidence: "possible", nodes: ["other/b"] });
    expect(finding?.alternatives.map(({ id }) => id)).toEqual(["stale-node-entry"]);
  });

  it("takes the exit code of a fault, though its row is missing", () => {
    expect(reportOf(mesh({ ...down, probes: column(hostSilent) })).exitCode).toBe(1);
  });
});
