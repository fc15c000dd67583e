import { describe, expect, it } from "vitest";
import { failureText, probedAt } from "../../src/model/matrix.ts";
import { parseHealth } from "../../src/parse/health-json.ts";
import { parseTime } from "../../src/parse/time.ts";
import {
  address,
  agentPod,
  bytes,
  capture,
  factsOf,
  healthReply,
  kubeNode,
  meshFacts,
  now,
  printed,
  reportOf,
  rowEntry,
  secondsAgo,
  silence,
  statusOf,
} from "../views.ts";

function health(reply: unknown) {
  const parsed = parseHealth(bytes(reply));
  if (!parsed.ok) throw new Error(parsed.message);
  return parsed.value;
}

/** One cluster of a and b, where a's agent prints this; b's pod is not asked. */
function seenByA(stdout: unknown, more: { config?: object; version?: string } = {}) {
  return factsOf({
    nodes: [kubeNode("a"), kubeNode("b", { ip: "192.0.2.2" })],
    pods: [agentPod("a", { version: more.version ?? "1.19.3" }), agentPod("b")],
    config: more.config ?? {},
    captures: [capture("a", "cilium-health-status.json", printed(stdout)), capture("a", "date.txt", printed(now))],
  });
}

function statusAtoB(stdout: unknown, target: "host" | "endpoint", more: { config?: object; version?: string } = {}) {
  return statusOf(reportOf(seenByA(stdout, more)), "a", "b", target);
}

const fine = [address("192.0.2.2", "", "")];

/** The thirteen things a reader of Cilium's output has to live with. */
describe("what agents print is tolerated", () => {
  it("unknown keys are passed over and a missing scalar means its zero value", () => {
    const { nodes } = health({
      future: { deeply: [1, { nested: null }] },
      local: { name: "a", rank: 7 },
      nodes: [
        { name: "b", mood: "good", host: { "primary-address": { ip: "192.0.2.2", icmp: {}, http: { tls: {} } } } },
      ],
    });
    const success = { status: "", latencyNs: 0, lastProbed: 0 };
    expect(nodes).toEqual([{ name: "b", host: [{ ip: "192.0.2.2", icmp: success, http: success }], endpoint: null }]);
  });

  it("a result has three values, and a target that is not there is not checked", () => {
    const reply = (icmp: "" | "x" | null, endpoint: object[] | null) =>
      healthReply({ local: "a", nodes: [rowEntry({ name: "b", host: [address("192.0.2.2", icmp, "")], endpoint })] });
    expect(statusAtoB(reply("", null), "host")).toBe("reachable");
    expect(statusAtoB(reply("x", null), "host")).toBe("unreachable");
    expect(statusAtoB(reply(null, null), "host")).toBe("unknown");
    expect(statusAtoB(reply("", null), "endpoint")).toBe("off");
  });

  it("an agent without a finished cycle answers `nodes: null` and perhaps without its own name", () => {
    const facts = seenByA({ local: {}, nodes: null, probeInterval: "0s", timestamp: secondsAgo(1) });
    expect(facts.nodes.find((node) => node.name === "a")?.agent?.health).toMatchObject({
      hasNodes: false,
      localName: "",
      probeIntervalNs: 0,
    });
    expect(statusOf(reportOf(facts), "a", "b", "host")).toBe("unknown");
  });

  it("the same content under `endpoint` and `health-endpoint` is one address", () => {
    const endpoint = [address("10.0.1.7", "", "")];
    const { nodes } = health(healthReply({ nodes: [rowEntry({ name: "b", host: fine, endpoint })] }));
    expect(nodes?.[0]?.endpoint).toHaveLength(1);
  });

  it("own nodes lose their cluster prefix, those of another cluster keep it", () => {
    const reply = healthReply({
      local: "home/a",
      nodes: [rowEntry({ name: "home/b", host: fine }), rowEntry({ name: "away/b", host: fine })],
    });
    const names = seenByA(reply, { config: { "cluster-name": "home" } }).nodes.map(({ name, remote }) => [
      name,
      remote,
    ]);
    expect(names).toEqual([
      ["a", false],
      ["b", false],
      ["away/b", true],
    ]);
  });

  it("agents of several versions in one cluster are each judged by their own rules", () => {
    const old = { probedAgo: null };
    const times = { a: { interval: null, version: "1.16.5" }, b: { interval: "2m0s", version: "1.18.2" } } as const;
    const names = ["a", "b"] as const;
    const facts = factsOf({
      nodes: names.map((name) => kubeNode(name)),
      pods: names.map((name) => agentPod(name, { version: times[name].version })),
      captures: names.flatMap((name) => [
        capture(
          name,
          "cilium-health-status.json",
          printed(
            healthReply({
              interval: times[name].interval,
              timestamp: secondsAgo(200),
              nodes: names.map((to) => rowEntry({ name: to, host: [address("192.0.2.2", "", "", old)] })),
            }),
          ),
        ),
        capture(name, "date.txt", printed(now)),
      ]),
    });
    const report = reportOf(facts);
    expect(report.cilium.versions).toEqual(["1.16.5", "1.18.2"]);
    expect(statusOf(report, "a", "b", "host")).toBe("stale");
    expect(statusOf(report, "b", "a", "host")).toBe("reachable");
  });

  it.each([
    ["<nil>", ""],
    ["Unavailable", ""],
    ["", ""],
    ["fe80::1%eth0", "fe80::1%eth0"],
    ["2001:db8::2", "2001:db8::2"],
  ])("an address may be %j, of either family", (printedIP, ip) => {
    const { nodes } = health(healthReply({ nodes: [rowEntry({ name: "b", host: [address(printedIP, "", "")] })] }));
    expect(nodes?.[0]?.host?.[0]?.ip).toBe(ip);
  });

  it("latency runs to a minute in nanoseconds and means nothing beside a failure", () => {
    const probes = {
      ip: "192.0.2.2",
      icmp: { latency: 60e9 },
      http: { latency: 413_345, status: silence },
    };
    const { nodes } = health(healthReply({ nodes: [rowEntry({ name: "b", host: [probes] })] }));
    expect(nodes?.[0]?.host?.[0]?.icmp?.latencyNs).toBe(60e9);
    const { matrix } = seenByA(healthReply({ local: "a", nodes: [rowEntry({ name: "b", host: [probes] })] }));
    expect(matrix.rows[0]?.host.positions[0]?.http.latency[1]).toBe(0);
  });

  it.each([
    ["2031-05-02T09:14:30Z", "2031-05-02T09:14:30.000Z"],
    ["2031-05-02T11:14:30+02:00", "2031-05-02T09:14:30.000Z"],
    ["2031-05-02T03:44:30-05:30", "2031-05-02T09:14:30.000Z"],
    ["2031-05-02T09:14:30.000Z", "2031-05-02T09:14:30.000Z"],
    ["2031-05-02T09:14:30.123456789Z", "2031-05-02T09:14:30.123Z"],
  ])("the time %s has a zone and any fraction", (text, iso) => {
    expect(new Date(parseTime(text)).toISOString()).toBe(iso);
  });

  it("agents' clocks differ, and each age is taken by its own agent's clock", () => {
    const skewed = (name: string, ahead: number) => [
      capture(
        name,
        "cilium-health-status.json",
        printed(
          healthReply({
            nodes: ["a", "b"].map((to) =>
              rowEntry({ name: to, host: [address("192.0.2.2", "", "", { probedAgo: 30 - ahead })] }),
            ),
          }),
        ),
      ),
      capture(name, "date.txt", printed(secondsAgo(-ahead))),
    ];
    const facts = factsOf({
      nodes: [kubeNode("a"), kubeNode("b")],
      pods: [agentPod("a"), agentPod("b")],
      captures: [...skewed("a", 0), ...skewed("b", 7200)],
    });
    const report = reportOf(facts);
    expect([statusOf(report, "a", "b", "host"), statusOf(report, "b", "a", "host")]).toEqual([
      "reachable",
      "reachable",
    ]);
    expect(report.nodes.map((node) => node.oldestProbeNs)).toEqual([30e9, 30e9]);
  });

  it.each([
    ["a notice before it", (json: string) => `Using config file: /home/cilium/.cilium.yaml\n${json}`],
    ["a blank line behind it", (json: string) => `${json}\n\n`],
    ["a warning behind it", (json: string) => `${json}\nlevel=warning msg="bye {x}"\n`],
  ])("JSON is found with %s", (_what, noisy) => {
    const reply = healthReply({ local: "a", nodes: [rowEntry({ name: "b", host: fine })] });
    expect(health(noisy(JSON.stringify(reply))).nodes).toHaveLength(1);
    expect(health(noisy(JSON.stringify(reply, null, 2))).nodes).toHaveLength(1);
  });

  it("whole JSON counts even where the command ended with an error, an empty reply never does", () => {
    const reply = bytes(healthReply({ local: "a", nodes: [rowEntry({ name: "b", host: fine })] }));
    const with_ = (stdout: Uint8Array, code: number) =>
      meshFacts(["a", "b"], {
        outcome: (name) =>
          name !== "a"
            ? null
            : code === 0
              ? { kind: "ok", stdout, stderr: "" }
              : { kind: "exit", code, stdout, stderr: "" },
      }).nodes[0]?.agent;
    expect(with_(reply, 1)?.health?.localName).toBe("a");
    expect(with_(reply, 1)?.failures).toEqual([]);
    expect(with_(bytes(""), 1)?.failures).toMatchObject([{ reason: "exit-1" }]);
    expect(with_(bytes(" \n"), 0)?.failures).toMatchObject([{ reason: "empty" }]);
  });

  it("views differ: A lists B where B does not list A, and some nodes are in no list at all", () => {
    const entry = (name: string) => rowEntry({ name, host: fine, endpoint: [address("10.0.1.7", "", "")] });
    const facts = factsOf({
      nodes: ["a", "b", "c"].map((name) => kubeNode(name)),
      pods: ["a", "b", "c"].map((name) => agentPod(name)),
      captures: [
        capture("a", "cilium-health-status.json", printed(healthReply({ nodes: [entry("a"), entry("b")] }))),
        capture("b", "cilium-health-status.json", printed(healthReply({ nodes: [entry("b")] }))),
      ],
    });
    const report = reportOf(facts);
    const words = ["a b", "b a", "a c", "c a"].map((pair) => {
      const [from = "", to = ""] = pair.split(" ");
      return `${pair} ${statusOf(report, from, to, "host")}`;
    });
    expect(words).toEqual(["a b reachable", "b a unknown", "a c unknown", "c a unasked"]);
  });

  it.each([
    'Get "http://[2001:db8::2]:4240/hello": dial tcp [2001:db8::2]:4240: connect: no route to host',
    'Get "http://192.0.2.2:4240/hello": dial tcp: lookup <nil>: no such host',
    "unexpected status code: 404 404 Not Found",
    "write ip 0.0.0.0->192.0.2.2: sendto: operation not permitted",
  ])("the failure text %j is kept as it is", (text) => {
    const ip = text.includes("2001") ? "2001:db8::2" : "192.0.2.2";
    const { matrix } = seenByA(
      healthReply({ local: "a", nodes: [rowEntry({ name: "b", host: [address(ip, "", text)] })] }),
    );
    expect(failureText(matrix, matrix.rows[0]?.host.positions[0]?.http.outcome[1] ?? 0, ip)).toBe(text);
  });

  it.each([
    [255, "Error: Cannot get status: dial unix /var/run/cilium/health.sock", "exit-255"],
    [1, "Error: Cannot get status: dial unix /var/run/cilium/health.sock", "exit-1"],
    [127, "", "exit-127"],
  ])("exit code %i of any age is a failure that names itself", (code, stderr, reason) => {
    const facts = meshFacts(["a", "b"], {
      outcome: (name) => (name === "a" ? { kind: "exit", code, stdout: bytes(""), stderr } : null),
    });
    expect(facts.nodes[0]?.agent?.failures).toMatchObject([{ id: "cilium-health-status.json", reason }]);
    expect(statusOf(reportOf(facts), "a", "b", "host")).toBe("unasked");
  });

  it("an old result is not green: its age is kept and beyond the limit it is stale", () => {
    const aged = (probedAgo: number) =>
      healthReply({
        local: "a",
        interval: "1m0s",
        nodes: [rowEntry({ name: "b", host: [address("192.0.2.2", "", "", { probedAgo })] })],
      });
    expect(statusAtoB(aged(149), "host")).toBe("reachable");
    expect(statusAtoB(aged(151), "host")).toBe("stale");
    const row = seenByA(aged(149)).matrix.rows[0];
    const probe = row?.host.positions[0]?.icmp;
    expect(row && probe && probedAt(row, probe, 1) * 1000).toBe(parseTime(secondsAgo(149)));
  });
});
