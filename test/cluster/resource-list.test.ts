import { afterEach, describe, expect, it } from "vitest";
import { reviewAccess } from "../../src/cluster/access-review.ts";
import type { AccessQuestion, ListRequest } from "../../src/cluster/cluster.ts";
import { listResource } from "../../src/cluster/resource-list.ts";
import { RestClient } from "../../src/cluster/rest.ts";
import { startApiDouble, statusBody, testWire } from "./api-double.ts";

const never = new AbortController().signal;
const pods: ListRequest = {
  group: "",
  version: "v1",
  plural: "pods",
  namespace: "kube-system",
  labelSelector: "k8s-app=cilium",
  fieldSelector: null,
};

const cleanups: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const cleanup of cleanups.splice(0).reverse()) await cleanup();
});

/** A server that answers each request, in turn, by status and body; what it was asked is kept. */
async function answering(...answers: [number, unknown][]) {
  const asked: string[] = [];
  let body = "";
  const api = await startApiDouble({
    onRequest: (request, response) => {
      asked.push(`${request.method} ${request.url}`);
      const [code, answer] = answers[Math.min(asked.length, answers.length) - 1] ?? [500, ""];
      request.on("data", (piece) => {
        body += piece;
      });
      request.on("end", () =>
        response.writeHead(code).end(typeof answer === "string" ? answer : JSON.stringify(answer)),
      );
    },
  });
  const wire = testWire(api.url);
  cleanups.push(
    () => api.close(),
    () => wire.close(),
  );
  return { rest: new RestClient(wire), asked, body: () => body };
}

describe("a list", () => {
  it("is read page by page", async () => {
    const { rest, asked } = await answering(
      [200, { kind: "PodList", metadata: { continue: "a&b" }, items: [{ n: 1 }, { n: 2 }] }],
      [200, { kind: "PodList", metadata: {}, items: [{ n: 3 }] }],
    );
    expect(await listResource(rest, pods, never)).toEqual({ kind: "ok", items: [{ n: 1 }, { n: 2 }, { n: 3 }] });
    const first = "GET /api/v1/namespaces/kube-system/pods?limit=500&labelSelector=k8s-app%3Dcilium";
    expect(asked).toEqual([first, `${first}&continue=a%26b`]);
  });

  it("of a group, in every namespace, by a field", async () => {
    const { rest, asked } = await answering([200, { items: [] }]);
    const request = { ...pods, group: "cilium.io", version: "v2", plural: "ciliumnodes", namespace: null };
    await listResource(rest, { ...request, labelSelector: null, fieldSelector: "metadata.name=x" }, never);
    expect(asked).toEqual(["GET /apis/cilium.io/v2/ciliumnodes?limit=500&fieldSelector=metadata.name%3Dx"]);
  });

  it("starts over when its token expired under way", async () => {
    const { rest, asked } = await answering(
      [200, { metadata: { continue: "old" }, items: [1] }],
      [410, statusBody(410, "Expired", "The provided continue parameter is too old")],
      [200, { metadata: { continue: "new" }, items: [1, 2] }],
      [200, { metadata: {}, items: [3] }],
    );
    expect(await listResource(rest, pods, never)).toEqual({ kind: "ok", items: [1, 2, 3] });
    expect(asked).toHaveLength(4);
  });

  it("starts over once only", async () => {
    const expired = statusBody(410, "Expired", "too old");
    const { rest, asked } = await answering(
      [200, { metadata: { continue: "x" }, items: [1] }],
      [410, expired],
      [410, expired],
    );
    expect(await listResource(rest, pods, never)).toEqual({
      kind: "absent",
      status: 410,
      message: "Error from server (Expired): too old",
    });
    expect(asked).toHaveLength(3);
  });

  it("leaves managed fields out", async () => {
    const items = [{ metadata: { name: "a", managedFields: [1] }, spec: { managedFields: 2 } }, { metadata: null }, 7];
    const { rest } = await answering([200, { items }]);
    expect(await listResource(rest, pods, never)).toEqual({
      kind: "ok",
      items: [{ metadata: { name: "a" }, spec: { managedFields: 2 } }, { metadata: null }, 7],
    });
  });

  it("of Go's null is empty", async () => {
    const { rest } = await answering([200, { kind: "CiliumNodeList", items: null }]);
    expect(await listResource(rest, pods, never)).toEqual({ kind: "ok", items: [] });
  });

  it("is absent with its status where it is refused", async () => {
    const { rest } = await answering([403, statusBody(403, "Forbidden", "no")]);
    expect(await listResource(rest, pods, never)).toEqual({
      kind: "absent",
      status: 403,
      message: "Error from server (Forbidden): no",
    });
  });

  it.each([
    ["no list", {}],
    ["an array", []],
    ["null", null],
    ["items that are no list", { items: {} }],
  ])("is absent when the answer is %s", async (_name, answer) => {
    const { rest } = await answering([200, JSON.stringify(answer)]);
    expect(await listResource(rest, pods, never)).toMatchObject({ kind: "absent", status: null });
  });

  it("that never ends is given up", async () => {
    const { rest, asked } = await answering([200, { metadata: { continue: "again" }, items: [] }]);
    expect(await listResource(rest, pods, never)).toMatchObject({
      kind: "absent",
      message: expect.stringMatching(/1000 pages/),
    });
    expect(asked).toHaveLength(1000);
  });
});

describe("an access review", () => {
  const question: AccessQuestion = {
    verb: "create",
    group: "",
    resource: "pods",
    subresource: "exec",
    namespace: "kube-system",
    name: "",
  };

  it("asks for exactly what the command would do", async () => {
    const { rest, asked, body } = await answering([201, { status: { allowed: true } }]);
    expect(await reviewAccess(rest, question, never)).toEqual({ kind: "allowed" });
    expect(asked).toEqual(["POST /apis/authorization.k8s.io/v1/selfsubjectaccessreviews"]);
    expect(JSON.parse(body())).toMatchObject({ spec: { resourceAttributes: question } });
  });

  it.each([
    [
      "denied with a reason",
      201,
      { status: { allowed: false, reason: "no binding" } },
      { kind: "denied", reason: "no binding" },
    ],
    [
      "denied by a broken webhook",
      201,
      { status: { allowed: false, evaluationError: "webhook down" } },
      { kind: "denied", reason: "webhook down" },
    ],
    ["denied without a word", 201, { status: { allowed: false } }, { kind: "denied", reason: "" }],
    ["no yes and no no", 201, { status: { allowed: "true" } }, { kind: "unanswered" }],
    [
      "refused",
      403,
      statusBody(403, "Forbidden", "no"),
      { kind: "unanswered", message: "Error from server (Forbidden): no" },
    ],
  ])("%s", async (_name, code, answer, expected) => {
    const { rest } = await answering([code, answer]);
    expect(await reviewAccess(rest, question, never)).toMatchObject(expected);
  });
});
