import { describe, expect, it } from "vitest";
import { parseHealth } from "../../src/parse/health-json.ts";
import {
  agentPod,
  bytes,
  capture,
  factsOf,
  kubeNode,
  now,
  printed,
  reportOf,
  secondsAgo,
  silence,
  statusOf,
  timedOut,
} from "../views.ts";

interface Shape {
  readonly release: string;
  readonly what: string;
  /** The node entry of b, as this release prints it in a's reply. */
  readonly entry: object;
  readonly interval?: string;
  readonly host: string;
  readonly endpoint: string;
}

const ok = { latency: 413_345 };
const probed = { latency: 413_345, lastProbed: secondsAgo(20) };
const path = (ip: string, probe: object = ok) => ({ ip, icmp: probe, http: probe });
const only = (primary: object) => ({ "primary-address": primary, "secondary-addresses": [] });

/** What each release prints of one node, shaped after its own models (api/v1/health/models). */
const shapes: readonly Shape[] = [
  {
    release: "1.8.0",
    what: "knows `endpoint` alone",
    entry: { name: "b", host: only(path("192.0.2.2")), endpoint: path("10.0.1.7") },
    host: "reachable",
    endpoint: "reachable",
  },
  {
    release: "1.8.0",
    what: "keeps the latency of the last success beside a failure",
    entry: {
      name: "b",
      host: only({ ip: "192.0.2.2", icmp: { latency: 413_345, status: timedOut }, http: ok }),
      endpoint: { ip: "10.0.1.7", icmp: ok, http: { status: silence } },
    },
    host: "unreachable",
    endpoint: "unreachable",
  },
  {
    release: "1.10.0",
    what: "has no `endpoint` where endpoint checking is off",
    entry: { name: "b", host: only(path("192.0.2.2")) },
    host: "reachable",
    endpoint: "off",
  },
  {
    release: "1.12.0",
    what: "adds `health-endpoint` and still fills `endpoint`",
    entry: {
      name: "b",
      host: only(path("192.0.2.2")),
      endpoint: path("10.0.1.7"),
      "health-endpoint": only(path("10.0.1.7")),
    },
    host: "reachable",
    endpoint: "reachable",
  },
  {
    release: "1.12.0",
    what: "knows the health IP and has no result of it yet",
    entry: { name: "b", host: only(path("192.0.2.2")), "health-endpoint": { "secondary-addresses": [] } },
    host: "reachable",
    endpoint: "unknown",
  },
  {
    release: "1.16.4",
    what: "has not resolved the node's address",
    entry: { name: "b", host: { "secondary-addresses": [] }, endpoint: path("10.0.1.7") },
    host: "unknown",
    endpoint: "reachable",
  },
  {
    release: "1.16.4",
    what: "leaves a target out that it has not pinged yet",
    entry: { name: "b", host: only({ ip: "192.0.2.2", http: ok }), endpoint: path("10.0.1.7") },
    host: "unknown",
    endpoint: "reachable",
  },
  {
    release: "1.17.2",
    what: "has two families and a failure in the second alone",
    entry: {
      name: "b",
      host: {
        "primary-address": path("192.0.2.2"),
        "secondary-addresses": [path("2001:db8::2", { status: timedOut })],
      },
      endpoint: path("10.0.1.7"),
      "health-endpoint": { "primary-address": path("10.0.1.7"), "secondary-addresses": [path("2001:db8:1::7")] },
    },
    host: "unreachable",
    endpoint: "reachable",
  },
  {
    release: "1.18.1",
    what: "could not open an ICMP socket, so that ICMP alone has no time",
    entry: {
      name: "b",
      host: only({ ip: "192.0.2.2", http: probed, icmp: { status: "socket: operation not permitted" } }),
      endpoint: path("10.0.1.7", probed),
      "health-endpoint": only(path("10.0.1.7", probed)),
    },
    interval: "1m56.7546089s",
    host: "unreachable",
    endpoint: "reachable",
  },
  {
    release: "1.20.2",
    what: "prefers IPv6, so that the primary is the IPv6 address",
    entry: {
      name: "b",
      host: { "primary-address": path("2001:db8::2", probed), "secondary-addresses": [path("192.0.2.2", probed)] },
      endpoint: path("2001:db8:1::7", probed),
      "health-endpoint": {
        "primary-address": path("2001:db8:1::7", probed),
        "secondary-addresses": [path("10.0.1.7", probed)],
      },
    },
    interval: "1m56.7546089s",
    host: "reachable",
    endpoint: "reachable",
  },
];

describe.each(shapes)("Cilium $release $what", ({ release, entry, interval, host, endpoint }) => {
  const reply = {
    local: { name: "a" },
    nodes: [entry],
    timestamp: secondsAgo(40),
    ...(interval === undefined ? {} : { probeInterval: interval }),
  };

  it(`and is read as host ${host}, endpoint ${endpoint}`, () => {
    const facts = factsOf({
      nodes: [kubeNode("a"), kubeNode("b")],
      pods: [agentPod("a", { version: release }), agentPod("b", { version: release })],
      captures: [capture("a", "cilium-health-status.json", printed(reply)), capture("a", "date.txt", printed(now))],
    });
    const report = reportOf(facts);
    expect([statusOf(report, "a", "b", "host"), statusOf(report, "a", "b", "endpoint")]).toEqual([host, endpoint]);
  });
});

it("both families keep their order as printed: primary first", () => {
  const entry = shapes.find((shape) => shape.release === "1.20.2")?.entry;
  const parsed = parseHealth(bytes({ nodes: [entry] }));
  expect(parsed.ok && parsed.value.nodes?.[0]?.endpoint?.map((address) => address.ip)).toEqual([
    "2001:db8:1::7",
    "10.0.1.7",
  ]);
});
