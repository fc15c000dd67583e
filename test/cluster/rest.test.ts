import { getEventListeners } from "node:events";
import type { IncomingMessage, ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { RestClient } from "../../src/cluster/rest.ts";
import type { Wire } from "../../src/cluster/wire.ts";
import {
  type ApiDouble,
  type ApiDoubleOptions,
  startApiDouble,
  statusBody,
  type TestWire,
  testWire,
} from "./api-double.ts";
import { ManualClock } from "./manual-clock.ts";

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

async function serve(options: ApiDoubleOptions): Promise<ApiDouble> {
  const api = await startApiDouble(options);
  cleanups.push(() => api.close());
  return api;
}

function wireTo(api: { url: URL }, replaced: Parameters<typeof testWire>[1] = {}): TestWire {
  const wire = testWire(api.url, replaced);
  cleanups.push(() => wire.close());
  return wire;
}

const never = new AbortController().signal;
const noJitter = () => 1;

function get(wire: Wire, signal: AbortSignal = never) {
  return new RestClient(wire, noJitter).get("/api/v1/nodes", [], signal);
}

/** Answers the n-th request with the n-th answer, the last one from then on. */
function inTurn(...answers: ((response: ServerResponse, request: IncomingMessage) => void)[]) {
  let turn = 0;
  return (request: IncomingMessage, response: ServerResponse) => {
    const answer = answers[Math.min(turn++, answers.length - 1)];
    answer?.(response, request);
  };
}

const ok = (response: ServerResponse) => response.writeHead(200).end('{"items":[]}');
const refuse = (code: number, reason: string, message: string, headers: Record<string, string> = {}) => {
  return (response: ServerResponse) => response.writeHead(code, headers).end(statusBody(code, reason, message));
};

/** A clock that fires every timer of a retry at once, and writes down how long it would have been. */
class ImpatientClock extends ManualClock {
  readonly slept: number[] = [];

  override after(ms: number, call: () => void): () => void {
    if (ms >= 30_000) return super.after(ms, call);
    this.slept.push(ms);
    setImmediate(call);
    return () => {};
  }
}

describe("REST calls", () => {
  it("share one connection, twenty of them, also when asked for at once", async () => {
    const api = await serve({ onRequest: (_request, response) => ok(response) });
    const rest = new RestClient(wireTo(api));
    for (let i = 0; i < 10; i++) expect((await rest.get("/api/v1/nodes", [], never)).kind).toBe("ok");
    await Promise.all(Array.from({ length: 10 }, () => rest.get("/api/v1/pods", [], never)));
    expect(api.connections).toBe(1);
  });

  it("say who we are, and take a gzipped answer", async () => {
    let headers: IncomingMessage["headers"] = {};
    const api = await serve({
      onRequest: (request, response) => {
        headers = request.headers;
        response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync('{"items":[1]}'));
      },
    });
    expect(await get(wireTo(api))).toEqual({ kind: "ok", value: { items: [1] } });
    expect(headers).toMatchObject({
      accept: "application/json",
      "accept-encoding": "gzip",
      "user-agent": "kubectl-cilium_health/test",
    });
  });

  it("ask for no compression where the kubeconfig says so", async () => {
    let encoding: unknown;
    const api = await serve({
      onRequest: (request, response) => {
        encoding = request.headers["accept-encoding"];
        ok(response);
      },
    });
    await get(wireTo(api, { compression: false }));
    expect(encoding).toBe("identity");
  });

  it("send two impersonated groups as two headers", async () => {
    let raw: string[] = [];
    const api = await serve({
      onRequest: (request, response) => {
        raw = request.rawHeaders;
        ok(response);
      },
    });
    const wire = wireTo(api);
    const identity = await wire.identity();
    const headers = { "Impersonate-User": "u", "Impersonate-Group": ["g1", "g2"] };
    await get({ ...wire, identity: () => Promise.resolve({ ...identity, headers }) });
    expect(raw.flatMap((name, i) => (name === "Impersonate-Group" ? [raw[i + 1]] : []))).toEqual(["g1", "g2"]);
  });

  it("go to a plain http server too, under its path prefix", async () => {
    let url = "";
    const api = await serve({
      certificate: null,
      onRequest: (request, response) => {
        url = request.url ?? "";
        ok(response);
      },
    });
    expect((await get(wireTo({ url: new URL("/prefix/", api.url) }))).kind).toBe("ok");
    expect(url).toBe("/prefix/api/v1/nodes");
  });
});

describe("a call that is worth another try", () => {
  it.each([
    ["429 with Retry-After", refuse(429, "TooManyRequests", "later", { "Retry-After": "3" }), [3250, 3500]],
    ["429 that asks for an hour", refuse(429, "TooManyRequests", "later", { "Retry-After": "3600" }), [10_000, 10_000]],
    ["503 without a hint", refuse(503, "ServiceUnavailable", "starting"), [250, 500]],
    ["a gateway's 502", (response: ServerResponse) => response.writeHead(502).end("<html>"), [250, 500]],
  ])("%s", async (_name, answer, slept) => {
    const clock = new ImpatientClock();
    const api = await serve({ onRequest: inTurn(answer, answer, ok) });
    expect((await get(wireTo(api, { clock }))).kind).toBe("ok");
    expect(clock.slept).toEqual(slept);
    expect([clock.pending, api.connections]).toEqual([0, 1]);
  });

  it("is tried five times more, then its refusal is the answer", async () => {
    let requests = 0;
    const clock = new ImpatientClock();
    const api = await serve({
      onRequest: (_request, response) => {
        requests += 1;
        refuse(429, "TooManyRequests", "too many requests")(response);
      },
    });
    expect(await get(wireTo(api, { clock }))).toMatchObject({
      kind: "refused",
      message: "Error from server (TooManyRequests): too many requests",
    });
    expect(requests).toBe(6);
  });

  it("is one whose kept-alive connection the server had closed", async () => {
    const api: ApiDouble = await serve({
      onRequest: inTurn(ok, (response) => void response.socket?.destroy(), ok),
    });
    const rest = new RestClient(wireTo(api, { clock: new ImpatientClock() }));
    expect((await rest.get("/a", [], never)).kind).toBe("ok");
    expect((await rest.get("/b", [], never)).kind).toBe("ok");
    expect(api.connections).toBe(2);
  });

  it("is not made when the run is interrupted meanwhile", async () => {
    const control = new AbortController();
    const clock = new ManualClock();
    const api = await serve({
      onRequest: (_request, response) => {
        refuse(429, "TooManyRequests", "later", { "Retry-After": "9" })(response);
      },
    });
    const running = get(wireTo(api, { clock }), control.signal);
    while (!clock.waits.includes(9250)) await new Promise((resolve) => setImmediate(resolve));
    control.abort();
    expect(await running).toEqual({ kind: "failed", message: "interrupted" });
    expect([clock.pending, getEventListeners(control.signal, "abort").length]).toEqual([0, 0]);
  });
});

describe("a 401", () => {
  it("gets the credentials refreshed and one more try", async () => {
    const api = await serve({
      onRequest: (request, response) => {
        if (request.headers.authorization === "Bearer new") ok(response);
        else refuse(401, "Unauthorized", "Unauthorized")(response);
      },
    });
    const wire = wireTo(api);
    const agents = await wire.identity();
    let token = "old";
    const refreshing: Wire = {
      ...wire,
      identity: () => Promise.resolve({ ...agents, headers: { Authorization: `Bearer ${token}` } }),
      refresh: () => {
        token = "new";
        return Promise.resolve(true);
      },
    };
    expect((await get(refreshing)).kind).toBe("ok");
  });

  it("is the answer when that does not help, after two requests", async () => {
    let requests = 0;
    const api = await serve({
      onRequest: (_request, response) => {
        requests += 1;
        refuse(401, "Unauthorized", "Unauthorized")(response);
      },
    });
    expect(await get(wireTo(api, { refresh: () => Promise.resolve(true) }))).toMatchObject({
      kind: "refused",
      message: "error: You must be logged in to the server (Unauthorized)",
    });
    expect(requests).toBe(2);
  });
});

describe("a refusal reads as kubectl's", () => {
  const table: [string, number, string, string][] = [
    [
      "a missing right",
      403,
      statusBody(403, "Forbidden", 'nodes is forbidden: User "u" cannot list resource "nodes"'),
      'Error from server (Forbidden): nodes is forbidden: User "u" cannot list resource "nodes"',
    ],
    [
      "an unknown resource",
      404,
      "404 page not found\n",
      "Error from server (NotFound): the server could not find the requested resource",
    ],
    ["a proxy's page", 403, "<html>no</html>", "Error from server (Forbidden): the server refused without saying why"],
    [
      "a redirect to a login page",
      302,
      "",
      "Error from server: the server responded with the status code 302 but did not return more information",
    ],
    [
      "a Status whose fields are of the wrong type",
      409,
      '{"kind":"Status","message":[],"reason":7,"details":"x"}',
      "Error from server (Conflict): the server responded with the status code 409 but did not return more information",
    ],
  ];
  it.each(table)("%s", async (_name, code, body, message) => {
    const api = await serve({ onRequest: (_request, response) => response.writeHead(code).end(body) });
    expect(await get(wireTo(api))).toMatchObject({ kind: "refused", message });
  });
});

describe("no answer is one line that names host and port", () => {
  it("where nobody listens", async () => {
    const api = await serve({});
    await api.close();
    const message = `The connection to the server ${api.url.host} was refused - did you specify the right host or port?`;
    expect(await get(wireTo(api))).toEqual({ kind: "failed", message });
  });

  it.each([
    ["an unknown authority", "server", null, /x509: certificate signed by unknown authority/],
    ["an expired certificate", "expired", undefined, /x509: certificate has expired/],
    [
      "another host's certificate",
      "elsewhere",
      undefined,
      /x509: certificate is valid for DNS:other\.example, not 127\.0\.0\.1/,
    ],
  ] as const)("with %s", async (_name, certificate, ca, expected) => {
    const api = await serve({ certificate });
    const answer = await get(wireTo(api, ca === undefined ? {} : { ca }));
    expect(answer).toHaveProperty("message", expect.stringMatching(expected));
    expect(answer).toHaveProperty("message", expect.stringContaining(api.url.host));
  });

  it("where TLS is spoken to a plain http server", async () => {
    const api = await serve({ certificate: null });
    const answer = await get(wireTo({ url: new URL(`https://${api.url.host}`) }));
    expect(answer).toHaveProperty("message", expect.stringMatching(/does not speak TLS/));
  });

  it("after --request-timeout, counted from when the call's turn comes", async () => {
    const clock = new ManualClock();
    const api = await serve({ onRequest: () => clock.advance(5_000) });
    const rest = new RestClient(wireTo(api, { clock, requestTimeoutMs: 5_000 }));
    const answers = await Promise.all([rest.get("/a", [], never), rest.get("/b", [], never)]);
    const message = `Unable to connect to the server ${api.url.host}: no answer within 5s (--request-timeout)`;
    expect(answers).toEqual([
      { kind: "failed", message },
      { kind: "failed", message },
    ]);
    expect(clock.pending).toBe(0);
  });

  it("when the server falls silent, also without --request-timeout", async () => {
    const clock = new ManualClock();
    const api = await serve({
      onRequest: (_request, response) => {
        response.writeHead(200);
        response.write('{"items":[');
        setImmediate(() => clock.advance(70_000));
      },
    });
    expect(await get(wireTo(api, { clock }))).toHaveProperty("message", expect.stringMatching(/was silent for/));
    expect(clock.pending).toBe(0);
  });
});

describe("an answer that cannot be used", () => {
  it.each([
    ["HTML", "<html>hello</html>", /is not JSON: is this the address of a Kubernetes API server/],
    ["JSON that stops early", '{"items":[', /10 bytes\) is not JSON/],
  ])("%s", async (_name, body, expected) => {
    const api = await serve({ onRequest: (_request, response) => response.writeHead(200).end(body) });
    expect(await get(wireTo(api))).toHaveProperty("message", expect.stringMatching(expected));
  });

  it("a body that unpacks to more than its limit", async () => {
    const api = await serve({
      onRequest: (_request, response) => {
        response.writeHead(200, { "Content-Encoding": "gzip" }).end(gzipSync(Buffer.alloc(65 * 1024 * 1024)));
      },
    });
    expect(await get(wireTo(api))).toHaveProperty("message", expect.stringMatching(/exceeded 64 MiB/));
    await api.idle();
  });

  it("a body that is cut", async () => {
    const api = await serve({
      onRequest: (_request, response) => {
        response.writeHead(200, { "Content-Length": "100" });
        response.write("{", () => response.socket?.destroy());
      },
    });
    expect((await get(wireTo(api, { clock: new ImpatientClock() }))).kind).toBe("failed");
  });
});

describe("an interrupted run", () => {
  it("ends a call under way, and leaves nothing behind", async () => {
    const control = new AbortController();
    const clock = new ManualClock();
    const api = await serve({ onRequest: () => control.abort() });
    expect(await get(wireTo(api, { clock }), control.signal)).toEqual({ kind: "failed", message: "interrupted" });
    await api.idle();
    expect([clock.pending, getEventListeners(control.signal, "abort").length]).toEqual([0, 0]);
  });
});
