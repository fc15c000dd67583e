import { describe, expect, it } from "vitest";
import { resolveConnection } from "../../src/cluster/kubeconfig.ts";
import type { TextFile } from "../../src/cluster/text-files.ts";
import type { ConnectionFlags } from "../../src/model/request.ts";
import { noConnectionFlags as noFlags } from "../../src/model/request.ts";

const place = { env: {}, homeDir: "/home/ada", cwd: "/here", platform: "linux" };
const pem = (name: string) => `-----BEGIN CERTIFICATE-----\n${name}\n`;
const files = {
  "/home/ada/.kube/config": `
current-context: one
clusters: [{name: k, cluster: {server: "https://one.test"}}]
contexts: [{name: one, context: {cluster: k}}]`,
};

function readFrom(known: Readonly<Record<string, string>>) {
  return (path: string): TextFile => {
    const text = Object.hasOwn(known, path) ? known[path] : undefined;
    return text === undefined ? { kind: "missing" } : { kind: "ok", text };
  };
}

describe("without a kubeconfig", () => {
  const pod = { KUBERNETES_SERVICE_HOST: "fd00::1", KUBERNETES_SERVICE_PORT: "443" };
  const account = "/var/run/secrets/kubernetes.io/serviceaccount";
  const mounted = { [`${account}/token`]: "t", [`${account}/ca.crt`]: pem("pod") };
  const inPod = (flags: Partial<ConnectionFlags>, known: Readonly<Record<string, string>> = mounted) =>
    resolveConnection({ ...noFlags, ...flags }, { ...place, env: pod }, readFrom(known));

  it("the pod's service account is used", () => {
    expect(inPod({})).toMatchObject({
      context: "",
      clusterName: "",
      server: "https://[fd00::1]",
      caPem: pem("pod"),
      auth: { bearer: { kind: "tokenFile", path: `${account}/token`, fallback: "" } },
    });
  });

  it("flags apply to the service account too", () => {
    expect(inPod({ as: "somebody", token: "flag" })).toMatchObject({
      auth: { bearer: { kind: "token", token: "flag" } },
      impersonation: { user: "somebody" },
    });
  });

  it("a service account is never sent to a server that --server names", () => {
    expect(inPod({ server: "https://one.test" }).auth.bearer).toEqual({ kind: "none" });
  });

  it("a kubeconfig with a context is used before the service account", () => {
    expect(inPod({}, { ...mounted, ...files }).context).toBe("one");
  });

  it("outside a pod one sentence says where was looked", () => {
    expect(() => inPod({}, {})).toThrow(
      "no kubeconfig found: looked at /home/ada/.kube/config (KUBECONFIG is not set), and this is not a pod with a service account",
    );
  });

  it("--server and --token are enough", () => {
    const flags = { ...noFlags, server: "https://one.test", token: "flag" };
    expect(resolveConnection(flags, place, readFrom({}))).toMatchObject({
      context: "",
      server: "https://one.test",
      auth: { bearer: { kind: "token", token: "flag" } },
    });
  });
});

describe("hostile kubeconfigs", () => {
  const read = (content: string) =>
    resolveConnection({ ...noFlags, kubeconfig: "/k" }, place, readFrom({ "/k": content }));

  it("aliases that multiply are refused", () => {
    const bomb = ["a: &a [x, x, x, x, x, x, x, x, x, x]"];
    for (let level = 1; level < 9; level++) {
      const [name, inner] = ["abcdefghij"[level], "abcdefghij"[level - 1]];
      bomb.push(`${name}: &${name} [${Array(10).fill(`*${inner}`).join(", ")}]`);
    }
    expect(() => read(bomb.join("\n"))).toThrow("cannot read the kubeconfig /k");
  });

  it("a key named __proto__ is a key like any other", () => {
    expect(() => read("__proto__: {polluted: 1}\nclusters: []")).toThrow("the kubeconfig has no context");
    expect(Object.hasOwn(Object.prototype, "polluted")).toBe(false);
  });
});
