import { describe, expect, it } from "vitest";
import { findingsOf, idsOf } from "../findings.ts";
import { allSilent, hostIP, type MeshOptions, mesh, timedOut } from "../mesh.ts";
import { remoteEntry } from "./view-edits.ts";

const ghost: MeshOptions = { size: 3, ghosts: [9], probes: (_from, to) => (to === 9 ? allSilent(9) : null) };

describe("a node that Kubernetes does not know", () => {
  it("and nobody reaches is left over (cilium/cilium#7805, #21844)", () => {
    expect(findingsOf(mesh(ghost))).toMatchObject([
      { id: "stale-node-entry", severity: "warning", confidence: "confirmed", nodes: ["worker-9"], pathCount: 6 },
    ]);
  });

  it("is left over from the first moment: a node that joins has a Node object", () => {
    const fresh = { metadata: { creationTimestamp: "2031-05-02T09:19:00Z" } };
    const facts = mesh({ ...ghost, patch: { ciliumNode: (node) => (node === 9 ? fresh : undefined) } });
    expect(idsOf(facts)).toEqual(["stale-node-entry"]);
  });

  it("lives in the agents' lists alone where no CiliumNode is left", () => {
    const [finding] = findingsOf(
      mesh({ ...ghost, patch: { ciliumNode: (node) => (node === 9 ? "none" : undefined) } }),
    );
    expect(finding?.evidence.map(({ text }) => text).join()).toContain("no CiliumNode is left");
  });

  it("and whose address another node has is in its way (cilium/cilium#31921)", () => {
    const reused = { spec: { addresses: [{ type: "InternalIP", ip: hostIP(2) }] } };
    const facts = mesh({ size: 3, ghosts: [9], patch: { ciliumNode: (node) => (node === 9 ? reused : undefined) } });
    expect(idsOf(facts)).toEqual(["stale-node-entry"]);
  });

  it("and that answers is an external machine", () => {
    expect(idsOf(mesh({ size: 3, ghosts: [9] }))).toEqual([]);
  });

  it("of another cluster that only one agent still lists is probably gone (cilium/cilium#20899)", () => {
    const facts = mesh({
      size: 3,
      healthNodes: (entries, node) =>
        node !== 1
          ? entries
          : [
              remoteEntry(entries, 2, "other/b", (json) =>
                json.replaceAll("172.31.0", "192.0.2").replaceAll('"latency":400000', `"status":"${timedOut}"`),
              ),
              ...entries,
            ],
    });
    expect(findingsOf(facts)[0]).toMatchObject({ id: "stale-node-entry", confidence: "likely", nodes: ["other/b"] });
  });
});
