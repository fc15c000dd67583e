import { zoneOf } from "../analyse/matrix/scope.ts";
import type { Request } from "../cli/request.ts";
import type { FanOutWatch } from "../collect/fan-out.ts";
import type { ExecOutcome } from "../model/capture.ts";
import type { ExecResult, OutputStream } from "../model/exec.ts";
import type { NodeFacts } from "../model/facts.ts";
import type { AgentPod } from "../model/kube.ts";
import type { ExecFolder } from "./exec-folder.ts";
import { PrefixPrinter } from "./exec-printer.ts";
import { AgentRun, unaskedResult } from "./exec-run.ts";
import { ExecStore } from "./exec-store.ts";
import type { Io } from "./io.ts";

type ExecRequest = Extract<Request, { kind: "exec" }>;

/** Takes what the agents say while they say it: to the terminal, into the folder, or into memory for the end. */
export class ExecSink implements FanOutWatch {
  readonly #nodes: ReadonlyMap<string, NodeFacts>;
  readonly #request: ExecRequest;
  readonly #folder: ExecFolder | null;
  readonly #io: Io;
  readonly #stop: () => void;
  readonly #printer: PrefixPrinter | null;
  readonly #isShownAtTheEnd: boolean;
  readonly #store = new ExecStore();
  readonly #runs = new Map<string, AgentRun>();
  readonly #results = new Map<string, ExecResult>();

  /** `stop` ends the run: nobody reads any more, or nothing can be written. */
  constructor(nodes: readonly NodeFacts[], request: ExecRequest, folder: ExecFolder | null, io: Io, stop: () => void) {
    this.#nodes = new Map(nodes.map((node) => [node.name, node]));
    this.#request = request;
    this.#folder = folder;
    this.#io = io;
    this.#stop = stop;
    this.#printer = request.shown === "prefix" ? new PrefixPrinter(io, request.show, stop) : null;
    this.#isShownAtTheEnd = request.shown === "group" || request.shown === "json";
  }

  begun({ node: name }: AgentPod): void {
    const node = this.#nodes.get(name);
    if (node === undefined) return;
    const keeps = this.#folder !== null || this.#isShownAtTheEnd;
    const now = this.#io.now().getTime();
    this.#runs.set(name, new AgentRun(node, zoneOf(node), this.#request.maxBytes, keeps, now));
  }

  output({ node }: AgentPod, stream: OutputStream, piece: Uint8Array): void {
    const part = this.#runs.get(node)?.take(stream, piece);
    if (part !== undefined) this.#printer?.add(node, stream, part);
  }

  hold(): Promise<void> | null {
    return this.#printer?.full ?? null;
  }

  async ended({ node }: AgentPod, outcome: ExecOutcome, started: boolean): Promise<void> {
    const result = this.#runs.get(node)?.result(outcome, started, this.#io.now().getTime());
    this.#runs.delete(node);
    if (result === undefined) return;
    await this.#printer?.end(node);
    const filed = (await this.#folder?.keep(result)) ?? result;
    if (this.#folder?.failure != null) this.#stop();
    this.#results.set(node, this.#isShownAtTheEnd ? this.#store.keep(withBytes(filed, result)) : filed);
    this.#io.progress(`${this.#results.size} of ${this.#nodes.size} agents have ended`);
  }

  /** By node, those that were never asked included. */
  results(): readonly ExecResult[] {
    return [...this.#nodes.values()].map((node) => this.#results.get(node.name) ?? unaskedResult(node, zoneOf(node)));
  }

  notes(): readonly string[] {
    return this.#nodes.size === 0 ? ["no Cilium agent was found"] : this.#store.notes();
  }
}

/** With --to and --show both, the bytes are needed once more. */
function withBytes(filed: ExecResult, { stdout, stderr }: ExecResult): ExecResult {
  return {
    ...filed,
    stdout: { ...filed.stdout, bytes: stdout.bytes },
    stderr: { ...filed.stderr, bytes: stderr.bytes },
  };
}
