import { watchSeconds } from "../model/drops.ts";
import { plainAddressPattern } from "../model/plain-address.ts";
import { shellWord } from "../model/shell-words.ts";
import { listArgv, trackedLists } from "./conntrack-lists.ts";
import { killAfterSeconds } from "./drop-monitor.ts";
import { burstName, burstScript, mostConnections, socketsArgv } from "./locate-burst.ts";

/** A word of a command line: as it is, or one of many that match a whole pattern (RE2, as CEL has it). */
export type LineWord = string | { readonly name: string; readonly pattern: string };

/** What only `drops` and `pair --locate` run, and only where somebody asks for it: with words that vary. */
export const optInCommands = ["drops", "locate"] as const;
export type OptInCommand = (typeof optInCommands)[number];

const seconds: LineWord = { name: "SECONDS", pattern: numbersUpTo(watchSeconds.range[1]) };

/** 1 to 65535: bash takes a larger number for the port of its lower 16 bits. */
const portPattern = "[1-9][0-9]{0,3}|[1-5][0-9]{4}|6[0-4][0-9]{3}|65[0-4][0-9]{2}|655[0-2][0-9]|6553[0-5]";

export const optInLines: Readonly<Record<OptInCommand, readonly (readonly LineWord[])[]>> = {
  drops: (["cilium-dbg", "cilium"] as const).flatMap((program) => [
    [
      ...["timeout", "-s", "INT", "-k", String(killAfterSeconds)],
      seconds,
      ...[program, "monitor", "--type", "drop", "--json"],
    ],
    ...trackedLists.map((list) => listArgv(list, program)),
  ]),
  locate: [
    [
      ...["bash", "-c", burstScript, burstName],
      { name: "ADDRESS", pattern: plainAddressPattern },
      { name: "PORT", pattern: portPattern },
      { name: "COUNT", pattern: `[1-9]|[1-${mostConnections / 10 - 1}][0-9]|${mostConnections}` },
    ],
    socketsArgv("192.0.2.1"),
    socketsArgv("2001:db8::1"),
  ],
};

/** A line as it is shown to people: a word that a shell would take apart in quotes. */
export function lineText(line: readonly LineWord[]): string {
  return line.map((word) => (typeof word === "string" ? shellWord(word) : word.name)).join(" ");
}

/** 1 to a most of three digits that ends in two zeros, such as 300. */
function numbersUpTo(most: number): string {
  return `[1-9]|[1-9][0-9]|[1-${Math.floor(most / 100) - 1}][0-9][0-9]|${most}`;
}
