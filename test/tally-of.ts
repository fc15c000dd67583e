import { tallySlowNs, tallyStep } from "../src/model/short-forms.ts";
import type { AddressProbes, HealthReply } from "../src/parse/health-json.ts";
import type { HealthTally, TargetTally } from "../src/parse/health-tally.ts";

interface Window {
  readonly oldest: string;
  readonly newest: string;
}

/** The tally of a view that is known in full, counted here once more. Of an agent of 1.18 or newer. */
export function tallyOf(full: HealthReply, window: Window): HealthTally {
  const nodes = full.nodes ?? [];
  const named = (addresses: readonly AddressProbes[] | null, name: string) =>
    addresses === null ? [] : [{ name, addresses }];
  const { localName, timestamp, probeIntervalNs } = full;
  return {
    localName,
    timestamp,
    probeIntervalNs,
    notBefore: probeIntervalNs === null ? 0 : Date.parse(window.oldest) / 1000,
    nodes: nodes.length,
    host: targetOf(
      nodes.flatMap(({ name, host }) => named(host, name)),
      window,
    ),
    endpoint: targetOf(
      nodes.flatMap(({ name, endpoint }) => named(endpoint, name)),
      window,
    ),
    sample: nodes.flatMap(({ name, host }, at) => (at % tallyStep === 0 ? [latencies(name, host?.[0])] : [])),
  };
}

interface Named {
  readonly name: string;
  readonly addresses: readonly AddressProbes[];
}

function targetOf(all: readonly Named[], { oldest, newest }: Window): TargetTally {
  const [from, until] = [Date.parse(oldest) / 1000, Date.parse(newest) / 1000];
  const both = all.filter(({ addresses: [first] }) => first?.icmp != null && first.http !== null);
  const different = both.filter(({ addresses: [first] }) => first?.icmp?.status !== first?.http?.status);
  const probes = all.flatMap(({ addresses: [first] }) => [first?.icmp, first?.http].filter((probe) => probe != null));
  return {
    alike: both.length - different.length,
    pingFailed: all.filter(({ addresses: [first] }) => (first?.icmp?.status ?? "") !== "").length,
    different,
    outOfTime: probes.filter(({ lastProbed }) => lastProbed < from || lastProbed > until).length,
    further: all.filter(({ addresses }) => addresses.length > 1).length,
    slow: all
      .filter(({ addresses: [first] }) => (first?.icmp?.latencyNs ?? 0) > tallySlowNs)
      .map(({ name, addresses: [first] }) => latencies(name, first)),
  };
}

function latencies(name: string, first: AddressProbes | undefined): TargetTally["slow"][number] {
  return { name, icmpNs: first?.icmp?.latencyNs ?? 0, httpNs: first?.http?.latencyNs ?? 0 };
}
