import { describe, expect, it } from "vitest";
import { isStale, stalenessRule } from "../../../src/analyse/matrix/staleness.ts";
import type { AgentFacts } from "../../../src/model/facts.ts";
import { pod } from "../../collect/fake-cluster.ts";
import {
  address,
  agentPod,
  capture,
  factsOf,
  healthReply,
  kubeNode,
  now,
  printed,
  reportOf,
  rowEntry,
  secondsAgo,
  silence,
  statusOf,
} from "../../views.ts";

interface Case {
  readonly what: string;
  readonly version: string;
  readonly interval?: string;
  /** Age of b's probes; null: they carry no time. */
  readonly probedAgo?: number | null;
  /** Age of the report; null: it has no time. */
  readonly reportedAgo?: number | null;
  readonly blackHoled?: number;
  readonly stale: boolean;
}

const legacy = { probedAgo: null } as const;
const serial = { ...legacy, version: "1.16.4", blackHoled: 4 } as const;
const table: readonly Case[] = [
  { what: "1.8 within 150 s", version: "1.8.0", ...legacy, reportedAgo: 150, stale: false },
  { what: "1.16 within 150 s", version: "1.16.4", ...legacy, reportedAgo: 150, stale: false },
  { what: "1.16 beyond 150 s", version: "1.16.4", ...legacy, reportedAgo: 151, stale: true },
  { what: "1.16 with four black-holed addresses, probed one by one", ...serial, reportedAgo: 270, stale: false },
  {
    what: "1.16 with four black-holed addresses, and older than their timeouts",
    ...serial,
    reportedAgo: 271,
    stale: true,
  },
  { what: "1.17 within 180 s", version: "1.17.1", ...legacy, reportedAgo: 180, stale: false },
  { what: "1.17 beyond 180 s", version: "1.17.1", ...legacy, reportedAgo: 181, stale: true },
  {
    what: "1.17 probes in parallel: black holes lengthen nothing",
    ...serial,
    version: "1.17.1",
    reportedAgo: 181,
    stale: true,
  },
  {
    what: "an unknown version without probe times within 180 s",
    version: "latest",
    ...legacy,
    reportedAgo: 180,
    stale: false,
  },
  { what: "1.18 within two intervals and 30 s", version: "1.18.0", interval: "2m0s", probedAgo: 270, stale: false },
  { what: "1.18 beyond two intervals and 30 s", version: "1.18.0", interval: "2m0s", probedAgo: 271, stale: true },
  {
    what: "1.18 with an old report and fresh probes",
    version: "1.18.0",
    interval: "2m0s",
    probedAgo: 20,
    reportedAgo: 900,
    stale: false,
  },
  {
    what: "1.18 with a fresh report and old probes",
    version: "1.18.0",
    interval: "2m0s",
    probedAgo: 900,
    reportedAgo: 20,
    stale: true,
  },
  {
    what: "1.18 whose probe has no time, by the report's",
    version: "1.18.0",
    interval: "2m0s",
    probedAgo: null,
    reportedAgo: 270,
    stale: false,
  },
  {
    what: "1.18 whose probe has no time, by the report's, too old",
    version: "1.18.0",
    interval: "2m0s",
    probedAgo: null,
    reportedAgo: 271,
    stale: true,
  },
  {
    what: "1.18 before its first cycle: the usual interval of its addresses",
    version: "1.18.0",
    interval: "0s",
    probedAgo: 110,
    stale: false,
  },
  { what: "no time at all", version: "1.16.4", ...legacy, reportedAgo: null, stale: true },
];

/** What a, of one version, says of b, which is well but perhaps of old. */
function reportFor({ version, interval, probedAgo = 20, reportedAgo = 20, blackHoled = 0 }: Case) {
  const times = { probedAgo };
  const hole = (at: number) =>
    rowEntry({ name: `hole-${at}`, host: [address(`198.51.100.${at}`, "Connection timed out", silence, times)] });
  const nodes = [
    rowEntry({ name: "b", host: [address("192.0.2.2", "", "", times)] }),
    ...Array.from({ length: blackHoled }, (_, at) => hole(at)),
  ];
  const reply = healthReply({
    nodes,
    interval: interval ?? null,
    timestamp: reportedAgo === null ? "" : secondsAgo(reportedAgo),
  });
  return reportOf(
    factsOf({
      nodes: [kubeNode("a"), kubeNode("b")],
      pods: [agentPod("a", { version }), agentPod("b", { version })],
      captures: [capture("a", "cilium-health-status.json", printed(reply)), capture("a", "date.txt", printed(now))],
    }),
  );
}

describe("a good result is trusted or stale", () => {
  it.each(table)("$what", (one) => {
    expect(statusOf(reportFor(one), "a", "b", "host")).toBe(one.stale ? "stale" : "reachable");
  });
});

describe("now", () => {
  const reply = (probedAgo: number) =>
    healthReply({
      nodes: ["a", "b"].map((name) => rowEntry({ name, host: [address("192.0.2.2", "", "", { probedAgo })] })),
    });
  const facts = (clockOfA: string | null, agesOfA: number, agesOfB: number) =>
    factsOf({
      nodes: [kubeNode("a"), kubeNode("b")],
      pods: [agentPod("a"), agentPod("b")],
      captures: [
        capture("a", "cilium-health-status.json", printed(reply(agesOfA))),
        ...(clockOfA === null ? [] : [capture("a", "date.txt", printed(clockOfA))]),
        capture("b", "cilium-health-status.json", printed(reply(agesOfB))),
        capture("b", "date.txt", printed(now)),
      ],
    });

  it("is the agent's own clock, however wrong", () => {
    const report = reportOf(facts(secondsAgo(7200), 7230, 30));
    expect(statusOf(report, "a", "b", "host")).toBe("reachable");
  });

  it("is the newest time anyone spoke of where an agent's clock is missing", () => {
    expect(statusOf(reportOf(facts(null, 30, 30)), "a", "b", "host")).toBe("reachable");
    expect(statusOf(reportOf(facts(null, 7230, 30)), "a", "b", "host")).toBe("stale");
  });

  it("of the whole report is the newest clock, never the workstation's", () => {
    expect(reportOf(facts(secondsAgo(7200), 7230, 30)).takenAt).toBe("2031-05-02T09:15:00.000Z");
  });
});

describe("a result whose age cannot be told", () => {
  const health = { localName: "", timestamp: 0, probeIntervalNs: 60e9, hasNodes: true, hasProbeTimes: true };
  const agent = (clock: number): AgentFacts => ({
    pod: pod("a"),
    notAsked: "",
    clock,
    health,
    status: null,
    nodeList: null,
    endpoints: null,
    confirming: new Map(),
    unread: new Map(),
    failures: [],
  });

  it.each([
    ["without a clock", 0, 1e12],
    ["without any time", 1e12, 0],
    ["from far ahead of the clock", 1e12, 1e12 + 151_000],
  ])("is stale: %s", (_what, clock, probedAt) => {
    expect(isStale(stalenessRule(agent(clock), "1.19.3", 10, 0), probedAt)).toBe(true);
  });

  it("is fresh where clock and probe are a moment apart, either way", () => {
    const rule = stalenessRule(agent(1e12), "1.19.3", 10, 0);
    expect([isStale(rule, 1e12 - 1000), isStale(rule, 1e12 + 1000)]).toEqual([false, false]);
  });
});
