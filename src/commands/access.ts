import type { Request } from "../cli/request.ts";
import type { AccessAnswer, AccessQuestion } from "../cluster/cluster.ts";
import { commandLines } from "../collect/command-lines.ts";
import { lineText, optInCommands, optInLines } from "../collect/opt-in-lines.ts";
import { timedLines } from "../collect/timed-lines.ts";
import { HealthError } from "../model/errors.ts";
import { type AccessReport, type AccessRow, accessChunks } from "../render/access.ts";
import { admissionPolicy } from "./admission-policy.ts";
import type { ExitCode, Io } from "./io.ts";
import { roleManifest, type Subject } from "./role-manifest.ts";
import { renderOptions, writeAll } from "./show.ts";

/** One right, and what is lost without it. */
interface Right {
  readonly question: AccessQuestion;
  readonly needed: boolean;
  readonly without: string;
}

/** Checks each right by a self review and prints the manifest that grants exactly these. */
export async function access(request: Extract<Request, { kind: "access" }>, io: Io): Promise<ExitCode> {
  if (request.from !== null) {
    throw new HealthError("access asks a cluster: --from has no rights to check", { exitCode: 2 });
  }
  io.progress("connecting");
  const { openCluster } = await import("../cluster/connect.ts");
  const cluster = await openCluster(request.connection, io.environment);
  try {
    const namespace = request.collect.namespace ?? (io.environment.env["CILIUM_NAMESPACE"] || "kube-system");
    const rows: AccessRow[] = [];
    for (const right of rightsIn(namespace)) {
      rows.push(toRow(right, await cluster.may(right.question, io.signal)));
    }
    const user = await cluster.whoAmI(io.signal);
    io.progress(null);
    const report = {
      ...verdictOf(rows),
      namespace,
      rows,
      commands: [...commandLines, ...timedLines].map(lineText),
      manifest: roleManifest(namespace, user === null ? null : subjectOf(user)),
      optIn: optInCommands.map((command) => ({ command, lines: optInLines[command].map(lineText) })),
      admissionPolicy: admissionPolicy(namespace, request.collect.container, user, request.include),
    };
    await writeAll(accessChunks(report, request.format, renderOptions(request.show, io, true)), io);
    return io.signal.aborted ? 130 : report.granted ? 0 : 3;
  } finally {
    io.progress(null);
    cluster.close();
  }
}

function rightsIn(namespace: string): Right[] {
  const core = { group: "", subresource: "", name: "" };
  const cilium = { group: "cilium.io", subresource: "", name: "", namespace: "" };
  const exec = "no agent can be asked: no reachability at all";
  return [
    right({ ...core, verb: "list", resource: "pods", namespace }, true, "the agents cannot be found"),
    right({ ...core, verb: "get", resource: "pods", subresource: "exec", namespace }, true, exec),
    right(
      { ...core, verb: "create", resource: "pods", subresource: "exec", namespace },
      true,
      `${exec} (Kubernetes 1.35 and newer)`,
    ),
    right({ ...core, verb: "get", resource: "pods", subresource: "log", namespace }, false, "a bundle has no logs"),
    right(
      { ...core, verb: "list", resource: "configmaps", name: "cilium-config", namespace },
      false,
      "routing mode, tunnel and encryption are guessed from the agents",
    ),
    right(
      { ...core, verb: "list", resource: "nodes", namespace: "" },
      false,
      "no zones, and nodes without an agent are not seen",
    ),
    right(
      { ...cilium, verb: "list", resource: "ciliumnodes" },
      false,
      "stale health addresses and ghosts are not told apart",
    ),
    right(
      { ...cilium, verb: "list", resource: "ciliumclusterwidenetworkpolicies" },
      false,
      "policies on health endpoints are not named",
    ),
    right(
      { ...cilium, verb: "list", resource: "ciliumendpoints" },
      false,
      "check does not compare CiliumEndpoints with the agents' own endpoints",
    ),
  ];
}

function right(question: AccessQuestion, needed: boolean, without: string): Right {
  return { question, needed, without };
}

function toRow({ question, needed, without }: Right, answer: AccessAnswer): AccessRow {
  const resource = [question.resource, question.subresource].filter((part) => part !== "").join("/");
  return {
    verb: question.verb,
    resource: question.group === "" ? resource : `${resource}.${question.group}`,
    namespace: question.namespace,
    needed,
    answer: answer.kind,
    reason: answer.kind === "allowed" ? "" : answer.kind === "denied" ? answer.reason : answer.message,
    without,
  };
}

/** Green only when the server said yes to all that is needed. */
function verdictOf(rows: readonly AccessRow[]): Pick<AccessReport, "granted" | "complete"> {
  return {
    granted: rows.every((row) => !row.needed || row.answer === "allowed"),
    complete: rows.every((row) => row.answer === "allowed"),
  };
}

/** The user to bind, by the server's own word (SelfSubjectReview, Kubernetes 1.28 and newer). */
function subjectOf(name: string): Subject {
  const account = /^system:serviceaccount:([^:]+):(.+)$/.exec(name);
  if (account === null) return { kind: "User", name, namespace: "" };
  return { kind: "ServiceAccount", name: account[2] ?? "", namespace: account[1] ?? "" };
}
