import { describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import type { Request } from "../../src/cli/request.ts";

function parse(line: string): Request {
  return parseRequest(line === "" ? [] : line.split(" "));
}

describe("a command line becomes a request", () => {
  it.each([
    ["", { kind: "status", format: "table", all: false, from: null, failOn: "warning", confirm: true }],
    ["status -o json --all", { kind: "status", format: "json", all: true }],
    ["-o wide", { kind: "status", format: "wide" }],
    ["-owide", { kind: "status", format: "wide" }],
    ["-o json -o yaml", { kind: "status", format: "yaml" }],
    ["", { kind: "status", watch: null }],
    ["-w", { kind: "status", watch: { format: null, confirmCycles: 2 } }],
    ["--watch -o json --confirm-cycles 5", { format: "json", watch: { format: "json", confirmCycles: 5 } }],
    ["-o junit", { kind: "status", format: "junit" }],
    ["drops", { kind: "drops", nodes: [], seconds: 10, format: null, all: false }],
    ["drops a b* --for 1m30s -o json", { kind: "drops", nodes: ["a", "b*"], seconds: 90, format: "json" }],
    ["drops --for 300 -oyaml --all", { kind: "drops", seconds: 300, format: "yaml", all: true }],
    ["drops --for 1200ms", { kind: "drops", seconds: 2 }],
    ["access", { kind: "access", include: [] }],
    ["access --include drops", { kind: "access", include: ["drops"] }],
    ["access --include drops,locate", { kind: "access", include: ["drops", "locate"] }],
    ["pair a b --locate", { kind: "pair", a: "a", b: "b", locate: true }],
    ["pair worker-1 worker-2", { kind: "pair", a: "worker-1", b: "worker-2", format: "table" }],
    ["pair 1 2", { kind: "pair", a: "1", b: "2" }],
    [
      "exec --node a-* --max-bytes 64KiB -- ls -l --node x -- -o json",
      {
        kind: "exec",
        argv: ["ls", "-l", "--node", "x", "--", "-o", "json"],
        shown: "prefix",
        to: null,
        maxBytes: 65_536,
        scope: { nodes: ["a-*"] },
      },
    ],
    ["exec --to out -- 1 0x2", { argv: ["1", "0x2"], shown: null, to: "out" }],
    ["exec --to out --show group -- x", { shown: "group", to: "out" }],
    ["--fresh", { kind: "status", fresh: true }],
    ["ping --fresh --deadline 2m", { kind: "ping", fresh: true, collect: { deadlineMs: 120_000 } }],
    ["pair a b --fresh", { kind: "pair", fresh: true }],
    ["demo --nodes 5 --fresh", { kind: "demo", fresh: true }],
    ["pair a b", { kind: "pair", fresh: false }],
    ["ping", { kind: "ping", format: "table", all: false }],
    ["ping -o wide --node a-* --all", { kind: "ping", format: "wide", all: true, scope: { nodes: ["a-*"] } }],
    ["access -o yaml", { kind: "access", format: "yaml" }],
    ["explain", { kind: "explain", rule: null, format: "table" }],
    ["explain node-down -o json", { kind: "explain", rule: "node-down", format: "json" }],
    ["version", { kind: "version", format: "table" }],
    ["--from captures/x --fail-on never --no-confirm", { from: "captures/x", failOn: "never", confirm: false }],
    [
      "--ignore icmp-blocked --ignore node-down=worker-4",
      {
        ignores: [
          { rule: "icmp-blocked", node: null },
          { rule: "node-down", node: "worker-4" },
        ],
      },
    ],
    [
      "--node worker-* --zone a --target endpoint --protocol icmp",
      {
        scope: { nodes: ["worker-*"], zones: ["a"], target: "endpoint", protocol: "icmp" },
      },
    ],
    [
      "demo node-down --exit-code",
      { kind: "demo", demo: expect.objectContaining({ scenario: "node-down", exitCode: true }) },
    ],
    ["demo --nodes 5", { kind: "demo", demo: expect.objectContaining({ nodes: 5, clusters: 1 }) }],
    ["demo --nodes 5 --clusters 2", { kind: "demo", demo: expect.objectContaining({ nodes: 5, clusters: 2 }) }],
    [
      "demo --nodes 50 --fault icmp-blocked",
      {
        kind: "demo",
        demo: expect.objectContaining({ scenario: "", nodes: 50, fault: "icmp-blocked" }),
      },
    ],
  ])("%s", (line, expected) => {
    expect(parse(line)).toMatchObject(expected);
  });

  it("takes kubectl's connection flags with their names and meaning", () => {
    const line =
      "--kubeconfig k --context c --cluster cl --user u -s https://h:1 --token t --as jane --as-group a --as-group b --as-uid 7 " +
      "--certificate-authority ca --client-certificate cc --client-key ck --tls-server-name n --request-timeout 1m30s -v 6";
    expect(parse(line)).toMatchObject({
      connection: {
        kubeconfig: "k",
        context: "c",
        cluster: "cl",
        user: "u",
        server: "https://h:1",
        token: "t",
        as: "jane",
        asGroups: ["a", "b"],
        asUid: "7",
        certificateAuthority: "ca",
        clientCertificate: "cc",
        clientKey: "ck",
        tlsServerName: "n",
        requestTimeoutMs: 90_000,
        verbosity: 6,
      },
    });
  });

  it.each([
    ["--timeout 45", 45_000],
    ["--timeout 500ms", 500],
    ["--timeout 1h2m", 3_720_000],
    ["", 30_000],
  ])("durations: %s", (line, ms) => {
    expect(parse(line)).toMatchObject({ collect: { timeoutMs: ms } });
  });
});

describe("wrong input is a value with one clear sentence", () => {
  it.each([
    ["--foo", "unknown flag: --foo"],
    ["status -z", "unknown flag: -z"],
    ["bar", 'unknown command "bar"'],
    [
      "-o foo",
      'unable to match a printer suitable for the output format "foo", allowed formats are: html,json,junit,markdown,name,prometheus,table,wide,yaml',
    ],
    ["drops --from x", "drops watches agents while they drop packets: a saved state has nobody to ask, give no --from"],
    [
      "pair a b --locate --from x",
      "--locate sends connections from an agent: a saved state has nobody to send them, give no --from",
    ],
    [
      "pair a b --locate --remote-context x",
      "--locate looks between two nodes of one cluster: it takes no --remote-context",
    ],
    ["drops --for 0", 'invalid argument "0" for "--for" flag: must be from 1s to 300s'],
    ["drops --for 5m1s", 'invalid argument "5m1s" for "--for" flag: must be from 1s to 300s'],
    ["access --include all", 'invalid argument "all" for "--include" flag: must be one of: drops, locate'],
    ["exec", 'no command given: it stands behind "--", as in: exec -- ip route'],
    ["exec ls -l", 'the command stands behind "--": kubectl cilium-health exec [flags] -- COMMAND [ARGS...]'],
    ["exec --", 'no command given: it stands behind "--", as in: exec -- ip route'],
    ["exec --from x -- ls", "exec runs a command in live agents: a saved state (--from) has none to run it in"],
    ["exec --show tree -- ls", 'invalid argument "tree" for "--show" flag: must be one of: prefix, group, json'],
    ["exec --foo -- ls", "unknown flag: --foo"],
    ["status -- ls", 'unknown command "ls"'],
    ["--fresh --from x", "--fresh needs a cluster: a saved state does not change"],
    ["--fresh --remote-context b", "--fresh waits for the cycles of one cluster: it takes no --remote-context"],
    ["--fresh -w", "--watch follows the probe cycles by itself: give no --fresh"],
    ["demo --fresh", "--fresh needs --nodes: the clock of a recorded scenario stands still"],
    ["check --fresh", "unknown flag: --fresh"],
    ["-w --from x", "--watch needs a cluster: a saved state does not change"],
    ["-w -o yaml", "--watch shows table, wide, json, not yaml"],
    ["-w --confirm-cycles 0", 'invalid argument "0" for "--confirm-cycles" flag: must be a whole number from 1 to 20'],
    ["--confirm-cycles 3", "--confirm-cycles needs --watch"],
    ["pair a", "not enough arguments: two node names are needed"],
    ["pair a b c", 'unknown command "c"'],
    ["--context", "flag needs an argument: --context"],
    ["--parallel 0", 'invalid argument "0" for "--parallel" flag: must be a whole number from 1 to 200'],
    ["--parallel many", 'invalid argument "many" for "--parallel" flag: must be a whole number from 1 to 200'],
    [
      "--timeout soon",
      'invalid argument "soon" for "--timeout" flag: must be a duration such as 30s, 1m30s or 500ms, or whole seconds',
    ],
    ["--fail-on maybe", 'invalid argument "maybe" for "--fail-on" flag: must be one of: error, warning, info, never'],
    ["--target pods", 'invalid argument "pods" for "--target" flag: must be one of: host, endpoint'],
    ["--ignore =x", 'invalid argument "=x" for "--ignore" flag: must be RULE or RULE=NODE'],
    ["--from x --context y", "--from reads a saved state and --context a cluster: give one of them"],
    [
      "--insecure-skip-tls-verify --certificate-authority x",
      "--certificate-authority and --insecure-skip-tls-verify contradict each other",
    ],
    ["--as-group x", "--as-group and --as-uid need --as: a group or UID is never impersonated alone"],
    ["demo healthy --nodes 3", "a recorded scenario and --nodes exclude each other"],
    ["demo --clusters 2", "--clusters needs --nodes: a recorded scenario is one cluster"],
    ["demo --nodes 3 --clusters 3", 'invalid argument "3" for "--clusters" flag: must be one of: 1, 2'],
    ["demo --nodes 3 --clusters 2 --fresh", "--fresh waits for the cycles of one cluster: it takes no --clusters 2"],
    ["demo --fault icmp-blocked", "--fault needs --nodes: a recorded scenario has its own fault"],
  ])("%s", (line, message) => {
    const request = parse(line);
    expect(request).toEqual({ kind: "wrong", message, hint: "See 'kubectl cilium-health --help' for usage." });
  });
});

describe("help", () => {
  it.each(["--help", "-h", "pair --help", "status -h"])("%s is a value that starts as a user types it", (line) => {
    const request = parse(line);
    expect(request.kind).toBe("help");
    expect(request.kind === "help" && request.text).toMatch(/^kubectl cilium-health/);
  });
});
