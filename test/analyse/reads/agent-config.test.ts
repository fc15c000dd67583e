import { describe, expect, it } from "vitest";
import { readAgentConfig } from "../../../src/analyse/reads/agent-config.ts";
import { confirmingText } from "../../../src/analyse/scene.ts";
import { recorded } from "../recorded.ts";

describe("the configuration an agent runs with", () => {
  it.each([
    ["healthy", "tunnel", "false"],
    ["native-routing-healthy", "native", "false"],
    ["endpoint-routes-forward-drop", "tunnel", "true"],
  ])("of the capture %s says routing %s and endpoint routes %s", async (name, routing, endpointRoutes) => {
    const facts = await recorded(name, ["cilium-config.json"]);
    const config = readAgentConfig(confirmingText(facts.nodes[0], "cilium-config.json") ?? "");
    expect(config?.get("RoutingMode")).toBe(routing);
    expect(config?.get("EnableEndpointRoutes")).toBe(endpointRoutes);
    expect(config?.get("ClusterHealthPort")).toBe("4240");
    expect(config?.get("Devices")).toBe("eth0");
  });

  it.each(["", "[]", "{}", "config", '{"options": {"Debug": "Disabled"}}'])("is unknown in %j", (text) => {
    expect(readAgentConfig(text)).toBeNull();
  });
});
