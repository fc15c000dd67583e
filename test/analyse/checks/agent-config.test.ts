import { describe, expect, it } from "vitest";
import { agentConfig } from "../../../src/analyse/checks/agent-config.ts";
import { said } from "./checked.ts";

const base = { CreationTime: "2031-04-01T00:00:00Z", RoutingMode: "tunnel", EnableEndpointRoutes: false, ClusterID: 0 };
const around = (odd: Readonly<Record<number, object>>) => (node: number) => ({
  "cilium-config.json": JSON.stringify({ ...base, CreationTime: `2031-04-01T00:00:0${node}Z`, ...odd[node] }),
});

describe("agent-config", () => {
  it("is quiet where agents run alike and as cilium-config says, whatever they have of their own", () => {
    const own = { 2: { Devices: ["ens5"], LocalRouterIPv4: "10.0.0.1", CTMapEntriesGlobalTCP: 99 } };
    expect(
      said(agentConfig, { size: 4, confirming: around(own), config: { "enable-endpoint-routes": "false" } }),
    ).toEqual([]);
  });

  it("warns of the one agent that runs otherwise", () => {
    expect(said(agentConfig, { size: 4, confirming: around({ 2: { EnableEndpointRoutes: true } }) })).toEqual([
      "worker-2 warning config-skew: EnableEndpointRoutes is true (false on 3 others)",
    ]);
  });

  it("warns of every agent where none runs as cilium-config says", () => {
    const options = { size: 3, confirming: around({}), config: { "enable-endpoint-routes": "true" } };
    expect(said(agentConfig, options)).toEqual([
      "worker-1+worker-2+worker-3 warning config-skew: runs with enable-endpoint-routes false, cilium-config says true",
    ]);
  });

  it("tells two agents apart without calling one of them odd", () => {
    expect(
      said(agentConfig, { size: 2, confirming: around({ 2: { EnableL7Proxy: true }, 1: { EnableL7Proxy: false } }) }),
    ).toEqual([
      "worker-1 warning config-skew: EnableL7Proxy is false, and true on the other node",
      "worker-2 warning config-skew: EnableL7Proxy is true, and false on the other node",
    ]);
  });

  it("does not compare agents of different releases: defaults change", () => {
    const options = {
      size: 4,
      confirming: around({ 2: { EnableEndpointRoutes: true } }),
      patch: { status: (node: number) => (node === 2 ? { cilium: { msg: "1.18.4 (v1.18.4-aa)" } } : undefined) },
    };
    expect(said(agentConfig, options)).toEqual([]);
  });

  it("compares what the status says where the configuration was not read", () => {
    const patch = {
      status: (node: number) =>
        node === 3 ? { "host-firewall": { mode: "Enabled" } } : { "host-firewall": { mode: "Disabled" } },
    };
    expect(said(agentConfig, { size: 4, patch })).toEqual([
      "worker-3 warning config-skew: host firewall is Enabled (Disabled on 3 others)",
    ]);
  });
});
