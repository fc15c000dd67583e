import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parseAllDocuments } from "yaml";
import { baseCaptures, confirmingCaptures, deepCaptures } from "../../src/collect/captures.ts";
import { commandLines } from "../../src/collect/command-lines.ts";
import { listArgv, trackedLists } from "../../src/collect/conntrack-lists.ts";
import { monitorArgv } from "../../src/collect/drop-monitor.ts";
import { burstArgv, burstScript, mostConnections, socketsArgv } from "../../src/collect/locate-burst.ts";
import { type OptInCommand, optInLines } from "../../src/collect/opt-in-lines.ts";
import { shortCaptures, tallyCommand } from "../../src/collect/short-captures.ts";
import { timedLines } from "../../src/collect/timed-lines.ts";
import { admissionPolicy } from "../../src/commands/admission-policy.ts";
import { watchSeconds } from "../../src/model/drops.ts";
import { matchesLine } from "../matches-line.ts";

interface Policy {
  readonly spec: {
    readonly matchConstraints: object;
    readonly matchConditions: readonly { readonly expression: string }[];
    readonly variables: readonly { readonly expression: string }[];
    readonly validations: readonly { readonly expression: string; readonly message: string }[];
  };
}

/** The text's documents, each without an error. */
function documentsOf(text: string): readonly unknown[] {
  const documents = parseAllDocuments(text);
  expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
  return documents.map((document) => document.toJS());
}

function policyOf(text: string): Policy["spec"] {
  return (documentsOf(text)[0] as Policy).spec;
}

describe("the admission policy", () => {
  it("allows every command line of the captures, old names included, and nothing else", () => {
    const { variables } = policyOf(admissionPolicy("kube-system", "cilium-agent", "ann"));
    expect(JSON.parse(variables[0]?.expression ?? "")).toEqual(commandLines);
    const specs = [baseCaptures, shortCaptures, confirmingCaptures, deepCaptures].flatMap((some) =>
      Object.values(some),
    );
    for (const { argv } of specs) {
      expect(commandLines).toContainEqual(argv);
      if (argv[0] === "cilium-dbg") expect(commandLines).toContainEqual(["cilium", ...argv.slice(1)]);
    }
    const programs = new Set(commandLines.map(([program]) => program));
    expect([...programs].filter((name) => /^(?:ba|da|z)?sh$|^(?:env|nsenter|xargs)$/.test(name ?? ""))).toEqual([]);
  });

  it("is about one user's exec in the agents' namespace", () => {
    const { matchConstraints, matchConditions } = policyOf(admissionPolicy("cilium", "agent", 'an"n'));
    expect(matchConstraints).toEqual({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "cilium" } },
      resourceRules: [{ apiGroups: [""], apiVersions: ["v1"], operations: ["CONNECT"], resources: ["pods/exec"] }],
    });
    expect(matchConditions.map(({ expression }) => expression)).toEqual(['request.userInfo.username == "an\\"n"']);
  });

  it("takes names that YAML would read as something else", () => {
    const { matchConstraints, validations } = policyOf(admissionPolicy("123", "a: #b", "on"));
    expect(matchConstraints).toMatchObject({
      namespaceSelector: { matchLabels: { "kubernetes.io/metadata.name": "123" } },
    });
    expect(validations[1]).toMatchObject({
      message: "this user may run commands in the container a: #b alone",
      expression: 'has(object.container) && object.container == "a: #b"',
    });
  });

  it("allows what drops runs where it is asked for, and no word more", () => {
    const rule = (include: readonly OptInCommand[]) =>
      policyOf(admissionPolicy("kube-system", "cilium-agent", "ann", include)).validations[0]?.expression ?? "";
    expect(rule([])).not.toContain("timeout");
    expect(rule(["drops"])).toContain(
      '(size(object.command) == 11 && object.command[0] == "timeout" && object.command[1] == "-s"',
    );
    expect(rule(["drops"])).toContain('object.command[5].matches("^(?:[1-9]|[1-9][0-9]|[1-2][0-9][0-9]|300)$")');
    const allowed = (argv: readonly string[]) => optInLines.drops.some((line) => matchesLine(line, argv));
    for (let seconds = 1; seconds <= watchSeconds.range[1]; seconds++)
      expect(allowed(monitorArgv(seconds)), `${seconds}`).toBe(true);
    expect(allowed(monitorArgv(10, "cilium"))).toBe(true);
    for (const seconds of [0, 301, 1000, 1.5, -1]) expect(allowed(monitorArgv(seconds))).toBe(false);
    for (const list of trackedLists) {
      expect(allowed(listArgv(list))).toBe(true);
      expect(allowed(listArgv(list, "cilium"))).toBe(true);
      expect(allowed([...listArgv(list), "-o"])).toBe(false);
    }
    expect(allowed(["cilium-dbg", "bpf", "ct", "flush", "global"])).toBe(false);
    expect(allowed([...monitorArgv(10), "--hex"])).toBe(false);
    expect(allowed(["timeout", "-s", "INT", "-k", "3", "10", "bash"])).toBe(false);
  });

  it("allows the line that holds times with any times, and with nothing else in their place", () => {
    const rule = policyOf(admissionPolicy("kube-system", "cilium-agent", "ann")).validations[0]?.expression ?? "";
    expect(rule).toContain("has(object.command) && (object.command in variables.commands");
    expect(rule).toContain('object.command[2] == "-o" && object.command[3].matches("^(?:jsonpath=tally');
    const allowed = (argv: readonly string[]) => timedLines.some((line) => matchesLine(line, argv));
    const window = { oldest: "2031-05-02T09:14:30Z", newest: "2031-05-02T09:24:30Z" };
    const argv = tallyCommand(window);
    expect(allowed(argv)).toBe(true);
    expect(allowed([...argv, "--probe"])).toBe(false);
    for (const oldest of ["", "2031-05-02T09:14:30", '2031-05-02T09:14:30Z")]}{.nodes}{end}']) {
      expect(allowed(tallyCommand({ ...window, oldest }))).toBe(false);
    }
    expect(allowed(argv.map((word) => word.replace("{.timestamp}", "{Xtimestamp}")))).toBe(false);
  });

  it("allows the one script of --locate where it is asked for, to the letter, with an address, a port and a count", () => {
    const allowed = (argv: readonly string[]) => optInLines.locate.some((line) => matchesLine(line, argv));
    for (const address of ["192.0.2.1", "2001:db8::1"]) {
      expect(allowed(burstArgv(address, 4240, mostConnections))).toBe(true);
      expect(allowed(socketsArgv(address))).toBe(true);
    }
    const argv = burstArgv("192.0.2.1", 4240, 5);
    const changed = (at: number, word: string) => argv.map((one, index) => (index === at ? word : one));
    for (const [at, word] of [
      [2, "id"],
      [2, `${burstScript}; id`],
      [3, "x"],
      [4, "$(id)"],
      [4, "192.0.2.1;id"],
      [4, "192.0.2.1\nid"],
      [4, "example.org"],
      [5, "4240;id"],
      [6, "41"],
      [6, "a[$(id)]"],
    ] as const) {
      expect(allowed(changed(at, word)), word).toBe(false);
    }
    expect(allowed([...argv, "more"])).toBe(false);
    const rule = policyOf(admissionPolicy("kube-system", "cilium-agent", "ann", ["locate"])).validations[0];
    expect(rule?.expression).toContain(`object.command[2] == ${JSON.stringify(burstScript)}`);
    expect(rule?.expression).not.toContain("monitor");
  });

  it("is in the docs as the data has it", () => {
    const example = readFileSync(new URL("../../docs/examples/admission-policy.yaml", import.meta.url), "utf8");
    expect(example.replace(/^(?:#.*\n)+/, "")).toBe(admissionPolicy("kube-system", "cilium-agent", null));
    expect(documentsOf(example).length).toBe(2);
  });
});
