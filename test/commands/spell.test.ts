import { describe, expect, it } from "vitest";
import { speller } from "../../src/commands/spell.ts";
import { mesh } from "../analyse/mesh.ts";
import { noFlags } from "../cluster/connection-flags.ts";

const unversioned = { spec: { containers: [{ name: "cilium-agent", image: "mirror.example/cilium:main" }] } };

describe("a confirming command", () => {
  const step = { node: "worker-1", argv: ["cilium-dbg", "status"], expect: "anything" };

  it.each([
    ["1.14.9 (v1.14.9-1a2b3c4d)", "cilium"],
    ["1.15.0 (v1.15.0-1a2b3c4d)", "cilium-dbg"],
    ["", "cilium-dbg"],
  ])("of an agent of version %j is called %s", (version, program) => {
    const facts = mesh({ size: 2, patch: { status: () => ({ cilium: { msg: version } }), pod: () => unversioned } });
    const { argv, command } = speller(facts, facts.source, noFlags)(step);
    expect(argv).toEqual([program, "status"]);
    expect(command).toContain(` -- ${program} status`);
  });
});
