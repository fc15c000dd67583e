import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type CaptureOutcome, captureIds } from "../../src/model/capture.ts";
import type { Facts } from "../../src/model/facts.ts";
import { isFailure, noResult, targets } from "../../src/model/matrix.ts";
import type { Report } from "../../src/model/report.ts";
import { cellStatus, pathStatuses } from "../../src/model/status.ts";
import { recordedReply } from "../recording.ts";
import { agentPod, bytes, capture, factsOf, kubeNode, reportOf } from "../views.ts";

const nodes = ["worker-1", "worker-2", "worker-3"];

/** Objects of the words Cilium uses, filled with anything. */
const word = fc.constantFrom(
  "local",
  "name",
  "nodes",
  "host",
  "endpoint",
  "health-endpoint",
  "primary-address",
  "secondary-addresses",
  "ip",
  "icmp",
  "http",
  "status",
  "latency",
  "lastProbed",
  "probeInterval",
  "timestamp",
  "cilium",
  "msg",
  "controllers",
  "__proto__",
);
const scalar = fc.oneof(
  fc.constantFrom<unknown>(
    null,
    "",
    "worker-2",
    "rig/worker-1",
    "<nil>",
    "1m0s",
    "2026-11-20T18:37:00Z",
    1e300,
    -1,
    true,
  ),
  fc.string({ maxLength: 8 }),
  fc.double(),
);
const { tree } = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 5, depthSize: "medium" },
    scalar,
    fc.array(tie("tree"), { maxLength: 3 }),
    fc.dictionary(word, tie("tree"), { maxKeys: 5 }),
  ),
}));

/** A health reply that is right but for some branches of it. */
const probe = fc.oneof(
  { weight: 12, arbitrary: fc.constant({ latency: 400_000, lastProbed: "2026-11-20T18:36:40Z" }) },
  { weight: 1, arbitrary: fc.constant({ status: "Connection timed out" }) },
  { weight: 1, arbitrary: fc.constant(undefined) },
  { weight: 1, arbitrary: tree },
);
const path = fc.record({ ip: fc.constantFrom("192.0.2.1", "2001:db8::1", ""), icmp: probe, http: probe });
const paths = fc.record({
  "primary-address": fc.oneof(path, tree),
  "secondary-addresses": fc.array(path, { maxLength: 2 }),
});
const entry = fc.record({
  name: fc.constantFrom(...nodes, "rig/worker-2", "away/worker-1", ""),
  host: fc.oneof({ weight: 6, arbitrary: paths }, { weight: 1, arbitrary: tree }),
  endpoint: fc.oneof(path, fc.constant(undefined)),
  "health-endpoint": fc.oneof(paths, fc.constant(undefined)),
});
const nearly = fc.record({
  local: fc.record({ name: fc.constantFrom("rig/worker-1", "worker-1", "") }),
  timestamp: fc.constantFrom("2026-11-20T18:36:30Z", "", "soon"),
  probeInterval: fc.constantFrom("1m0s", "", undefined),
  nodes: fc.oneof({ weight: 8, arbitrary: fc.array(entry, { maxLength: 5 }) }, { weight: 1, arbitrary: tree }),
});

const recorded = captureIds.map((id) => recordedReply("zone-partition", "worker-1", id).subarray(0, 20_000));

/** A recorded reply with some of its bytes exchanged, or cut off. */
const mutated = fc
  .tuple(
    fc.constantFrom(...recorded.keys()),
    fc.array(fc.tuple(fc.nat(19_999), fc.nat(255)), { maxLength: 4 }),
    fc.option(fc.nat(20_000), { nil: 20_000 }),
  )
  .map(([which, changes, length]) => {
    const copy = (recorded[which] ?? new Uint8Array()).slice(0, length);
    for (const [at, byte] of changes) if (at < copy.length) copy[at] = byte;
    return copy;
  });

const stdout = fc.oneof(
  { weight: 6, arbitrary: nearly.map((value) => bytes(JSON.stringify(value))) },
  { weight: 2, arbitrary: tree.map((value) => bytes(JSON.stringify(value) ?? "")) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 1, arbitrary: mutated },
);
const outcome: fc.Arbitrary<CaptureOutcome> = fc.oneof(
  { weight: 9, arbitrary: stdout.map((text) => ({ kind: "ok", stdout: text, stderr: "" }) as const) },
  { weight: 1, arbitrary: stdout.map((text) => ({ kind: "exit", code: 1, stdout: text, stderr: "" }) as const) },
);
const id = fc.oneof(fc.constant(captureIds[0]), fc.constantFrom(...captureIds));
const captures = fc.array(fc.record({ node: fc.constantFrom(...nodes), id, outcome }), { maxLength: 4 });

function report(some: readonly { node: string; id: (typeof captureIds)[number]; outcome: CaptureOutcome }[]) {
  const facts = factsOf({
    nodes: nodes.map((name) => kubeNode(name)),
    pods: nodes.map((name) => agentPod(name)),
    captures: some.map((one) => capture(one.node, one.id, one.outcome)),
  });
  return { facts, report: reportOf(facts) };
}

/** Reachable paths of which a probe is missing or failed: there must be none. */
function greenForLackOfEvidence(facts: Facts, { cells }: Report): string[] {
  const wrong: string[] = [];
  for (const target of targets) {
    cells[target].forEach((code, cell) => {
      if (cellStatus(code) !== "reachable") return;
      const [from, to] = [Math.floor(cell / cells.size), cell % cells.size];
      const positions = facts.matrix.rows[from]?.[target].positions ?? [];
      const listed = positions.filter((one, at) => at === 0 || one.ip[to] !== 0 || one.icmp.outcome[to] !== noResult);
      const outcomes = listed.flatMap((one) => [one.icmp.outcome[to] ?? noResult, one.http.outcome[to] ?? noResult]);
      if (outcomes.length === 0 || outcomes.some((one) => one === noResult || isFailure(one)))
        wrong.push(`${from} → ${to}`);
    });
  }
  return wrong;
}

describe("whatever agents print", () => {
  it("analysing never throws, and never calls a path reachable that lacks a probe", () => {
    fc.assert(
      fc.property(captures, (some) => {
        const analysed = report(some);
        expect(greenForLackOfEvidence(analysed.facts, analysed.report)).toEqual([]);
      }),
      { seed: 20_261_120, numRuns: 10_000 },
    );
  });

  it("the made-up replies do reach every status, or the above would say nothing", () => {
    const seen = { reachable: 0, unreachable: 0, unknown: 0, stale: 0, off: 0, unasked: 0 };
    fc.assert(
      fc.property(captures, (some) => {
        const { host, endpoint } = report(some).report.summary.pairs;
        for (const status of pathStatuses) seen[status] += host[status] + endpoint[status];
      }),
      { seed: 20_261_120, numRuns: 1000 },
    );
    for (const status of pathStatuses) expect([status, seen[status] > 20]).toEqual([status, true]);
  });
});
