import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Demo, generateMesh, parseFault, startDemo } from "../../src/demo/index.ts";
import { printed, type Scenario } from "../../src/demo/scenario.ts";
import { type Access, accessOf, channel, exec, openExec, rest, restJson, statusOf } from "./wire.ts";

const table = "application/json;as=Table;v=v1;g=meta.k8s.io,application/json";

interface List {
  kind: string;
  metadata: { continue?: string; remainingItemCount?: number };
  items: { kind?: string; metadata: { name: string } }[];
}

function podOf(scenario: Scenario, node: string): string {
  return scenario.objects("pods")?.find((pod) => pod.spec?.["nodeName"] === node)?.metadata.name ?? "";
}

describe("the simulated API server", () => {
  const scenario = generateMesh({ nodes: 30, zones: 3, faults: [parseFault("agent-not-running=node-04")] });
  let demo: Demo;
  let access: Access;
  beforeAll(async () => {
    demo = await startDemo({ scenario, deny: ["list nodes", "create pods/exec.none"] });
    access = accessOf(demo);
  });
  afterAll(() => demo.close());

  it("listens on loopback with a certificate its kubeconfig vouches for", async () => {
    expect(demo.server).toMatch(/^https:\/\/127\.0\.0\.1:\d+$/);
    expect(
      await restJson({ ...access, server: access.server.replace("127.0.0.1", "localhost") }, "/version"),
    ).toMatchObject({
      gitVersion: "v1.36.3",
    });
    await expect(rest({ ...access, ca: "" }, "/version")).rejects.toThrow(/certificate/);
  });

  it.each([
    ["/version", { major: "1" }],
    ["/api", { kind: "APIVersions", versions: ["v1"] }],
    ["/apis", { kind: "APIGroupList" }],
    ["/apis/cilium.io", { kind: "APIGroup", preferredVersion: { version: "v2" } }],
    ["/api/v1", { kind: "APIResourceList", groupVersion: "v1" }],
    ["/apis/cilium.io/v2", { kind: "APIResourceList", groupVersion: "cilium.io/v2" }],
    ["/apis/authorization.k8s.io/v1", { resources: [{ name: "selfsubjectaccessreviews" }] }],
    [
      "/api/v1/namespaces/kube-system/configmaps/cilium-config",
      { kind: "ConfigMap", data: { "cluster-name": "demo" } },
    ],
    ["/api/v1/namespaces/kube-system", { kind: "Namespace" }],
    ["/apis/cilium.io/v2/ciliumnodes", { kind: "CiliumNodeList", apiVersion: "cilium.io/v2" }],
    ["/apis/cilium.io/v2/ciliumnodes/node-01", { kind: "CiliumNode", spec: { health: {} } }],
  ])("serves %s", async (path, expected) => {
    expect(await restJson(access, path)).toMatchObject(expected);
  });

  it.each([
    ["/openapi/v3", 404, "NotFound"],
    ["/apis/apps/v1", 404, "NotFound"],
    ["/api/v1/secrets", 404, "NotFound"],
    ["/api/v1/namespaces/kube-system/pods/gone", 404, "NotFound"],
    ["/api/v1/nodes", 403, "Forbidden"],
    ["/api/v1/pods?labelSelector=a%20b%20c", 400, "BadRequest"],
    ["/api/v1/pods?fieldSelector=spec.hostIP%3Dx", 400, "BadRequest"],
    ["/api/v1/pods?continue=rubbish", 400, "BadRequest"],
    ["/api/v1/pods?watch=true", 405, "MethodNotAllowed"],
    ["/api/v1/%ff", 400, "BadRequest"],
    ["/api/v1/namespaces/kube-system/pods/x/exec", 400, "BadRequest"],
  ])("answers %s with a %i Status", async (path, code, reason) => {
    const reply = await rest(access, path);
    expect(reply.code).toBe(code);
    expect(JSON.parse(reply.text)).toMatchObject({ kind: "Status", status: "Failure", code, reason });
  });

  it("asks for the token, on REST and on exec", async () => {
    const stranger = { ...access, token: "guessed" };
    expect(await rest(stranger, "/version")).toMatchObject({ code: 401 });
    expect(await exec(stranger, podOf(scenario, "node-01"), ["date"])).toMatchObject({ kind: "refused", code: 401 });
  });

  it("pages a list, each object once, without kind in the items of a built-in one", async () => {
    const names: string[] = [];
    let token = "";
    for (let page = 0; page < 4; page++) {
      const list = (await restJson(access, `/api/v1/pods?limit=8&continue=${token}`)) as List;
      expect(list.kind).toBe("PodList");
      expect(list.items[0]).not.toHaveProperty("kind");
      names.push(...list.items.map((item) => item.metadata.name));
      token = list.metadata.continue ?? "";
      expect(list.metadata.remainingItemCount ?? 0).toBe(30 - names.length);
    }
    expect(token).toBe("");
    expect(new Set(names).size).toBe(30);
  });

  it.each([
    ["labelSelector", "k8s-app=cilium", 30],
    ["labelSelector", "k8s-app==cilium,app.kubernetes.io/name", 30],
    ["labelSelector", "k8s-app!=cilium", 0],
    ["labelSelector", "k8s-app in (cilium, other)", 30],
    ["labelSelector", "k8s-app notin (cilium),k8s-app", 0],
    ["labelSelector", "!k8s-app", 0],
    ["labelSelector", "missing!=x", 30],
    ["fieldSelector", "spec.nodeName=node-07", 1],
    ["fieldSelector", "metadata.namespace!=kube-system", 0],
    ["fieldSelector", "status.phase=Running,spec.nodeName==node-07", 1],
  ])("selects by %s %s", async (kind, selector, count) => {
    const list = (await restJson(access, `/api/v1/pods?${kind}=${encodeURIComponent(selector)}`)) as List;
    expect(list.items).toHaveLength(count);
  });

  it("prints a Table to whoever asks for one first", async () => {
    const path = "/api/v1/namespaces/kube-system/pods?fieldSelector=spec.nodeName%3Dnode-04";
    const answer = await restJson(access, `${path}&includeObject=None`, { accept: table });
    const columns = (answer as { columnDefinitions: { name: string; priority: number }[] }).columnDefinitions;
    expect(columns.filter((one) => one.priority === 0).map((one) => one.name)).toEqual([
      "Name",
      "Ready",
      "Status",
      "Restarts",
      "Age",
    ]);
    const wide = ["172.16.0.4", "node-04", "<none>", "<none>"];
    expect(answer).toMatchObject({ kind: "Table" });
    expect(answer).toMatchObject({
      rows: [{ cells: [podOf(scenario, "node-04"), "0/1", "CrashLoopBackOff", "7", "10d", ...wide] }],
    });
    expect(await restJson(access, path, { accept: table })).toMatchObject({
      rows: [{ object: { kind: "PartialObjectMetadata" } }],
    });
  });

  it("compresses a large list for a client that takes it", async () => {
    const many = await startDemo({ scenario: generateMesh({ nodes: 200 }) });
    const headers = { "accept-encoding": "gzip" };
    expect(await rest(accessOf(many), "/api/v1/pods", { headers })).toMatchObject({ code: 200, encoding: "gzip" });
    expect(await rest(accessOf(many), "/api/v1/pods?limit=2", { headers })).toMatchObject({ code: 200, encoding: "" });
    await many.close();
  });

  it.each([
    [{ verb: "list", resource: "nodes" }, false],
    [{ verb: "get", resource: "nodes" }, true],
    [{ verb: "create", resource: "pods", subresource: "exec", namespace: "kube-system" }, true],
  ])("reviews access to %j: %s", async (resourceAttributes, allowed) => {
    const path = "/apis/authorization.k8s.io/v1/selfsubjectaccessreviews";
    const reply = await rest(access, path, { body: { spec: { resourceAttributes } } });
    expect(reply.code).toBe(201);
    expect(JSON.parse(reply.text)).toMatchObject({ kind: "SelfSubjectAccessReview", status: { allowed } });
  });

  it("serves a line of log as text", async () => {
    const reply = await rest(access, `/api/v1/namespaces/kube-system/pods/${podOf(scenario, "node-01")}/log`);
    expect(reply.text).toMatch(/^time=.* node="node-01"\n$/);
  });
});

describe("exec", () => {
  const faults = ["agent-not-running=node-04", "huge=node-05"].map(parseFault);
  const scenario = generateMesh({ nodes: 60, faults });
  const health = ["cilium-health", "status", "-o", "json"];
  const first = podOf(scenario, "node-01");
  let demo: Demo;
  let access: Access;
  beforeAll(async () => {
    demo = await startDemo({ scenario });
    access = accessOf(demo);
  });
  afterAll(() => demo.close());

  it.each(["v5.channel.k8s.io", "v4.channel.k8s.io"])(
    "%s: an empty stdout frame, data in frames of at most 32 KiB, the status last, close 1000",
    async (protocol) => {
      const reply = await exec(access, first, health, { protocols: [protocol] });
      if (reply.kind === "refused") throw new Error(reply.text);
      expect(reply).toMatchObject({ protocol, closeCode: 1000 });
      expect(reply.frames[0]).toEqual({ channel: 1, bytes: Buffer.alloc(0) });
      expect(reply.frames.at(-1)?.channel).toBe(3);
      expect(reply.frames.length).toBeGreaterThan(3);
      expect(Math.max(...reply.frames.map((frame) => frame.bytes.length))).toBeLessThanOrEqual(32 * 1024);
      expect(JSON.parse(channel(reply, 1).toString("utf8")).nodes).toHaveLength(60);
      expect(statusOf(reply)).toEqual({ metadata: {}, status: "Success" });
    },
  );

  it("carries a failing command's stderr and exit code", async () => {
    const reply = await exec(access, first, ["cilium-dbg", "make", "tea"]);
    expect(channel(reply, 2).toString("utf8")).toBe("Error: the demo cluster has no answer to: cilium-dbg make tea\n");
    expect(statusOf(reply)).toMatchObject({
      reason: "NonZeroExitCode",
      details: { causes: [{ reason: "ExitCode", message: "1" }] },
    });
  });

  it("says in the runtime's words that a program does not exist", async () => {
    const reply = await exec(access, first, ["sh", "-c", "ls"]);
    expect(statusOf(reply)).toMatchObject({
      code: 500,
      message: expect.stringContaining('exec: "sh": executable file not found in $PATH'),
    });
  });

  it.each([
    ["an unknown pod", "cilium-gone", {}, 404, /pods .*cilium-gone.* not found/],
    ["another namespace", first, { namespace: "default" }, 404, /not found/],
    ["an unknown container", first, { container: "nope" }, 400, /container nope is not valid for pod/],
    ["protocols of old", first, { protocols: ["channel.k8s.io"] }, 403, /^$/],
  ])("refuses %s", async (_title, pod, options, code, text) => {
    const reply = await exec(access, pod, ["date"], options);
    expect(reply).toMatchObject({ kind: "refused", code, text: expect.stringMatching(text) });
  });

  it("finds no container where the agent is not running, before the upgrade on v4, after it on v5", async () => {
    const pod = podOf(scenario, "node-04");
    const text = 'container not found ("cilium-agent")';
    expect(await exec(access, pod, health, { protocols: ["v4.channel.k8s.io"] })).toMatchObject({
      code: 500,
      text: `${text}\n`,
    });
    expect(statusOf(await exec(access, pod, health))).toMatchObject({
      code: 500,
      message: expect.stringContaining(text),
    });
  });

  it("needs get and create on pods/exec; a refused create has an empty reason", async () => {
    const without = async (deny: string) => {
      const locked = await startDemo({ scenario, deny: [deny] });
      const reply = await exec(accessOf(locked), first, health);
      await locked.close();
      return reply.kind === "refused" ? `${reply.code} ${(JSON.parse(reply.text) as { message: string }).message}` : "";
    };
    expect(await without("get pods/exec")).toMatch(/^403 pods .*cannot get resource "pods\/exec" in API group ""/);
    expect(await without("create pods/exec")).toBe(`403 pods "${first}" is forbidden: `);
  });

  it("speaks v4 alone when told to play an old API server", async () => {
    const old = await startDemo({ scenario, protocols: ["v4.channel.k8s.io"] });
    expect(await exec(accessOf(old), first, ["date"])).toMatchObject({ protocol: "v4.channel.k8s.io" });
    await old.close();
  });

  it("waits with the output as long as it is told", async () => {
    const slow = await startDemo({ scenario, execDelayMs: 50 });
    const start = performance.now();
    expect(statusOf(await exec(accessOf(slow), first, ["date", "-u"]))).toMatchObject({ status: "Success" });
    expect(performance.now() - start).toBeGreaterThanOrEqual(49);
    await slow.close();
  });

  it("closes at once though a command is still running", async () => {
    const stuck = await startDemo({ scenario: generateMesh({ nodes: 2, faults: [parseFault("slow=node-1")] }) });
    const socket = openExec(accessOf(stuck), podOf(generateMesh({ nodes: 2 }), "node-1"), ["date"]);
    socket.on("error", () => undefined);
    const closed = new Promise<number>((resolve) => socket.on("close", resolve));
    await new Promise((resolve) => socket.once("message", resolve));
    await stuck.close();
    expect(await closed).toBe(1006);
  });

  it("produces no more of a reply than its reader takes", async () => {
    let produced = 0;
    function* endless(): Generator<Uint8Array> {
      const piece = Buffer.alloc(32 * 1024, "x");
      while (produced < 256 * 1024 * 1024) {
        produced += piece.length;
        yield piece;
      }
    }
    const endlessReply = { ...printed(""), stdout: endless() };
    const demoOfOne = await startDemo({ scenario: { ...scenario, reply: () => endlessReply } });
    const socket = openExec(accessOf(demoOfOne), first, health);
    await new Promise((resolve) => socket.once("message", resolve));
    socket.pause();
    for (let before = produced, quiet = 0; quiet < 100; quiet = produced === before ? quiet + 1 : 0) {
      before = produced;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(produced).toBeLessThan(16 * 1024 * 1024); // what the kernel's socket buffers hold, and a frame or two
    socket.terminate();
    await demoOfOne.close();
  });
});
