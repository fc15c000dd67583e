import { describe, expect, it } from "vitest";
import { caseNames, loadCase } from "./recorded.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario } from "./scenario.ts";

/** `-o json`, as far as this tier reads it. */
interface Ports {
  readonly kind: string;
  readonly ports: readonly {
    readonly id: string;
    readonly protocol: string;
    readonly port: number | null;
    readonly evidence: {
      readonly verdict: string;
      readonly works: number;
      readonly blocked: number;
      readonly explained: number;
      readonly total: number;
    };
  }[];
  readonly unknown: readonly string[];
  readonly failing: readonly { readonly need: string }[];
}

/** What `kubectl cilium-health ports` says of settings that a real API server and Cilium's own programs give. */
export function describePluginPorts(rig: () => Rig): void {
  const ports = async (name: string) => {
    await rig().show(recordedScenario(name));
    const outcome = await rig().kubectl(["cilium-health", "ports", "-o", "json"]);
    expect(outcome.stdout, outcome.stderr).not.toBe("");
    return { code: outcome.code, document: JSON.parse(outcome.stdout) as Ports };
  };

  describe("kubectl cilium-health ports", () => {
    it.each(caseNames())(
      "counts in %s as many failing paths as were recorded, and knows every setting",
      async (name) => {
        const { document } = await ports(name);
        expect(document.kind).toBe("Ports");
        expect(document.unknown).toEqual([]);
        const pods = document.ports.find(({ id }) => id === "tunnel" || id === "pods");
        const { host, endpoint, answered } = loadCase(name).expect;
        expect(document.failing.filter(({ need }) => need === pods?.id)).toHaveLength(endpoint.unreachable.length);
        expect(pods?.evidence.works).toBe(answered.length * 4 - endpoint.unreachable.length);
        const health = document.failing.filter(({ need }) => need === "health-http" || need === "health-icmp");
        expect(health.length >= host.unreachable.length).toBe(true);
      },
    );

    it("calls the tunnel's port blocked where it is, and not where a policy drops the probes", async () => {
      const tunnel = ({ ports: all }: Ports) => all.find(({ id }) => id === "tunnel");
      const blocked = await ports("vxlan-blocked-one-node");
      expect(tunnel(blocked.document)).toMatchObject({ port: 8472, evidence: { verdict: "blocked", blocked: 8 } });
      expect(blocked.code).toBe(1);
      const policy = await ports("policy-blocks-health");
      expect(tunnel(policy.document)).toMatchObject({ evidence: { verdict: "explained", blocked: 0 } });
      const table = await rig().kubectl(["cilium-health", "ports"]);
      expect(table.stdout).toMatch(/^8472\/udp .*in doubt on 20 of 20 paths$/m);
    });

    it("asks for no tunnel's port where there is none", async () => {
      const { code, document } = await ports("native-routing-healthy");
      expect(document.ports.filter(({ protocol }) => protocol === "udp")).toEqual([]);
      expect(document.ports.find(({ id }) => id === "pods")?.evidence).toMatchObject({ verdict: "works", total: 20 });
      expect(code).toBe(0);
    });
  });
}
