import { nameOf } from "../mesh.ts";

type Entry = Readonly<Record<string, unknown>>;
type Entries = readonly Entry[];

/** A health view without a node's entry. */
export function withoutEntry(entries: Entries, node: number): Entries {
  return entries.filter((entry) => entry["name"] !== nameOf(node));
}

/** A health view with a node's entry rewritten as text: addresses, ports, times. */
export function rewritten(entries: Entries, node: number, from: string | RegExp, to: string): Entries {
  return entries.map((entry) =>
    entry["name"] === nameOf(node) ? JSON.parse(JSON.stringify(entry).replaceAll(new RegExp(from, "g"), to)) : entry,
  );
}

/** A copy of one node's entry under the name of a node of another cluster, rewritten. */
export function remoteEntry(entries: Entries, node: number, name: string, edit: (json: string) => string): Entry {
  const entry = entries.find((one) => one["name"] === nameOf(node));
  return { ...JSON.parse(edit(JSON.stringify(entry))), name };
}

/** A running pod whose agent was started at this time. */
export function startedAt(time: string, more: Readonly<Record<string, unknown>> = {}) {
  const container = {
    name: "cilium-agent",
    ready: true,
    restartCount: 1,
    state: { running: { startedAt: time } },
    ...more,
  };
  return { status: { containerStatuses: [container] } };
}

/** A pod whose agent waits for something. */
export function waiting(reason: string, restartCount = 7) {
  return { status: { containerStatuses: [{ name: "cilium-agent", restartCount, state: { waiting: { reason } } }] } };
}
