import { describe, expect, it } from "vitest";
import { agentVersion } from "../../../src/analyse/checks/agent-version.ts";
import { said } from "./checked.ts";

const version = (odd: Readonly<Record<number, string>>) => (node: number) => ({
  cilium: { state: "Ok", msg: `${odd[node] ?? "1.19.3"} (v${odd[node] ?? "1.19.3"}-5a1d2f3b)` },
});

describe("agent-version", () => {
  it("is quiet where all run one release", () => {
    expect(said(agentVersion, { size: 3 })).toEqual([]);
  });

  it("mentions another patch release", () => {
    expect(said(agentVersion, { size: 4, patch: { status: version({ 2: "1.19.1" }) } })).toEqual([
      "worker-2 ok agent-version: Cilium 1.19.1 (1.19.3 on 3 others)",
    ]);
  });

  it("warns of another minor release, also where nobody is in the majority", () => {
    expect(said(agentVersion, { size: 4, patch: { status: version({ 2: "1.18.4" }) } })).toEqual([
      "worker-2 warning agent-version: Cilium 1.18.4 (1.19.3 on 3 others)",
    ]);
    expect(said(agentVersion, { size: 2, patch: { status: version({ 2: "1.18.4" }) } })).toEqual([
      "worker-1 warning agent-version: Cilium 1.19.3; agents run 1.18.4, 1.19.3",
      "worker-2 warning agent-version: Cilium 1.18.4; agents run 1.18.4, 1.19.3",
    ]);
  });
});
