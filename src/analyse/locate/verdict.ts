import type { Attempts, CounterName, LocateCounter, LocateFindings, Location } from "../../model/locate.ts";
import type { Confidence } from "../../model/report.ts";
import type { Signal } from "./signal.ts";
import { type Signals, signalsOf } from "./signals.ts";
import { cannotTell, type Ending, figure, type Way, walk } from "./walk.ts";

/** Where on the way packets are lost, by the counters of both sides around bursts of known size. */
export function judgeLocation(findings: LocateFindings): Location {
  const way: Way = { findings, signals: signalsOf(findings), a: findings.path.from, b: findings.path.to };
  const bursts = findings.windows.filter(({ sent }) => sent > 0).map(({ sent }) => sent);
  const sent = bursts.reduce((sum, one) => sum + one, 0);
  const attempts = sumAttempts(findings);
  const { place, text, used } = ended(way, attempts, sent) ?? walk(way);
  return {
    path: findings.path,
    place,
    confidence: place === "unknown" ? null : confidenceOf(used),
    text,
    bursts,
    attempts: {
      opened: attempts.opened,
      refused: attempts.refused,
      silent: attempts.silent,
      failed: failedOf(attempts),
    },
    counters: countersOf(way),
  };
}

function sumAttempts({ windows }: LocateFindings): Attempts {
  const failed = new Map<string, number>();
  let [opened, refused, silent, untried] = [0, 0, 0, ""];
  for (const { attempts } of windows) {
    opened += attempts.opened;
    refused += attempts.refused;
    silent += attempts.silent;
    untried ||= attempts.untried;
    for (const [text, count] of attempts.failed) failed.set(text, (failed.get(text) ?? 0) + count);
  }
  return { opened, refused, silent, failed, untried };
}

function failedOf({ failed }: Attempts): number {
  return [...failed.values()].reduce((sum, count) => sum + count, 0);
}

/** Most of the connections ended alike, and not in silence: that says more than any counter. null: follow the packets. */
function ended(way: Way, attempts: Attempts, sent: number): Ending | null {
  const { a, b, findings } = way;
  const { opened, refused, silent } = attempts;
  const where = `${findings.path.address} port ${findings.path.port}`;
  const none: Ending["used"] = [];
  if (attempts.untried !== "") return cannotTell(way, `the connections could not be sent: ${attempts.untried}`);
  if (sent === 0 || opened + refused + silent + failedOf(attempts) === 0) {
    return cannotTell(way, "no connection could be tried");
  }
  if (opened === sent)
    return {
      place: "works",
      text: `all ${sent} connections from ${a} to ${where} opened: nothing is lost now`,
      used: none,
    };
  if (refused * 2 > sent) {
    const text = `${refused} of ${sent} connections were refused: something answers for ${where}; nothing listens there on ${b}, or a filter rejects it`;
    return { place: "refused", text, used: none };
  }
  const [error, count] = [...attempts.failed].sort((one, other) => other[1] - one[1])[0] ?? ["", 0];
  if (count * 2 > sent) return failedEnding(way, error, count, sent);
  if (opened * 5 >= sent) {
    return cannotTell(
      way,
      `${opened} of ${sent} connections opened: it is lost in part, and counters cannot tell which part`,
    );
  }
  return null;
}

/** The kernel's own error: it knew no way, or somebody on the way said that there is none. */
function failedEnding(way: Way, error: string, count: number, sent: number): Ending {
  const { signals, findings, a } = way;
  const name: CounterName = findings.tunnelDevice === "" ? "nicTx" : "tunnelTx";
  const out = signals.from[name];
  const said = `${count} of ${sent} connections ended in "${error}"`;
  if (out.seen === "yes" && /no route to host/i.test(error)) {
    const text = `${said} though they left ${a} (${figure(way, "from", name, out)}): a filter on the way or on ${way.b} rejects them`;
    return { place: "refused", text, used: [out] };
  }
  return { place: "source", text: `never leaves ${a}: ${said}, by its own kernel`, used: [] };
}

/** Confirmed where every signal is beyond doubt: proof that packets are missing, or little traffic beside them. */
function confidenceOf(used: readonly Signal[]): Confidence {
  const sure = used.every(
    ({ seen, total, sent, background }) =>
      (seen === "no" && total * 2 < sent) || (seen === "yes" && background !== null && background * 4 <= sent),
  );
  return sure ? "confirmed" : "likely";
}

const shownCounters: readonly (readonly ["from" | "to", CounterName, string])[] = [
  ["from", "tunnelTx", "tunnel TX"],
  ["from", "tunnelLost", "tunnel TX lost"],
  ["from", "nicTx", "NIC TX"],
  ["to", "nicRx", "NIC RX"],
  ["to", "tunnelRx", "tunnel RX"],
  ["to", "healthTx", "to health endpoint"],
  ["to", "healthRx", "from health endpoint"],
  ["to", "tunnelTx", "tunnel TX"],
  ["to", "tunnelLost", "tunnel TX lost"],
  ["to", "nicTx", "NIC TX"],
  ["from", "nicRx", "NIC RX"],
  ["from", "tunnelRx", "tunnel RX"],
];

/** All that was read, in the order packets pass; the endpoint's own only where it is the target. */
function countersOf({ findings, signals, a, b }: Way): LocateCounter[] {
  const isEndpoint = findings.path.target === "endpoint";
  const links = shownCounters.flatMap(([side, name, words]) => {
    const signal = signals[side][name];
    const ofEndpoint = name === "healthTx" || name === "healthRx";
    if (signal.seen === "missing" || (ofEndpoint && !isEndpoint)) return [];
    if (name === "tunnelLost" && signal.total === 0) return [];
    return [row(side === "from" ? a : b, deviceName(findings, side, name, words), signal)];
  });
  return [
    ...links,
    ...dropRows(signals, a, b),
    ...(signals.halfOpen.seen === "missing" ? [] : [row(b, "half-open connections", signals.halfOpen)]),
  ];
}

function deviceName(findings: LocateFindings, side: "from" | "to", name: CounterName, words: string): string {
  const nic = side === "from" ? findings.fromNic : findings.toNic;
  if (name === "nicTx" || name === "nicRx") return words.replace("NIC", nic);
  return words.replace(/^tunnel/, findings.tunnelDevice);
}

function dropRows({ fromDrop, toDrop }: Signals, a: string, b: string): LocateCounter[] {
  return [
    ...(fromDrop === null ? [] : [row(a, `${fromDrop.reason} (${fromDrop.direction})`, fromDrop)]),
    ...(toDrop === null ? [] : [row(b, `${toDrop.reason} (${toDrop.direction})`, toDrop)]),
  ];
}

function row(node: string, name: string, { background, bursts }: Signal): LocateCounter {
  return { node, name, background, bursts };
}
