import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type Route, readRoutes, routeLookup } from "../../../src/analyse/reads/ip-route.ts";
import { parseAddress } from "../../../src/analyse/settings/cidr.ts";
import { recordedReply } from "../../recording.ts";
import { hostileTexts, shuffledWords } from "./hostile-texts.ts";

function routeTo(text: string, ip: string): Route | null {
  const address = parseAddress(ip);
  return address === null ? null : routeLookup(readRoutes(text))(address);
}

describe("ip route", () => {
  const tunnel = new TextDecoder().decode(recordedReply("healthy", "worker-1", "ip-route.txt"));
  const native = new TextDecoder().decode(recordedReply("native-routing-healthy", "worker-1", "ip-route.txt"));
  const endpointRoutes = new TextDecoder().decode(
    recordedReply("endpoint-routes-forward-drop", "worker-3", "ip-route.txt"),
  );

  it.each([
    ["a pod elsewhere, by tunnel", tunnel, "10.244.3.9", { dev: "cilium_host", isDefault: false }],
    ["a pod elsewhere, natively", native, "10.244.3.9", { dev: "eth0", via: "172.31.0.13", isDefault: false }],
    ["a node on the link", native, "172.31.0.13", { dev: "eth0", via: "", isDefault: false }],
    ["anything else", native, "198.51.100.1", { dev: "eth0", via: "172.31.0.1", isDefault: true }],
    ["a pod of its own with endpoint routes", endpointRoutes, "10.244.3.224", { dev: "lxc_health", isDefault: false }],
  ])("leads to %s as recorded", (_what, text, ip, expected) => {
    expect(routeTo(text, ip)).toMatchObject(expected);
  });

  it("prefers the longer prefix, then the lower metric", () => {
    const text = "10.0.0.0/8 dev a\n10.1.0.0/16 dev b metric 200\n10.1.0.0/16 dev c metric 100\n10.1.2.3 dev d\n";
    expect(["10.9.0.1", "10.1.0.1", "10.1.2.3"].map((ip) => routeTo(text, ip)?.dev)).toEqual(["a", "c", "d"]);
    expect(routeTo(text, "192.0.2.1")).toBeNull();
  });

  it("knows routes that refuse, several next hops, other families", () => {
    expect(routeTo("unreachable 10.1.0.0/16 metric 1\ndefault dev a\n", "10.1.0.1")).toMatchObject({
      type: "unreachable",
    });
    const several =
      "default proto static\n\tnexthop via 192.0.2.1 dev e0 weight 1\n\tnexthop via 192.0.2.2 dev e1 weight 1\n";
    expect(routeTo(several, "10.0.0.1")).toMatchObject({ via: "192.0.2.1", dev: "e0", isDefault: true });
    expect(routeTo("10.1.0.0/16 via inet6 fe80::1 dev e0\n", "10.1.0.1")?.via).toBe("fe80::1");
    expect(routeTo("default via fe80::1 dev e0\nfd00:1::/64 dev e1\n", "fd00:1::5")?.dev).toBe("e1");
    expect(routeTo("default via fe80::1 dev e0\n", "10.0.0.1")).toBeNull();
  });

  it("takes no harm from any text", () => {
    for (const text of hostileTexts) expect(() => routeTo(text, "10.0.0.1")).not.toThrow();
    fc.assert(
      fc.property(fc.oneof(fc.string(), shuffledWords), (text) => {
        routeTo(text, "10.0.0.1");
        routeTo(text, "fd00::1");
      }),
    );
  });
});
