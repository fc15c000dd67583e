import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { ExecRefused } from "../../src/commands/exec-refused.ts";
import { run } from "../../src/commands/run.ts";
import { type Fault, generateMesh, parseFault, startDemo } from "../../src/demo/index.ts";
import { HealthError } from "../../src/model/errors.ts";
import { silentIo } from "../recorded-report.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "refused-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** What a user without `get pods/exec` sees: stdout, and the error that main.ts explains. */
async function refused(faults: readonly Fault[], argv: readonly string[], nodes = 12) {
  const demo = await startDemo({ scenario: generateMesh({ nodes, faults }), deny: ["get pods/exec"] });
  try {
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, demo.kubeconfig);
    const request = parseRequest([...argv, "--kubeconfig", kubeconfig]);
    if (request.kind === "help" || request.kind === "wrong") throw new Error(JSON.stringify(request));
    const written: string[] = [];
    const error: unknown = await run(request, silentIo(written)).catch((thrown: unknown) => thrown);
    if (!(error instanceof HealthError)) throw new Error(`no refusal, but ${String(error)}`);
    return { stdout: written.join(""), error };
  } finally {
    await demo.close();
  }
}

describe("where exec is refused", () => {
  it.each([12, 250])("nothing is printed of %i nodes of which the API says nothing bad", async (nodes) => {
    const { stdout, error } = await refused([], ["-o", "json"], nodes);
    expect(stdout).toBe("");
    expect(error).toMatchObject({ exitCode: 3, message: expect.stringContaining("cannot get resource") });
    expect(error.hint).toContain("kind: Role");
  });

  it.each([
    ["a node that is not ready", "node-down=node-02", "node-down", "node-02"],
    ["an agent that does not run", "agent-not-running=node-03", "agent-down", "node-03"],
    ["a node without an agent", "no-agent=node-04", "agent-not-scheduled", "node-04"],
  ])("the API alone shows %s, with the refusal, and that finding makes the code 1", async (_what, fault, id, node) => {
    const { stdout, error } = await refused([parseFault(fault)], ["-o", "json"]);
    const report = JSON.parse(stdout);
    expect(report.findings.map((finding: { id: string; nodes: string[] }) => [finding.id, finding.nodes])).toEqual([
      [id, [node]],
    ]);
    expect(report.summary).toMatchObject({ verdict: "unhealthy", pairs: { host: { reachable: 0, unreachable: 0 } } });
    expect(report.coverage).toMatchObject({ answered: 0 });
    expect(error.cause).toBeInstanceOf(ExecRefused);
    expect(error.exitCode).toBe(1);
    expect(error.hint).toContain("pods/exec");
    expect(error.hint).toContain(`what the API alone shows: ${id}.`);
  });

  it.each([
    ["--fail-on never", 3, "unhealthy"],
    ["--fail-on error", 1, "unhealthy"],
    ["--ignore node-down", 3, "unknown"],
    ["--ignore node-down=node-02", 3, "unknown"],
  ])("%s gives the code %i and the verdict %s", async (line, code, verdict) => {
    const { stdout, error } = await refused([parseFault("node-down=node-02")], ["-o", "json", ...line.split(" ")]);
    expect([error.exitCode, JSON.parse(stdout).summary.verdict]).toEqual([code, verdict]);
  });

  it("the table says that no agent answered, and calls no path reachable", async () => {
    const { stdout } = await refused([parseFault("node-down=node-02")], []);
    expect(stdout).toContain("0 of 12 agents answered");
    expect(stdout).toContain("node-down");
    expect(stdout).not.toMatch(/\d\/\d|reachable/);
  });

  it("-o junit fails the test of it, as the code is 1", async () => {
    const { stdout } = await refused([parseFault("agent-not-running=node-03")], ["-o", "junit"]);
    expect(stdout).toContain("agent-down");
    expect(stdout).toContain("<failure");
  });

  it.each([
    ["matrix", 1],
    ["matrix --fail-on never", 3],
    // Its code is about the two nodes' paths, of which nothing is known.
    ["pair node-01 node-02", 3],
  ])("%s, which is about paths alone, prints nothing and gives the code %i", async (line, code) => {
    const { stdout, error } = await refused([parseFault("node-down=node-02")], line.split(" "));
    expect([stdout, error.exitCode]).toEqual(["", code]);
  });
});

describe("the way out of a refusal", () => {
  const seen = { report: { summary: {} } } as ExecRefused["seen"];
  const refusal = (status: 401 | 403, message: string) =>
    new ExecRefused({ pod: { namespace: "kube-system" } as never, status, message }, seen);

  it.each([
    [403, `pods "a" is forbidden: User "u" cannot get resource "pods/exec"`, "kind: Role"],
    [
      403,
      "pods \"a\" is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
      "admission policy",
    ],
    [403, 'admission webhook "v.kyverno.svc-fail" denied the request: policy x', "admission policy"],
    [401, "Unauthorized", "Log in again"],
  ] as const)("%i %s is met with: %s", (status, message, hint) => {
    const error = refusal(status, message);
    expect(error.message).toContain(message);
    expect(error.hint).toContain(hint);
    expect(error.hint.includes("kind: Role")).toBe(hint === "kind: Role");
  });
});
