import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { everyCause } from "../../src/analyse/catalogue.ts";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { run } from "../../src/commands/run.ts";
import { HealthError } from "../../src/model/errors.ts";
import { silentIo } from "../recorded-report.ts";

/** What a command line writes, or the error it ends with. */
async function written(line: string): Promise<string> {
  const request = parseRequest(line.split(" "));
  if (request.kind === "help" || request.kind === "wrong") throw new Error(`not understood: ${line}`);
  const chunks: string[] = [];
  expect(await run(request, silentIo(chunks))).toBe(0);
  return chunks.join("");
}

async function failure(line: string): Promise<HealthError> {
  const error = await written(line).catch((caught: unknown) => caught);
  if (error instanceof HealthError) return error;
  throw new Error(`no HealthError: ${String(error)}`);
}

describe("explain", () => {
  it("lists every rule and check with its severity and title", async () => {
    const lines = (await written("explain")).trimEnd().split("\n");
    expect(lines[0]).toMatch(/^RULE +SEVERITY +TITLE$/);
    expect(lines.slice(1).map((line) => line.split(/ {2,}/))).toEqual(
      everyCause.map(({ id, severity, title }) => [id, severity, title]),
    );
    expect(await written("explain --no-headers")).not.toContain("SEVERITY");
  });

  it("says all of one rule, within the terminal's width", async () => {
    const text = await written("explain policy-blocks-health");
    expect(text).toMatch(/^error {2}policy-blocks-health\n\ntitle {7}a network policy keeps probes/);
    expect(text.match(/^(?:title|meaning|told apart|confirm|fix|page)\b/gm)).toEqual([
      "title",
      "meaning",
      "told apart",
      "confirm",
      "fix",
      "page",
    ]);
    expect(text.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("keeps a command on one line", async () => {
    const text = await written("explain policy-blocks-health");
    expect(text).toContain("`cilium-dbg endpoint get -l reserved:health -o json`");
    expect(text).toContain("`cilium-dbg bpf metrics list`");
  });

  it.each(["json", "yaml"])("is a document as %s, one rule or all of them in the same form", async (format) => {
    const document: unknown = parse(await written(`explain node-down -o ${format}`));
    expect(document).toEqual({
      apiVersion: "kubectl-cilium-health/v1",
      kind: "Rules",
      rules: [
        {
          id: "node-down",
          severity: "error",
          title: expect.any(String),
          meaning: expect.any(String),
          apart: expect.any(String),
          confirm: expect.any(String),
          fix: expect.any(String),
          docs: expect.stringMatching(/^https:\/\/docs\.cilium\.io\//),
        },
      ],
    });
    const all: { rules: object[] } = parse(await written(`explain -o ${format}`));
    expect(all.rules).toHaveLength(everyCause.length);
  });
});

describe("a rule that nobody has", () => {
  it.each([
    ["explain vxlan-blocked", "Did you mean vxlan-udp-blocked?"],
    ["explain node-dwon", "Did you mean node-down?"],
    ["explain ICMP_blocked", "Did you mean icmp-blocked?"],
    ["explain geneve", "Did you mean geneve-udp-blocked?"],
    ["--ignore icmp --from nowhere", "Did you mean icmp-blocked or icmp-only-failure?"],
    ["matrix --ignore icmp-blocked --ignore nodedown=worker-1 --from nowhere", "Did you mean node-down?"],
    ["diff a b --ignore forwarddrop", "Did you mean forward-drop?"],
    ["demo --ignore policy-blocked-health", "Did you mean policy-blocks-health?"],
  ])("is wrong usage, with those that may have been meant: %s", async (line, guess) => {
    const { exitCode, message, hint } = await failure(line);
    expect([exitCode, hint]).toEqual([2, `${guess}\nSee all rules with: kubectl cilium-health explain`]);
    expect(message).toMatch(/no rule has th/);
  });

  it.each(["explain xyzzy", "explain %%%", `explain ${"a".repeat(10_000)}`])("is not guessed: %s", async (line) => {
    expect((await failure(line)).hint).toBe("See all rules with: kubectl cilium-health explain");
  });

  it("a known one is ignored where it stands, and a failed rule can be", async () => {
    const { message } = await failure("--ignore rule-failed --ignore icmp-blocked=worker-1 --from /nowhere/at/all");
    expect(message).not.toContain("--ignore");
  });
});
