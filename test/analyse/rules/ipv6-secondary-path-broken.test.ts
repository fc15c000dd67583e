import { describe, expect, it } from "vitest";
import { agentView, type NodeView, type Result, seen } from "../agent-view.ts";
import { findingsOf, idsOf } from "../findings.ts";
import { type MeshOptions, mesh, silent, timedOut } from "../mesh.ts";

type Six = { readonly host?: readonly [Result, Result]; readonly endpoint?: readonly [Result, Result] };

/** A dual-stack mesh; `six` is how the probes of the IPv6 addresses ended, 0.4 ms otherwise. */
function dualStack(
  size: number,
  six: (from: number, to: number) => Six,
  four: (from: number, to: number) => Six = () => ({}),
): MeshOptions {
  const all = Array.from({ length: size }, (_, at) => at + 1);
  const view = (from: number, to: number): NodeView => {
    const { host = [400_000, 400_000], endpoint = [400_000, 400_000] } = six(from, to);
    const primary = seen(to, four(from, to));
    return {
      ...primary,
      host: [...primary.host, { ip: `2001:db8::${to}`, icmp: host[0], http: host[1] }],
      endpoint: [...primary.endpoint, { ip: `2001:db8:1:${to}::9`, icmp: endpoint[0], http: endpoint[1] }],
    };
  };
  return { size, patch: { health: (from) => agentView(all.map((to) => view(from, to))) } };
}

const noRoute = (to: number) =>
  `Get "http://[2001:db8::${to}]:4240/hello": dial tcp [2001:db8::${to}]:4240: connect: network is unreachable`;

describe("a second family that fails alone", () => {
  it("is named with the family and the node all failing paths share (cilium/cilium#27828)", () => {
    const [finding, ...others] = findingsOf(
      mesh(
        dualStack(4, (from, to) =>
          to === 3 && from !== 3 ? { host: [timedOut, noRoute(3)], endpoint: [timedOut, silent("")] } : {},
        ),
      ),
    );
    expect(finding).toMatchObject({
      id: "ipv6-secondary-path-broken",
      confidence: "confirmed",
      nodes: ["worker-3"],
      pathCount: 6,
    });
    expect(finding?.title).toBe("IPv6 fails from or to worker-3, the primary addresses answer");
    expect(finding?.confirm[0]?.argv).toEqual(["ip", "-6", "route", "get", "2001:db8::3"]);
    expect(others).toEqual([]);
  });

  it("may fail everywhere (cilium/cilium#19266)", () => {
    const facts = mesh(dualStack(4, (from, to) => (from === to ? {} : { host: [timedOut, noRoute(to)] })));
    expect(findingsOf(facts)).toMatchObject([{ id: "ipv6-secondary-path-broken", pathCount: 12 }]);
  });

  it.each<[string, MeshOptions]>([
    [
      "both families fail",
      dualStack(
        4,
        (from, to) => (from === to ? {} : { host: [timedOut, silent("")] }),
        (from, to) => (from === to ? {} : { host: [timedOut, silent("")] }),
      ),
    ],
    [
      "a single ping is lost",
      dualStack(4, (from, to) => (from === 1 && to === 2 ? { host: [timedOut, 400_000] } : {})),
    ],
    ["all is well", dualStack(4, () => ({}))],
    ["there is one family only", { size: 4 }],
  ])("is not said where %s", (_when, options) => {
    expect(idsOf(mesh(options))).not.toContain("ipv6-secondary-path-broken");
  });
});
