import { describe, expect, it } from "vitest";
import type { ExecRequest } from "../../src/cluster/cluster.ts";
import { fanOut } from "../../src/collect/fan-out.ts";
import type { ExecOutcome } from "../../src/model/capture.ts";
import { fakeCluster, pod, said } from "./fake-cluster.ts";

const pods = ["a", "b", "c"].map((node) => pod(node));

/** Runs a command in three pods; `answer` may tell the tap that it has started. */
async function run(answer: (request: ExecRequest, count: number) => ExecOutcome | Promise<ExecOutcome>) {
  const asked: string[] = [];
  const ended: [string, string, boolean][] = [];
  const cluster = fakeCluster(async (request) => {
    asked.push(request.pod);
    return answer(request, asked.length);
  });
  const refusal = await fanOut(
    cluster,
    pods,
    ["x"],
    { parallel: 3, timeoutMs: 1000, maxBytes: 1000 },
    {
      begun: () => undefined,
      output: () => undefined,
      hold: () => null,
      ended: ({ node }, outcome, started) => void ended.push([node, outcome.kind, started]),
    },
    new AbortController().signal,
  );
  return { asked, ended, refusal };
}

const refused: ExecOutcome = { kind: "http", status: 403, reason: "", message: "no", retryAfterSeconds: null };
const busy: ExecOutcome = { kind: "http", status: 429, reason: "", message: "later", retryAfterSeconds: 0 };

describe("one command in many pods", () => {
  it("is asked of one alone, and of nobody else where that is refused", async () => {
    const { asked, ended, refusal } = await run(() => refused);
    expect(asked).toEqual(["cilium-a"]);
    expect(ended).toEqual([]);
    expect(refusal).toMatchObject({ status: 403 });
  });

  it("goes on once the first has started, before it has ended", async () => {
    let end: () => void = () => undefined;
    const { ended } = await run(async (request, count) => {
      request.onStart?.();
      if (count === 1) await new Promise<void>((resolve) => (end = resolve));
      if (count === 3) end();
      return said("");
    });
    expect(ended.map(([node]) => node).sort()).toEqual(["a", "b", "c"]);
  });

  it("is asked again where surely nothing was started", async () => {
    const { asked, ended } = await run((_request, count) => (count === 1 ? busy : said("")));
    expect(asked.filter((name) => name === "cilium-a")).toHaveLength(2);
    expect(ended.map(([, kind]) => kind)).toEqual(["ok", "ok", "ok"]);
  });

  it.each<ExecOutcome>([
    { kind: "network", code: "ECONNRESET", message: "reset" },
    { kind: "closed-without-status", code: 1006 },
    { kind: "timeout", phase: "handshake", afterMs: 10 },
    { kind: "http", status: 504, reason: "", message: "", retryAfterSeconds: null },
    said(""),
  ])("is never started twice: $kind", async (outcome) => {
    expect((await run(() => outcome)).asked).toHaveLength(3);
  });

  it("whose refusal comes after others have started is one agent's own failure", async () => {
    const { ended, refusal } = await run((request, count) => {
      request.onStart?.();
      return count === 2 ? refused : said("");
    });
    expect(refusal).toBe(null);
    expect(ended.filter(([, kind]) => kind === "http")).toHaveLength(1);
  });
});
