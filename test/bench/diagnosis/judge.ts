import { analyse, wants } from "../../../src/analyse/analyse.ts";
import type { Facts } from "../../../src/model/facts.ts";
import type { Report } from "../../../src/model/report.ts";
import type { Scope } from "../../../src/model/request.ts";
import { recordedFirstRound, recordedSecondRound } from "./recorded.ts";
import { firstRound, secondRound } from "./snapshot.ts";
import type { World } from "./world.ts";

/** The only file of this bench that knows the diagnosis: everything else makes worlds or counts. */

const everything: Scope = { nodes: [], zones: [], target: null, protocol: null };

export function report(facts: Facts, generatedAt: string): Report {
  return analyse(facts, {
    scope: everything,
    failOn: "warning",
    ignores: [],
    generatedAt,
    partial: false,
    spell: ({ argv }) => ({ argv, command: argv.join(" ") }),
  });
}

/** Two rounds, as a run makes them: look, ask what the rules want, judge. */
export function judge(world: World): Report {
  const reducer = firstRound(world);
  secondRound(world, reducer, wants(reducer.finish(), everything));
  return report(reducer.finish(), new Date(world.now).toISOString());
}

/** The same over a recorded case. */
export function judgeRecorded(name: string): Report {
  const reducer = recordedFirstRound(name);
  recordedSecondRound(name, reducer, wants(reducer.finish(), everything));
  return report(reducer.finish(), "2026-11-20T19:00:00Z");
}
