/** What a simulated packet is counted as: by a device, or by the datapath as dropped. */
export type Counter =
  | { readonly kind: "link"; readonly device: string; readonly way: "rx" | "tx" }
  | { readonly kind: "drop"; readonly reason: string; readonly direction: "ingress" | "egress" };

/** Counters that grow on top of a recording: what was recorded once is read again and again. */
export interface LiveCounters {
  add(node: string, counter: Counter, packets: number): void;
  /** A recorded output with what was added since; the recorded bytes where nothing was. */
  applied(node: string, file: string, bytes: Buffer): Buffer;
}

interface Added {
  readonly counter: Counter;
  packets: number;
}

export function liveCounters(): LiveCounters {
  const nodes = new Map<string, Map<string, Added>>();
  return {
    add: (node, counter, packets) => {
      if (packets === 0) return;
      const added = nodes.get(node) ?? new Map<string, Added>();
      nodes.set(node, added);
      const key = JSON.stringify(counter);
      const known = added.get(key) ?? { counter, packets: 0 };
      known.packets += packets;
      added.set(key, known);
    },
    applied: (node, file, bytes) => {
      const change = changes[file];
      const added = [...(nodes.get(node)?.values() ?? [])];
      if (change === undefined || added.length === 0) return bytes;
      const list: unknown = JSON.parse(bytes.toString("utf8"));
      if (!Array.isArray(list)) return bytes;
      for (const one of added) change(list, one);
      return Buffer.from(`${JSON.stringify(list, null, 2)}\n`, "utf8");
    },
  };
}

type Change = (list: unknown[], added: Added) => void;

const changes: Readonly<Record<string, Change>> = {
  "ip-link.json": (list, { counter, packets }) => {
    if (counter.kind !== "link") return;
    const link = list.find((one) => textAt(one, "ifname") === counter.device);
    const side = recordAt(recordAt(link, "stats64"), counter.way);
    if (side !== null && typeof side["packets"] === "number") side["packets"] += packets;
  },
  "bpf-metrics.json": (list, { counter, packets }) => {
    if (counter.kind !== "drop") return;
    const { reason, direction } = counter;
    const row = list.find((one) => textAt(one, "reason") === reason && textAt(one, "direction") === direction);
    const known = recordOf(row);
    if (known !== null && typeof known["packets"] === "number") known["packets"] += packets;
    else list.push({ reason, direction, packets, bytes: packets * 74, line: 2381, file: "bpf_lxc.c" });
  },
};

function recordOf(value: unknown): Record<string, unknown> | null {
  // The object itself, not a copy: its counters are to grow.
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
}

function recordAt(value: unknown, key: string): Record<string, unknown> | null {
  return recordOf(recordOf(value)?.[key]);
}

function textAt(value: unknown, key: string): string {
  const text = recordOf(value)?.[key];
  return typeof text === "string" ? text : "";
}
