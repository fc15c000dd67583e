import { describe, expect, it } from "vitest";
import { nextRoundMs } from "../../../src/analyse/summary/next-round.ts";
import {
  address,
  agentPod,
  capture,
  factsOf,
  healthReply,
  kubeNode,
  now,
  printed,
  rowEntry,
  secondsAgo,
  silence,
} from "../../views.ts";

interface Agent {
  readonly version?: string;
  /** null before 1.18. */
  readonly interval?: string | null;
  readonly probedAgo?: number | null;
  readonly reportedAgo?: number;
  readonly blackHoled?: number;
}

function seconds(...agents: readonly Agent[]): number {
  const names = agents.map((_, at) => `n${at}`);
  return (
    nextRoundMs(
      factsOf({
        nodes: names.map((name) => kubeNode(name)),
        pods: agents.map(({ version }, at) => agentPod(`n${at}`, version === undefined ? {} : { version })),
        captures: agents.flatMap((agent, at) => [
          capture(`n${at}`, "cilium-health-status.json", printed(replyOf(agent, `n${at}`))),
          capture(`n${at}`, "date.txt", printed(now)),
        ]),
      }),
    ) / 1000
  );
}

function replyOf({ interval = null, probedAgo = null, reportedAgo = 20, blackHoled = 0 }: Agent, local: string) {
  const peer = rowEntry({ name: "peer", host: [address("192.0.2.9", "", "", { probedAgo })] });
  const holes = Array.from({ length: blackHoled }, (_, at) =>
    rowEntry({ name: `hole-${at}`, host: [address(`198.51.100.${at}`, "", silence, { probedAgo })] }),
  );
  return healthReply({ local, timestamp: secondsAgo(reportedAgo), interval, nodes: [peer, ...holes] });
}

const modern = { version: "1.19.3", interval: "2m0s" } as const;

describe("the next round waits until the agents' next cycle can have finished", () => {
  it.each([
    ["1.18 and newer: an interval after the newest probe", [{ ...modern, probedAgo: 30 }], 92],
    ["right after it", [{ ...modern, probedAgo: 0 }], 122],
    ["an agent that is late has its next chance an interval later", [{ ...modern, probedAgo: 150 }], 92],
    ["1.17: when the next cycle of a minute is published", [{ version: "1.17.2", reportedAgo: 20 }], 42],
    ["1.16: a minute after the last start", [{ version: "1.16.4", reportedAgo: 10 }], 52],
    ["1.16 with two black holes, probed one by one", [{ version: "1.16.4", reportedAgo: 10, blackHoled: 2 }], 112],
    [
      "the slowest agent decides",
      [
        { ...modern, probedAgo: 100 },
        { ...modern, probedAgo: 10 },
      ],
      112,
    ],
    ["never sooner than 10 s", [{ ...modern, probedAgo: 119 }], 10],
    ["never later than 8 minutes", [{ ...modern, interval: "20m0s", probedAgo: 0 }], 480],
    ["a clock set back", [{ ...modern, probedAgo: -500 }], 122],
    ["no agent at all", [], 62],
  ] as const)("%s", (_what, agents, expected) => {
    expect(seconds(...agents)).toBe(expected);
  });
});
