import { chooseLocated, type LocateChoice } from "../analyse/locate/choice.ts";
import { nicOf, type SideRead, sideGrowth } from "../analyse/locate/growth.ts";
import { judgeLocation } from "../analyse/locate/verdict.ts";
import { halfOpenFrom } from "../analyse/reads/tcp-sockets.ts";
import { confirmingCaptures } from "../collect/captures.ts";
import { mostConnections, sendBurst, socketsArgv } from "../collect/locate-burst.ts";
import { programIsMissing } from "../collect/outcomes.ts";
import { type Capture, describeOutcome, type ExecOutcome } from "../model/capture.ts";
import type { Facts, NodeFacts } from "../model/facts.ts";
import type { AgentPod } from "../model/kube.ts";
import type { Attempts, LocatePath, LocateWindow, Location } from "../model/locate.ts";
import type { Target } from "../model/matrix.ts";
import type { PairReport } from "../model/pair.ts";
import { readBurst } from "../parse/burst-lines.ts";
import type { Io } from "./io.ts";
import { inLanes } from "./short-round.ts";
import type { StateReader } from "./state.ts";

/** Milliseconds of watching without sending, to know the other traffic. */
const quietMs = 2_000;
/** Milliseconds after a burst's start at which the target's half-open connections are counted. */
const halfwayMs = 400;
/** A counter that grows more than so many times faster than a burst hides it. */
const leastConnections = 5;

/** Where on its way a path of the pair is lost; null where it could not be looked at, which is said on stderr. */
export async function locate(
  pair: PairReport,
  facts: Facts,
  scope: Target | null,
  state: StateReader,
  io: Io,
  signal: AbortSignal,
): Promise<Location | null> {
  const choice: LocateChoice = chooseLocated(facts, pair, scope);
  if (choice.why !== "") io.notice(sentence(choice.why));
  if (choice.kind === "none" || state.exec === null) return null;
  const run = runOf(choice.path, facts, pair, state, io, signal);
  return run === null ? null : await follow(run);
}

interface Run {
  readonly path: LocatePath;
  readonly tunnelDevice: string;
  readonly from: AgentPod;
  /** null where it cannot be asked. */
  readonly to: AgentPod | null;
  readonly targetUnasked: string;
  /** The sender's own addresses, as the target sees them. */
  readonly senderIPs: readonly string[];
  readonly exec: NonNullable<StateReader["exec"]>;
  readonly state: StateReader;
  readonly io: Io;
  readonly signal: AbortSignal;
}

function runOf(
  path: LocatePath,
  facts: Facts,
  { report }: PairReport,
  state: StateReader,
  io: Io,
  signal: AbortSignal,
): Run | null {
  const [a, b] = [path.from, path.to].map((name) => facts.nodes.find((node) => node.name === name));
  const from = a?.agent?.pod;
  if (from === undefined || state.exec === null) return null;
  const [to, targetUnasked] = askable(b);
  const tunneled = path.target === "endpoint" && report.cilium.routingMode.toLowerCase() !== "native";
  const protocol = report.cilium.tunnelProtocol.toLowerCase() === "geneve" ? "geneve" : "vxlan";
  return {
    path,
    tunnelDevice: tunneled ? `cilium_${protocol}` : "",
    from,
    to,
    targetUnasked,
    senderIPs: [
      ...(a?.cilium?.internalIPs ?? []),
      ...(a?.kube?.internalIPs ?? []),
      ...(a?.cilium?.ciliumInternalIPs ?? []),
    ],
    exec: state.exec,
    state,
    io,
    signal,
  };
}

function askable(node: NodeFacts | undefined): [AgentPod | null, string] {
  if (node?.remote) return [null, "it is in another cluster"];
  const pod = node?.agent?.pod;
  if (pod === undefined) return [null, "no agent pod was found on it"];
  return pod.state === "running" ? [pod, ""] : [null, `its agent is not running (${pod.reason || pod.state})`];
}

/** A quiet window, then bursts of growing size, each between two reads of both sides. */
async function follow(run: Run): Promise<Location | null> {
  const { io, path, signal } = run;
  io.progress(`reading counters of ${path.from} and ${path.to}`);
  let last = await readBoth(run);
  const windows: LocateWindow[] = [];
  const step = async (sent: number) => {
    const { attempts, halfOpen } = sent === 0 ? await stayQuiet(run) : await burst(run, sent);
    const next = await readBoth(run);
    const seconds = (next.at - last.at) / 1000;
    windows.push({
      sent,
      seconds,
      attempts,
      halfOpen,
      from: sideGrowth(last.from, next.from, run.tunnelDevice),
      to: sideGrowth(last.to, next.to, run.tunnelDevice),
    });
    last = next;
  };
  await step(0);
  const sizes = burstSizes(windows, run.tunnelDevice);
  if (!signal.aborted) announce(run, sizes);
  for (const size of sizes) {
    if (signal.aborted) break;
    io.progress(`sending ${size} connections from ${path.from} to ${path.address}`);
    await step(size);
  }
  io.progress(null);
  if (signal.aborted) return null;
  const { tunnelDevice, to, targetUnasked } = run;
  const unasked = targetUnasked || (last.to === null && to !== null ? last.toFailure || "it did not answer" : "");
  return judgeLocation({
    path,
    tunnelDevice,
    fromNic: nicOf(last.from),
    toNic: nicOf(last.to),
    windows,
    targetUnasked: unasked,
  });
}

/** Large enough to stand out from what the way's counters did in the quiet time. */
function burstSizes([quiet]: readonly LocateWindow[], tunnelDevice: string): readonly number[] {
  const names = tunnelDevice === "" ? (["nicTx", "nicRx"] as const) : (["tunnelTx", "tunnelRx"] as const);
  const rates = [quiet?.from, quiet?.to].flatMap((side) => names.map((name) => side?.counters[name] ?? 0));
  const background = Math.max(0, ...rates);
  const base = Math.min(mostConnections / 2, Math.max(leastConnections, background));
  return [1, 1.5, 2].map((factor) => Math.min(mostConnections, Math.ceil(base * factor)));
}

function announce({ io, path }: Run, sizes: readonly number[]): void {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  io.progress(null);
  io.notice(
    `Sending ${all} TCP connections from the agent of ${path.from} to ${path.address} port ${path.port} (${path.target} of ${path.to}), in bursts of ${sizes.join(", ")}; each is given up after 0.9s, and nothing is sent over it.`,
  );
}

interface Sent {
  readonly attempts: Attempts;
  readonly halfOpen: number | null;
}

async function stayQuiet(run: Run): Promise<Sent> {
  await run.io.pause(quietMs, run.signal);
  const attempts: Attempts = { opened: 0, refused: 0, silent: 0, failed: new Map(), untried: "" };
  return { attempts, halfOpen: await halfOpenAt(run) };
}

async function burst(run: Run, size: number): Promise<Sent> {
  const { exec, from, path, io, signal } = run;
  const sending = sendBurst(exec, from, path, size, signal);
  await io.pause(halfwayMs, signal);
  const [outcome, halfOpen] = await Promise.all([sending, halfOpenAt(run)]);
  return { attempts: attemptsOf(outcome, size), halfOpen };
}

function attemptsOf(outcome: ExecOutcome, sent: number): Attempts {
  if (outcome.kind === "ok") return readBurst(new TextDecoder().decode(outcome.stdout), sent);
  const untried = programIsMissing(outcome)
    ? "the agent's image has no bash, which alone can open a connection there"
    : describeOutcome(outcome);
  return { opened: 0, refused: 0, silent: 0, failed: new Map(), untried };
}

/** The target's TCP stack shows itself for its own address alone: a health endpoint has one of its own. */
async function halfOpenAt({ path, to, exec, senderIPs, signal }: Run): Promise<number | null> {
  if (path.target !== "host" || to === null || signal.aborted) return null;
  const { namespace, name, container } = to;
  const argv = socketsArgv(path.address);
  const outcome = await exec(
    { namespace, pod: name, container, argv, timeoutMs: 5_000, maxBytes: 16 * 1024 * 1024 },
    signal,
  );
  if (outcome.kind !== "ok") return null;
  return halfOpenFrom(new TextDecoder().decode(outcome.stdout), senderIPs, path.port);
}

interface BothRead {
  /** Milliseconds, this process's. */
  readonly at: number;
  readonly from: SideRead | null;
  readonly to: SideRead | null;
  /** Why the target did not answer, "" where it did. */
  readonly toFailure: string;
}

async function readBoth({ from, to, state, io, signal }: Run): Promise<BothRead> {
  const captures = [confirmingCaptures["ip-link.json"], confirmingCaptures["bpf-metrics.json"]];
  const pods = to === null ? [from] : [from, to];
  const texts = new Map<string, { links: string | null; metrics: string | null }>();
  let toFailure = "";
  const take = ({ node, id, outcome }: Capture) => {
    if (outcome.kind !== "ok") {
      if (node === to?.node) toFailure = describeOutcome(outcome);
      return;
    }
    const read = texts.get(node) ?? { links: null, metrics: null };
    texts.set(node, read);
    read[id === "ip-link.json" ? "links" : "metrics"] = new TextDecoder().decode(outcome.stdout);
  };
  await state.round(inLanes(pods.map((pod) => ({ pod, captures }))), take, signal, () => {});
  return {
    at: io.now().getTime(),
    from: texts.get(from.node) ?? null,
    to: to === null ? null : (texts.get(to.node) ?? null),
    toFailure,
  };
}

/** As a sentence of its own. */
function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
