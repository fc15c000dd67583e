import fc from "fast-check";
import { ChildStderr } from "../../src/cluster/child-stderr.ts";
import type { ExecPlugin } from "../../src/cluster/connection.ts";
import { runExecPlugin } from "../../src/cluster/exec-plugin.ts";
import { refusedUpgrade } from "../../src/cluster/exec-refusal.ts";
import { kubectlFailure } from "../../src/cluster/exec-via-kubectl.ts";
import { idTokenExpiry } from "../../src/cluster/id-token.ts";
import { pluginPolicy } from "../../src/cluster/kuberc.ts";
import { describeNetworkError } from "../../src/cluster/network-error.ts";
import { permittedPlugin } from "../../src/cluster/permitted-plugin.ts";
import { proxyFor } from "../../src/cluster/proxy.ts";
import { requestHeaders } from "../../src/cluster/request-headers.ts";
import { HealthError } from "../../src/model/errors.ts";
import { bytes } from "../views.ts";
import { reader } from "./reader.ts";
import { damaged, hostileLines, hostileText } from "./words.ts";

/** What may be refused, in a sentence with its code, and must not fail in any other way. */
async function orRefused<T>(call: () => T | Promise<T>): Promise<T | string> {
  try {
    return await call();
  } catch (error) {
    if (error instanceof HealthError && error.exitCode === 3) return error.message;
    throw error;
  }
}

const plugin: ExecPlugin = {
  command: "login",
  args: [],
  env: [],
  apiVersion: "client.authentication.k8s.io/v1",
  interactiveMode: "Never",
  installHint: "\u001b[31m",
  cluster: null,
};

const credential = {
  kind: "ExecCredential",
  apiVersion: "client.authentication.k8s.io/v1",
  status: {
    token: "t",
    clientCertificateData: "c",
    clientKeyData: "k",
    expirationTimestamp: "2031-05-02T09:14:30Z",
  },
};

function readCredential(answer: unknown): Promise<unknown> {
  const stdout = JSON.stringify(answer) ?? "";
  const run = async () => ({ kind: "exited", code: 0, stdout }) as const;
  return orRefused(() => runExecPlugin(plugin, { env: {}, stdinIsTerminal: false, run }));
}

function readIdToken(claims: unknown): Promise<unknown> {
  const token = `e30.${Buffer.from(JSON.stringify(claims) ?? "").toString("base64url")}.c2ln`;
  return orRefused(() => idTokenExpiry("u", token, 0));
}

const kubercLines = [
  "apiVersion: kubectl.config.k8s.io/v1beta1",
  "kind: Preference",
  "credentialPluginPolicy: Allowlist",
  "credentialPluginPolicy: DenyAll",
  "credentialPluginAllowlist:",
  "- command: login",
  "- {name: /usr/bin/login}",
  "credentialPluginAllowlist: &a [{command: x}]",
  "aliases: *a",
  "---",
  "__proto__: {polluted: true}",
  "? {a: [b]}",
];

function readKuberc(text: string): Promise<unknown> {
  const where = { env: { PATH: "/bin" }, homeDir: "/home/ann", cwd: "/", platform: "linux", notice: () => {} };
  return orRefused(() => {
    const policy = pluginPolicy(where, () => ({ kind: "ok", text }));
    return permittedPlugin(plugin, policy, where, (path) => path.endsWith("/login"));
  });
}

const lastWords = [
  "Error from server (Forbidden): no",
  "Error from server: error dialing backend: EOF",
  "error: You must be logged in to the server (Unauthorized)",
  "Unable to connect to the server: x509",
  "The connection to the server a:1 was refused - did you specify the right host or port?",
  "command terminated with exit code 7",
];

const url = new URL("https://api.test:6443");

/** What a person or a program on this machine hands over: logins, proxies, preferences, kubectl's own words. */
export const credentialReaders = [
  reader("answers of login plugins", damaged(credential, ["status", "token", "kind"]), readCredential),
  reader("claims of id-tokens", damaged({ exp: 2_000_000_000, iss: "x" }, ["exp"]), readIdToken),
  reader("kubercs", hostileLines(kubercLines), readKuberc, 2_000),
  reader("kubectl's last words", hostileLines(lastWords), (text) => {
    const stderr = new ChildStderr(() => undefined);
    stderr.add(Buffer.from(text));
    const { word, stderr: said } = stderr.end(false);
    return kubectlFailure(word, Buffer.from(text), said);
  }),
  reader("proxies in the environment", fc.tuple(hostileText, hostileText), ([address, none]) =>
    orRefused(() => proxyFor(url, null, { HTTPS_PROXY: address, NO_PROXY: none })?.href ?? ""),
  ),
  reader("names to impersonate", fc.tuple(hostileText, hostileText, hostileText), ([user, group, key]) =>
    orRefused(() =>
      requestHeaders(`Bearer ${key}`, { user, uid: "", groups: [group], extra: new Map([[key, [user]]]) }),
    ),
  ),
  reader(
    "refused upgrades",
    fc.tuple(fc.constantFrom(200, 400, 403, 404, 426, 500), hostileText, hostileText),
    ([code, message, name]) =>
      refusedUpgrade(
        "p",
        code,
        { "retry-after": name },
        bytes(JSON.stringify({ kind: "Status", message, details: { name } })),
      ),
  ),
  reader("errors of the network", fc.tuple(hostileText, hostileText), ([message, code]) =>
    describeNetworkError(Object.assign(new Error(message), { code, cause: code, errors: [message] }), url),
  ),
];
