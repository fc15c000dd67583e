import { describe, expect, it } from "vitest";
import type { ConfirmStep } from "../../src/analyse/rule.ts";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { speller } from "../../src/commands/spell.ts";
import type { Source } from "../../src/model/facts.ts";
import { mesh } from "../analyse/mesh.ts";
import { noFlags } from "../generated-look.ts";

const unversioned = { spec: { containers: [{ name: "cilium-agent", image: "mirror.example/cilium:main" }] } };

describe("a confirming command", () => {
  const step = { node: "worker-1", argv: ["cilium-dbg", "status"], expect: "anything" };

  it.each([
    ["1.14.9 (v1.14.9-1a2b3c4d)", "cilium"],
    ["1.15.0 (v1.15.0-1a2b3c4d)", "cilium-dbg"],
    ["", "cilium-dbg"],
  ])("of an agent of version %j is called %s", (version, program) => {
    const facts = mesh({ size: 2, patch: { status: () => ({ cilium: { msg: version } }), pod: () => unversioned } });
    const { argv, command } = speller(facts, facts.source, noFlags())(step);
    expect(argv).toEqual([program, "status"]);
    expect(command).toContain(` -- ${program} status`);
  });
});

describe("a command to type next", () => {
  const facts = mesh({ size: 2 });
  const live = { kind: "cluster", context: "prod", cluster: "prod", server: "", name: "" } as const;
  const ours = { node: null, argv: ["cilium-health", "pair", "n 1", "west/n2"], expect: "anything" };
  const spelled = (flags: readonly string[], source: Source = live, step: ConfirmStep = ours) => {
    const request = parseRequest(flags);
    if (request.kind !== "status") throw new Error(JSON.stringify(request));
    return speller(facts, source, request)(step).command;
  };

  it.each<[readonly string[], string]>([
    [[], "--context prod"],
    [["--kubeconfig", "my file", "-n", "cilium"], "--kubeconfig 'my file' --context prod -n cilium"],
    [["--remote-context", "west", "--as", "ann"], "--context prod --as ann --remote-context west"],
    [["--token", "secret", "--server", "https://10.0.0.1"], "--context prod --server https://10.0.0.1"],
    [["--from", "saved.tar.gz"], "--from saved.tar.gz"],
  ])("of ours reads what the run with %j read", (flags, words) => {
    expect(spelled(flags)).toBe(`kubectl cilium-health pair 'n 1' west/n2 ${words}`);
  });

  it("of ours names no kubeconfig of a demo that is gone", () => {
    const demo = { ...live, kind: "demo", context: "demo" } as const;
    expect(spelled(["--kubeconfig", "/tmp/gone"], demo)).toBe(
      "kubectl cilium-health pair 'n 1' west/n2 --context demo",
    );
  });

  it("of kubectl asks the same server, as the same user", () => {
    const step = { node: null, argv: ["get", "nodes"], expect: "anything" };
    const flags = ["--server", "https://10.0.0.1", "--tls-server-name", "api", "--as", "ann", "--as-uid", "7"];
    expect(spelled([...flags, "--insecure-skip-tls-verify"], live, step)).toBe(
      "kubectl --context prod --server https://10.0.0.1 --tls-server-name api --as ann --as-uid 7 --insecure-skip-tls-verify get nodes",
    );
  });
});
