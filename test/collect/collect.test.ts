import { describe, expect, it } from "vitest";
import type { ExecRequest } from "../../src/cluster/cluster.ts";
import { baseCaptures, confirmingCaptures } from "../../src/collect/captures.ts";
import type { Capture, ExecOutcome } from "../../src/model/capture.ts";
import { captureIds, confirmingCaptureIds } from "../../src/model/capture.ts";
import { agentStatus, health, pod, run, said } from "./fake-cluster.ts";

const all = captureIds.map((id) => baseCaptures[id]);
const json = said("{}");

function http(status: number, message = "", retryAfterSeconds: number | null = null): ExecOutcome {
  return { kind: "http", status, reason: "", message, retryAfterSeconds };
}

function argvOf({ argv }: ExecRequest): string {
  return argv.join(" ");
}

function kinds(captures: readonly Capture[]): string[] {
  return captures.map((capture) => capture.outcome.kind);
}

describe("collecting", () => {
  it("asks each agent for its captures in order and hands every one to the sink", async () => {
    const { requests, captures, done, refusal } = await run([{ pod: pod("a"), captures: all }], () => json);
    expect(captures.map((capture) => capture.id)).toEqual(captureIds);
    expect(requests.map(argvOf)).toEqual(all.map((spec) => spec.argv.join(" ")));
    expect(requests[0]).toMatchObject({ namespace: "kube-system", pod: "cilium-a", container: "cilium-agent" });
    expect([done, refusal]).toEqual([[1], null]);
  });

  it("gives every exec the whole timeout and the capture's own size limit", async () => {
    const { requests } = await run([{ pod: pod("a"), captures: all }], () => json);
    expect(requests.map((request) => request.timeoutMs)).toEqual(all.map(() => 30_000));
    expect(requests.map((request) => request.maxBytes)).toEqual(all.map((spec) => spec.maxBytes));
  });

  it("ends with nothing to ask", async () => {
    expect(await run([], () => json)).toMatchObject({ requests: [], captures: [], done: [], refusal: null });
  });

  it("runs nothing where the agent container is not running, and says why", async () => {
    const waiting = pod("a", { state: "waiting", reason: "CrashLoopBackOff" });
    const orders = [waiting, pod("b"), pod("c", { state: "unknown" })].map((one) => ({ pod: one, captures: [health] }));
    const { requests, captures, done } = await run(orders, () => json);
    expect(requests.map((request) => request.pod)).toEqual(["cilium-b"]);
    expect(
      captures.map(({ node, outcome }) => [node, outcome.kind === "not-run" ? outcome.message : ""]).sort(),
    ).toEqual([
      ["a", "its agent is not running (CrashLoopBackOff)"],
      ["b", ""],
      ["c", "its agent is not running (unknown)"],
    ]);
    expect(done).toEqual([1, 2, 3]);
  });

  it("asks four agents at once after a first reply too large for more, and all that it may after a small one", async () => {
    let [atOnce, most] = [0, 0];
    const answered = async (outcome: ExecOutcome) => {
      most = Math.max(most, ++atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce--;
      return outcome;
    };
    const orders = Array.from({ length: 40 }, (_, at) => ({ pod: pod(`n${at}`), captures: [health] }));
    await run(orders, () => answered({ kind: "too-big", limitBytes: 32 * 1024 * 1024 }), { parallel: 20 });
    expect(most).toBe(4);
    await run(orders, () => answered(json), { parallel: 20 });
    expect(most).toBeGreaterThan(10);
  });

  it("asks an agent everything at once where that is wanted, of the very first agent once one exec was let through", async () => {
    let [atOnce, most] = [0, 0];
    const seen: number[] = [];
    const slowly = async () => {
      most = Math.max(most, ++atOnce);
      seen.push(atOnce);
      await new Promise((resolve) => setImmediate(resolve));
      atOnce--;
      return json;
    };
    const { captures } = await run([{ pod: pod("a"), captures: all, sideBySide: true }], slowly);
    expect(captures.length).toBe(all.length);
    expect(seen).toEqual([1, 1, 2, 3, 4]);
    await run([{ pod: pod("a"), captures: all, sideBySide: true }], slowly, { isAllowed: true });
    expect(most).toBe(all.length);
  });

  it("asks nothing more of the first agent after a refusal, side by side or not", async () => {
    const order = { pod: pod("a"), captures: all, sideBySide: true };
    const { requests, refusal } = await run([order, { ...order, pod: pod("b") }], () => http(403, "no"));
    expect(requests.length).toBe(1);
    expect(refusal).toMatchObject({ status: 403 });
  });

  it("never passes a shell", () => {
    const specs = [...all, ...confirmingCaptureIds.map((id) => confirmingCaptures[id])];
    for (const { argv } of specs) {
      expect(argv[0]).not.toMatch(/^(?:ba|da|a)?sh$|busybox|nsenter/);
      expect(argv.join(" ")).not.toMatch(/[|;&$<>`]/);
    }
  });

  it("asks under the very id of each capture", () => {
    for (const id of captureIds) expect(baseCaptures[id].id).toBe(id);
    for (const id of confirmingCaptureIds) expect(confirmingCaptures[id].id).toBe(id);
  });
});

describe("the first exec", () => {
  const orders = ["a", "b", "c"].map((node) => ({ pod: pod(node), captures: [health, agentStatus] }));

  it("runs alone; the rest starts as soon as it has ended", async () => {
    const events: string[] = [];
    await run(orders, async ({ pod: name }, count) => {
      events.push(`start ${name}`);
      if (count === 1) {
        for (let turn = 0; turn < 50; turn++) await Promise.resolve();
        events.push("first ended");
      }
      return json;
    });
    expect(events.slice(0, 2)).toEqual(["start cilium-a", "first ended"]);
    expect(events.slice(2, 5).sort()).toEqual(["start cilium-a", "start cilium-b", "start cilium-c"]);
  });

  it.each([401, 403])("that is refused with %i stops the run with one refusal", async (status) => {
    const { requests, captures, done, refusal } = await run(orders, () => http(status, "may not exec"));
    expect(requests).toHaveLength(1);
    expect(refusal).toMatchObject({ status, message: "may not exec", pod: { name: "cilium-a" } });
    expect(captures.map((capture) => capture.node)).toEqual(["a", "a"]);
    expect(done).toEqual([]);
  });

  it("that fails otherwise is one agent's failure", async () => {
    const { captures, refusal } = await run(orders, ({ pod: name }) => (name === "cilium-a" ? http(500) : json));
    expect(refusal).toBeNull();
    expect(kinds(captures.filter((capture) => capture.node !== "a"))).toEqual(["ok", "ok", "ok", "ok"]);
  });

  it("is the first of an agent that runs", async () => {
    const waiting = { pod: pod("x", { state: "waiting" }), captures: [health] };
    const { requests, refusal } = await run([waiting, ...orders], () => http(403));
    expect(requests.map((request) => request.pod)).toEqual(["cilium-a"]);
    expect(refusal?.pod.name).toBe("cilium-a");
  });

  it("refused later is a failure of that agent alone", async () => {
    const { refusal, captures } = await run(orders, ({ pod: name }) => (name === "cilium-b" ? http(403) : json));
    expect(refusal).toBeNull();
    expect(captures.filter((capture) => capture.outcome.kind === "http").map((capture) => capture.node)).toEqual([
      "b",
      "b",
    ]);
  });
});

describe("an interrupted run", () => {
  it("starts no further agent and keeps what is known", async () => {
    const abort = new AbortController();
    const orders = ["a", "b", "c", "d"].map((node) => ({ pod: pod(node), captures: [health] }));
    const { requests, captures } = await run(
      orders,
      (_request, count) => {
        if (count === 2) abort.abort();
        return count === 1 ? json : { kind: "aborted" };
      },
      { parallel: 1, signal: abort.signal },
    );
    expect(requests).toHaveLength(2);
    expect(kinds(captures)).toEqual(["ok", "aborted"]);
  });

  it("before it began asks nobody", async () => {
    const { requests } = await run([{ pod: pod("a"), captures: [health] }], () => json, {
      signal: AbortSignal.abort(),
    });
    expect(requests).toEqual([]);
  });
});
