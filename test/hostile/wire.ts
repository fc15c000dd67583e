import fc from "fast-check";
import { ExecReply } from "../../src/cluster/exec-reply.ts";
import { resolveConnection } from "../../src/cluster/kubeconfig.ts";
import { readKubeconfig } from "../../src/cluster/kubeconfig-entries.ts";
import { readServerStatus } from "../../src/cluster/server-status.ts";
import { HealthError } from "../../src/model/errors.ts";
import { noConnectionFlags as noFlags } from "../../src/model/request.ts";
import { bytes } from "../views.ts";
import { reader } from "./reader.ts";
import { damaged, hostileLines, hostileText } from "./words.ts";

const commandStatus = {
  status: "Failure",
  reason: "NonZeroExitCode",
  message: "m",
  details: { causes: [{ reason: "ExitCode", message: "1" }] },
};

const frames = fc.array(
  fc.oneof(
    fc.uint8Array({ maxLength: 40 }),
    fc
      .tuple(fc.constantFrom(0, 1, 2, 3, 4, 255), fc.oneof(hostileText, fc.json({ maxDepth: 2 })))
      .map(([channel, text]) => Buffer.concat([Buffer.of(channel), Buffer.from(text)])),
    damaged(commandStatus, ["status", "reason", "message", "details", "causes", "Success", "ExitCode"]).map((status) =>
      Buffer.concat([Buffer.of(3), bytes(JSON.stringify(status) ?? "")]),
    ),
  ),
  { maxLength: 12 },
);

function readFrames(messages: readonly Uint8Array[]): unknown {
  const reply = new ExecReply(60);
  return [...messages.map((message) => reply.take(message)), reply.closed(1006)];
}

const kubeconfigLines = [
  "apiVersion: v1",
  "kind: Config",
  "current-context: c",
  "clusters:",
  '- {name: c, cluster: {server: "https://api.test", certificate-authority-data: bm8=, proxy-url: "http://p"}}',
  "users:",
  "- name: u",
  "  user:",
  "    token: &t abc",
  "    tokenFile: *t",
  "    as-groups: [a, b]",
  "    exec: {apiVersion: client.authentication.k8s.io/v1, command: login, args: [x], env: [{name: A, value: b}]}",
  "contexts:",
  "- {name: c, context: {cluster: c, user: u}}",
  "__proto__: {polluted: true}",
  "? {a: [b]}",
  ": c",
  "<<: *t",
];

/** A kubeconfig may be refused, in a sentence with its code. */
function readConfig(text: string): unknown {
  const file = "/home/ann/.kube/config";
  const where = { env: {}, homeDir: "/home/ann", cwd: "/", platform: "linux" };
  try {
    const entries = readKubeconfig(file, text);
    return [entries, resolveConnection({ ...noFlags, kubeconfig: file }, where, () => ({ kind: "ok", text }))];
  } catch (error) {
    if (error instanceof HealthError && error.exitCode === 3) return null;
    throw error;
  }
}

/** What cluster/ reads: frames of an exec, refusals, the kubeconfig. */
export const wire = [
  // In npm test the ten thousand of test/cluster/exec-frames.test.ts come before these.
  reader("frames", frames, readFrames, 1_000),
  reader(
    "refusals of the API server",
    damaged({ kind: "Status", message: "m", reason: "r", details: { name: "n", retryAfterSeconds: 1 } }, ["name"]),
    (status) => readServerStatus(500, { "retry-after": "1e9" }, bytes(JSON.stringify(status) ?? "")),
  ),
  reader("kubeconfigs", hostileLines(kubeconfigLines), readConfig, 2_000),
];
