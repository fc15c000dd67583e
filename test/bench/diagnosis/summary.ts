import type { Cost } from "./cost.ts";
import type { Separable } from "./fault.ts";
import type { HealthyResult, PairsResult, RecordedResult } from "./measure.ts";
import { type Score, share } from "./tally.ts";

export interface Measured {
  readonly singles: readonly Score[];
  readonly healthy: HealthyResult;
  readonly pairs: PairsResult;
  readonly recorded: readonly RecordedResult[];
  readonly costs: readonly Cost[];
}

/** The whole measure as markdown. */
export function summary(measured: Measured): string {
  return `${[
    intro,
    headline(measured),
    "## By cause\n",
    causeTable(measured.singles),
    "## What was named instead\n",
    confusions(measured.singles),
    "## Two faults at once\n",
    missedOf(measured.pairs),
    "## Healthy clusters\n",
    healthyText(measured.healthy),
    "## Recorded cases\n",
    recordedTable(measured.recorded),
    "## Cost\n",
    costTable(measured.costs),
  ].join("\n")}\n`;
}

const intro = `# How often the diagnosis is right

Written by \`npm run bench:diagnosis -- --write\`; do not edit.

The clusters are made up, their causes known: a seeded generator routes each of the four probes hop by hop, there and
back, through a world with one fault in it (a dropped port, a wrong address in one agent's list, a Node object that is
gone) and prints what agents and the API would say. It knows nothing of the rules. Its packets were compared with the
recorded cases: the same fault makes the same probes fail. Half of the single-fault clusters carry noise besides: a
restarted agent, a new node, a lost ping, a missing row, clocks that differ, mixed versions, settings that look harmful.

*Top 1*: the first finding is the cause. *Top 3*: it is among the first three findings or the first finding's first two
alternatives. *Separable* is what the catalogue says of the cause: by the facts of every run, by one more command, or
not from inside the cluster. Two faults at once are drawn from those that touch few nodes: beside one that silences the
whole cluster no probe can tell of another.
`;

function headline({ singles, healthy, pairs, recorded }: Measured): string {
  const separable = singles.filter((one) => one.fault.separable !== "outside");
  return [
    "| measure | result | aim |",
    "|---|---|---|",
    `| top 1, separable causes | ${total(separable, "top1")} | 90 % |`,
    ...(["facts", "command", "outside"] satisfies Separable[]).map(
      (kind) =>
        `| top 1, ${separableWords[kind]} | ${total(
          singles.filter((one) => one.fault.separable === kind),
          "top1",
        )} | |`,
    ),
    `| top 3, all causes | ${total(singles, "top3")} | 99 % |`,
    `| healthy clusters with a finding above info | ${healthy.alarmed} of ${healthy.trials} | 0 |`,
    `| two faults, both in the first three findings | ${share(pairs.both, pairs.trials)} | 90 % |`,
    `| recorded cases judged right | ${share(recorded.filter((one) => one.right).length, recorded.length)} | all |`,
    `| unreachable paths no finding explains | ${singles.reduce((sum, one) => sum + one.unexplained, 0)} | 0 |`,
    "",
  ].join("\n");
}

const separableWords: Readonly<Record<Separable, string>> = {
  facts: "by facts",
  command: "by one more command",
  outside: "not from inside",
};

export function total(scores: readonly Score[], what: "top1" | "top3"): string {
  const sum = (key: "top1" | "top3" | "trials") => scores.reduce((all, one) => all + one[key], 0);
  return share(sum(what), sum("trials"));
}

function causeTable(scores: readonly Score[]): string {
  const rows = scores.map((one) => {
    const { fault, trials, top1, top3, unexplained } = one;
    return `| ${fault.name} | ${separableWords[fault.separable]} | ${top1}/${trials} | ${top3}/${trials} | ${unexplained} |`;
  });
  return ["| fault | separable | top 1 | top 3 | unexplained paths |", "|---|---|---|---|---|", ...rows, ""].join("\n");
}

function confusions(scores: readonly Score[]): string {
  const wrong = scores.filter((one) => one.instead.size > 0);
  if (wrong.length === 0) return "Nothing.\n";
  const rows = wrong.map(({ fault, instead, wrongSeed }) => {
    const named = [...instead].sort((a, b) => b[1] - a[1]).map(([id, times]) => `${id} (${times})`);
    return `| ${fault.name} | ${named.join(", ")} | ${wrongSeed} |`;
  });
  return ["| fault | first finding | first seed |", "|---|---|---|", ...rows, ""].join("\n");
}

function missedOf({ missed }: PairsResult): string {
  if (missed.size === 0) return "Both were named every time.\n";
  const rows = [...missed].sort((a, b) => b[1] - a[1]).map(([name, times]) => `| ${name} | ${times} |`);
  return ["| not among the first three | times |", "|---|---|", ...rows, ""].join("\n");
}

function healthyText({ trials, alarmed, alarms, infos }: HealthyResult): string {
  const loud = [...alarms].map(([id, { times, example }]) => `- ${id}: ${times} findings, for example ${example}`);
  const quiet = [...infos].map(([id, times]) => `${id} (${times})`).join(", ");
  return [`${alarmed} of ${trials} alarmed.`, ...loud, "", `Findings at info: ${quiet || "none"}.`, ""].join("\n");
}

function recordedTable(cases: readonly RecordedResult[]): string {
  const rows = cases.map(
    ({ name, causes, findings, right }) =>
      `| ${name} | ${causes.join(", ") || "none"} | ${findings.join(", ") || "none"} | ${right ? "yes" : "no"} |`,
  );
  return ["| case | injected | findings | right |", "|---|---|---|---|", ...rows, ""].join("\n");
}

function costTable(costs: readonly Cost[]): string {
  const rows = costs.map(
    ({ nodes, faults, bytes, parsingMs, diagnosisMs }) =>
      `| ${nodes} | ${faults} | ${Math.round(bytes / 1048576)} MiB | ${Math.round(parsingMs)} ms | ${Math.round(diagnosisMs)} ms |`,
  );
  return ["| nodes | fault | read | CPU of parsing | CPU of diagnosis |", "|---|---|---|---|---|", ...rows].join("\n");
}
