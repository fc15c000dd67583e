import { afterEach, describe, expect, it } from "vitest";
import type { LogRequest } from "../../src/cluster/cluster.ts";
import { readPodLog } from "../../src/cluster/pod-log.ts";
import { RestClient } from "../../src/cluster/rest.ts";
import { startApiDouble, statusBody, testWire } from "./api-double.ts";

const never = new AbortController().signal;
const log: LogRequest = {
  namespace: "kube-system",
  pod: "cilium-x2z",
  container: "cilium-agent",
  previous: false,
  sinceSeconds: null,
  lines: 100,
  maxBytes: 1000,
};

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function answering(code: number, body: string) {
  const asked: URL[] = [];
  const api = await startApiDouble({
    onRequest: (request, response) => {
      asked.push(new URL(request.url ?? "", "http://api"));
      request.resume().on("end", () => response.writeHead(code).end(body));
    },
  });
  const wire = testWire(api.url);
  cleanups.push(
    () => api.close(),
    () => wire.close(),
  );
  return { asked, rest: new RestClient(wire, () => 0) };
}

describe("a container's log", () => {
  it("is text, asked for by its newest lines and its bytes", async () => {
    const { asked, rest } = await answering(200, "not JSON\nat all\n");
    const outcome = await readPodLog(rest, log, never);
    expect(outcome.kind === "ok" && new TextDecoder().decode(outcome.bytes)).toBe("not JSON\nat all\n");
    expect(asked[0]?.pathname).toBe("/api/v1/namespaces/kube-system/pods/cilium-x2z/log");
    expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toEqual({
      container: "cilium-agent",
      timestamps: "true",
      tailLines: "100",
      limitBytes: "1000",
    });
  });

  it("of the run before, since a time, is asked for by name", async () => {
    const { asked, rest } = await answering(200, "");
    await readPodLog(rest, { ...log, previous: true, sinceSeconds: 7200 }, never);
    expect(Object.fromEntries(asked[0]?.searchParams ?? [])).toMatchObject({ previous: "true", sinceSeconds: "7200" });
  });

  it("is cut where a server sends more than was asked for", async () => {
    const { rest } = await answering(200, "x".repeat(5000));
    const outcome = await readPodLog(rest, log, never);
    expect(outcome.kind === "ok" && outcome.bytes.length).toBe(1000);
  });

  it("that may not be read is absent, with the server's sentence", async () => {
    const { rest } = await answering(403, statusBody(403, "Forbidden", 'pods "cilium-x2z" is forbidden'));
    expect(await readPodLog(rest, log, never)).toMatchObject({
      kind: "absent",
      status: 403,
      message: expect.stringContaining("is forbidden"),
    });
  });

  it("of a pod whose name is no name stays below its path", async () => {
    const { asked, rest } = await answering(404, "");
    await readPodLog(rest, { ...log, pod: "../../secrets" }, never);
    expect(asked[0]?.pathname).toContain("/pods/..%2F..%2Fsecrets/log");
  });
});
