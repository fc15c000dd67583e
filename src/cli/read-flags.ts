import { execShows } from "../model/exec.ts";
import type { Protocol, Target } from "../model/matrix.ts";
import {
  type CollectFlags,
  type ConnectionFlags,
  defaultContainer,
  defaultSelector,
  type IgnoreFlag,
  type Scope,
} from "../model/request.ts";
import {
  type BundleFlags,
  type DemoFlags,
  type ExecFlags,
  type ReadFlags,
  type ShowFlags,
  type WatchFlags,
  watchFormats,
} from "./request.ts";
import { byteCount, choice, duration, list, on, type RawFlags, text, UsageError, wholeNumber } from "./values.ts";

/** The flags of every reading command as precise values. Throws UsageError. */
export function toReadFlags(flags: RawFlags): ReadFlags {
  const from = text(flags, "from");
  rejectContradictions(flags, from);
  const fresh = on(flags, "fresh");
  if (fresh && list(flags, "remote-context").length > 0) {
    throw new UsageError("--fresh waits for the cycles of one cluster: it takes no --remote-context");
  }
  if (fresh && from !== null) throw new UsageError("--fresh needs a cluster: a saved state does not change");
  if (fresh && on(flags, "watch")) throw new UsageError("--watch follows the probe cycles by itself: give no --fresh");
  return {
    connection: toConnection(flags),
    collect: toCollect(flags),
    from,
    execVia: choice(flags, "exec-via", ["websocket", "kubectl"], "websocket"),
    remoteContexts: toRemoteContexts(flags, from),
    scope: toScope(flags),
    failOn: choice(flags, "fail-on", ["error", "warning", "info", "never"], "warning"),
    ignores: list(flags, "ignore").map(toIgnore),
    fresh,
    confirm: !on(flags, "no-confirm"),
    show: toShow(flags),
  };
}

/** Each once. Throws UsageError where a context is also this cluster's own, or no cluster is asked. */
function toRemoteContexts(flags: RawFlags, from: string | null): string[] {
  const contexts = [...new Set(list(flags, "remote-context"))];
  if (contexts.length === 0) return [];
  if (from !== null)
    throw new UsageError("--from reads a saved state of one cluster: --remote-context needs live ones");
  if (on(flags, "watch")) throw new UsageError("--watch looks at one cluster: it takes no --remote-context");
  const own = text(flags, "context");
  if (own !== null && contexts.includes(own)) {
    throw new UsageError(`--remote-context ${own} is the context of this cluster: name the other clusters' contexts`);
  }
  return contexts;
}

const liveOnly = ["context", "server", "cluster", "user", "token", "kubeconfig", "exec-via"];

/** A saved state has no connection: both at once can only be a mistake. */
function rejectContradictions(flags: RawFlags, from: string | null): void {
  const given = liveOnly.find((name) => text(flags, name) !== null);
  if (from !== null && given !== undefined) {
    throw new UsageError(`--from reads a saved state and --${given} a cluster: give one of them`);
  }
  if (on(flags, "insecure-skip-tls-verify") && text(flags, "certificate-authority") !== null) {
    throw new UsageError("--certificate-authority and --insecure-skip-tls-verify contradict each other");
  }
  if ((list(flags, "as-group").length > 0 || text(flags, "as-uid") !== null) && text(flags, "as") === null) {
    throw new UsageError("--as-group and --as-uid need --as: a group or UID is never impersonated alone");
  }
}

function toConnection(flags: RawFlags): ConnectionFlags {
  return {
    kubeconfig: text(flags, "kubeconfig"),
    context: text(flags, "context"),
    cluster: text(flags, "cluster"),
    user: text(flags, "user"),
    server: text(flags, "server"),
    token: text(flags, "token"),
    as: text(flags, "as"),
    asGroups: list(flags, "as-group"),
    asUid: text(flags, "as-uid"),
    certificateAuthority: text(flags, "certificate-authority"),
    clientCertificate: text(flags, "client-certificate"),
    clientKey: text(flags, "client-key"),
    tlsServerName: text(flags, "tls-server-name"),
    insecureSkipTlsVerify: on(flags, "insecure-skip-tls-verify"),
    requestTimeoutMs: duration(flags, "request-timeout", 10_000),
    verbosity: wholeNumber(flags, "v", [0, 10], 0),
  };
}

function toCollect(flags: RawFlags): CollectFlags {
  return {
    namespace: text(flags, "namespace"),
    selector: text(flags, "selector") ?? defaultSelector,
    container: text(flags, "container") ?? defaultContainer,
    parallel: wholeNumber(flags, "parallel", [1, 200], null),
    timeoutMs: duration(flags, "timeout", 30_000),
    deadlineMs: duration(flags, "deadline", 0),
  };
}

function toScope(flags: RawFlags): Scope {
  const target = text(flags, "target");
  const protocol = text(flags, "protocol");
  return {
    nodes: list(flags, "node"),
    zones: list(flags, "zone"),
    target: target === null ? null : choice<Target>(flags, "target", ["host", "endpoint"], "host"),
    protocol: protocol === null ? null : choice<Protocol>(flags, "protocol", ["icmp", "http"], "icmp"),
  };
}

function toIgnore(value: string): IgnoreFlag {
  const [rule = "", node = null] = value.split("=", 2);
  if (rule === "" || node === "")
    throw new UsageError(`invalid argument "${value}" for "--ignore" flag: must be RULE or RULE=NODE`);
  return { rule, node };
}

/** How output is to look. Throws UsageError. */
export function toShow(flags: RawFlags): ShowFlags {
  return {
    color: choice(flags, "color", ["auto", "always", "never"], "auto"),
    ascii: on(flags, "ascii"),
    noHeaders: on(flags, "no-headers"),
    quiet: on(flags, "quiet"),
  };
}

/** null without --watch. Throws UsageError where there is nothing to watch, or a format is a document of one moment. */
export function toWatch(flags: RawFlags): WatchFlags | null {
  const confirmCycles = wholeNumber(flags, "confirm-cycles", [1, 20], 2);
  if (!on(flags, "watch")) {
    if (text(flags, "confirm-cycles") !== null) throw new UsageError("--confirm-cycles needs --watch");
    return null;
  }
  if (text(flags, "from") !== null) throw new UsageError("--watch needs a cluster: a saved state does not change");
  const given = text(flags, "output");
  if (given === null) return { format: null, confirmCycles };
  const format = watchFormats.find((one) => one === given);
  if (format === undefined) throw new UsageError(`--watch shows ${watchFormats.join(", ")}, not ${given}`);
  return { format, confirmCycles };
}

const MiB = 1024 * 1024;

export function toBundle(flags: RawFlags): BundleFlags {
  return {
    outputFile: text(flags, "output-file"),
    allNodesDeep: on(flags, "all-nodes-deep"),
    sinceMs: duration(flags, "since", 0),
    maxBytes: byteCount(flags, "max-bytes", [MiB, 64 * 1024 * MiB], 256 * MiB),
    pseudonymise: on(flags, "pseudonymise"),
    dryRun: on(flags, "dry-run"),
  };
}

/** What stands behind `--` is the user's, as it was typed. Throws UsageError where nothing does. */
export function toExec(flags: RawFlags): ExecFlags {
  if (text(flags, "from") !== null) {
    throw new UsageError("exec runs a command in live agents: a saved state (--from) has none to run it in");
  }
  const argv = Array.isArray(flags["--"]) ? flags["--"].map(String) : [];
  if (argv.length === 0) throw new UsageError('no command given: it stands behind "--", as in: exec -- ip route');
  const to = text(flags, "to");
  const shown = text(flags, "show") === null && to !== null ? null : choice(flags, "show", execShows, "prefix");
  return { argv, shown, to, maxBytes: byteCount(flags, "max-bytes", [1, 256 * MiB], MiB) };
}

const defaultScenario = "vxlan-blocked-one-node";

export function toDemo(flags: RawFlags, scenario: string | null): DemoFlags {
  const nodes = wholeNumber(flags, "nodes", [1, 5000], 0);
  const fault = text(flags, "fault") ?? "";
  if (scenario !== null && nodes > 0) throw new UsageError("a recorded scenario and --nodes exclude each other");
  if (on(flags, "fresh") && nodes === 0) {
    throw new UsageError("--fresh needs --nodes: the clock of a recorded scenario stands still");
  }
  const clusters = choice<"1" | "2">(flags, "clusters", ["1", "2"], "1") === "2" ? 2 : 1;
  if (clusters === 2 && nodes === 0)
    throw new UsageError("--clusters needs --nodes: a recorded scenario is one cluster");
  if (clusters === 2 && on(flags, "fresh")) {
    throw new UsageError("--fresh waits for the cycles of one cluster: it takes no --clusters 2");
  }
  if (fault !== "" && nodes === 0) throw new UsageError("--fault needs --nodes: a recorded scenario has its own fault");
  return {
    scenario: scenario ?? (nodes > 0 ? "" : defaultScenario),
    nodes,
    clusters,
    fault,
    seed: wholeNumber(flags, "seed", [0, 2 ** 31], 1),
    serve: on(flags, "serve"),
    list: on(flags, "list"),
    exitCode: on(flags, "exit-code"),
  };
}
