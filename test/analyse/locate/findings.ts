import type { Attempts, CounterName, LocateFindings, LocateWindow, SideGrowth } from "../../../src/model/locate.ts";

/** What a counter does: with each packet that is sent, beside other traffic, or nothing. */
export type Behaviour = "grows" | "still" | "noisy" | "missing";

export type SideWords = Partial<Readonly<Record<CounterName, Behaviour>>> & {
  /** A drop reason that grows with each packet. */
  readonly drop?: string;
  /** A drop reason that grows by itself, quiet or not. */
  readonly otherDrop?: string;
  readonly noDrops?: boolean;
};

export interface Case {
  readonly target?: "host" | "endpoint";
  readonly native?: boolean;
  readonly from?: SideWords | null;
  readonly to?: SideWords | null;
  readonly halfOpen?: Behaviour;
  readonly targetUnasked?: string;
  /** Of every burst: all silent unless said otherwise. */
  readonly attempts?: (sent: number) => Partial<Attempts>;
}

const bursts = [10, 15, 20];
const noise = 90;

/** Windows in which counters behave so. */
export function findingsOf(one: Case): LocateFindings {
  const target = one.target ?? "endpoint";
  const bare = target === "host" || one.native === true;
  return {
    path: { from: "a", to: "b", target, address: "10.0.1.7", port: 4240 },
    tunnelDevice: bare ? "" : "cilium_vxlan",
    fromNic: "eth0",
    toNic: "ens3",
    targetUnasked: one.targetUnasked ?? "",
    windows: [0, ...bursts].map((sent) => windowOf(one, sent)),
  };
}

function windowOf(one: Case, sent: number): LocateWindow {
  const none: Attempts = { opened: 0, refused: 0, silent: sent, failed: new Map(), untried: "" };
  const said = sent > 0 && one.attempts !== undefined ? { ...none, silent: 0, ...one.attempts(sent) } : none;
  const halfOpen = growth(one.halfOpen ?? "missing", sent) ?? null;
  return { sent, seconds: 2, attempts: said, halfOpen, from: side(one.from, sent), to: side(one.to, sent) };
}

function side(words: SideWords | null | undefined, sent: number): SideGrowth | null {
  if (words === null || words === undefined) return null;
  const { drop, otherDrop, noDrops, ...counters } = words;
  const drops = [
    ...(drop === undefined ? [] : [{ reason: drop, direction: "ingress", packets: sent }]),
    ...(otherDrop === undefined ? [] : [{ reason: otherDrop, direction: "ingress", packets: noise }]),
  ].filter(({ packets }) => packets > 0);
  const grown = Object.entries(counters).map(([name, behaviour]) => [name, growth(behaviour, sent)] as const);
  return {
    counters: Object.fromEntries(grown.filter(([, packets]) => packets !== undefined)),
    drops: noDrops === true ? null : drops,
  };
}

function growth(behaviour: Behaviour, sent: number): number | undefined {
  switch (behaviour) {
    case "grows":
      return sent + 1;
    case "still":
      return 1;
    case "noisy":
      return noise + sent;
    case "missing":
      return undefined;
    default: {
      const never: never = behaviour;
      return never;
    }
  }
}
