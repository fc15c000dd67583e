import { createHash } from "node:crypto";
import { type Capture, describeOutcome } from "../model/capture.ts";
import type { Source } from "../model/facts.ts";
import type { KubeList } from "../model/kube.ts";
import { ArchiveWriter } from "./archive-writer.ts";
import {
  type BundleHead,
  type BundleIndex,
  capturePath,
  formatVersion,
  headPath,
  type IndexFailure,
  type IndexMember,
  indexPath,
  listFiles,
  logPath,
  type OtherOutcome,
  sidecars,
} from "./layout.ts";
import { redact } from "./redact.ts";
import { redactObject } from "./redact-objects.ts";

export interface BundleOptions {
  readonly file: string;
  /** Packed bytes of the whole file. */
  readonly maxBytes: number;
  readonly tool: { readonly name: string; readonly version: string };
  readonly source: Source;
  readonly pseudonymised: boolean;
  readonly startedAt: Date;
}

/** How a bundle came out. */
export interface SavedBundle {
  readonly file: string;
  readonly bytes: number;
  readonly members: number;
  readonly failures: readonly IndexFailure[];
  readonly dropped: readonly string[];
  readonly masked: number;
}

/** Kept free for what comes last: the report, the log, the index. */
const reservedShare = 8;
const mostReserved = 16 * 1024 * 1024;
/** A report beyond this is left out: `--from` makes it again. */
const mostTextBytes = 128 * 1024 * 1024;

/**
 * Writes a bundle, one member at a time, in the order in which they come; nothing is kept but the list of members.
 * Every byte passes the gate (redact.ts) in `#put`, and nowhere else is anything written.
 */
export class BundleWriter {
  readonly #archive: ArchiveWriter;
  readonly #options: BundleOptions;
  readonly #members: IndexMember[] = [];
  readonly #failures: IndexFailure[] = [];
  readonly #dropped: string[] = [];
  readonly #masked: { readonly path: string; readonly count: number }[] = [];
  readonly #log: string[] = [];
  #turn: Promise<void> = Promise.resolve();

  private constructor(archive: ArchiveWriter, options: BundleOptions) {
    this.#archive = archive;
    this.#options = options;
  }

  /** Throws HealthError where the file cannot be made. */
  static async create(options: BundleOptions): Promise<BundleWriter> {
    const writer = new BundleWriter(await ArchiveWriter.create(options.file, options.startedAt), options);
    const head: BundleHead = { formatVersion, tool: options.tool };
    await writer.#add(headPath, text(`${JSON.stringify(head)}\n`));
    return writer;
  }

  async list({ resource, outcome }: KubeList): Promise<void> {
    if (outcome.kind === "absent") this.fail(resource, "list", outcome.message);
    const json =
      outcome.kind === "ok"
        ? { apiVersion: "v1", kind: "List", items: outcome.items.map(redactObject) }
        : { absent: { status: outcome.status, message: outcome.message } };
    await this.#add(listFiles[resource], text(`${JSON.stringify(json, null, 1)}\n`));
  }

  /** What stands beside a capture is written before it: a file cut between the two must not make a failure look well. */
  async capture({ node, id, outcome }: Capture): Promise<void> {
    const path = capturePath(node, id);
    if (outcome.kind !== "ok") this.fail(node, id, describeOutcome(outcome));
    if (outcome.kind !== "ok" && outcome.kind !== "exit") {
      return this.#add(path + sidecars.outcome, text(`${JSON.stringify(outcome)}\n`));
    }
    if (outcome.kind === "exit") await this.#add(path + sidecars.code, text(`${outcome.code}\n`));
    if (outcome.stderr !== "") await this.#add(path + sidecars.stderr, text(outcome.stderr));
    await this.#add(path, outcome.stdout, () => this.#withheld(path));
  }

  /** A capture that may not be written is a failed one to whoever reads the bundle, never one that was not asked. */
  async #withheld(path: string): Promise<void> {
    const outcome: OtherOutcome = {
      kind: "bad-status",
      text: "withheld when it was saved: no secret could be looked for",
    };
    await this.#put(path + sidecars.outcome, text(`${JSON.stringify(outcome)}\n`), this.#mostBytes());
  }

  async podLog(pod: string, previous: boolean, bytes: Uint8Array): Promise<void> {
    await this.#add(logPath(pod, previous), bytes);
  }

  /** A report; left out, and said, when it is too big to be written in one piece. */
  async report(path: string, chunks: Iterable<string>): Promise<void> {
    const pieces: Buffer[] = [];
    let size = 0;
    for (const chunk of chunks) {
      const piece = Buffer.from(chunk);
      size += piece.length;
      if (size > mostTextBytes)
        return this.fail(path, "report", "it is too big to be kept here: read the bundle with --from");
      pieces.push(piece);
    }
    await this.#inTurn(() => this.#put(path, Buffer.concat(pieces, size), this.#options.maxBytes));
  }

  /** Remembers for the index what is missing and why. */
  fail(where: string, what: string, message: string): void {
    const gate = redact(text(message));
    this.#failures.push({
      where,
      what,
      message: gate.kind === "clean" ? Buffer.from(gate.bytes).toString() : gate.reason,
    });
  }

  /** A line of the run's own log; `at` is the machine's time. */
  log(at: Date, line: string): void {
    this.#log.push(`${at.toISOString()} ${line}\n`);
  }

  /** Ends the bundle with its log and its index, and gives the file its name. */
  async finish(partial: boolean, createdAt: Date): Promise<SavedBundle> {
    const { file, maxBytes, tool, source, pseudonymised } = this.#options;
    await this.#inTurn(() => this.#put("log.txt", text(this.#log.join("")), maxBytes));
    const index: BundleIndex = {
      formatVersion,
      tool,
      createdAt: createdAt.toISOString(),
      partial,
      pseudonymised,
      source: { kind: "bundle", context: source.context, cluster: source.cluster, server: source.server },
      members: this.#members,
      failures: this.#failures,
      dropped: this.#dropped,
      masked: this.#masked,
    };
    const bytes = text(`${JSON.stringify(index, null, 1)}\n`);
    await this.#inTurn(() => this.#put(indexPath, bytes, Number.POSITIVE_INFINITY));
    await this.#archive.finish();
    return {
      file,
      bytes: this.#archive.size,
      members: this.#members.length,
      failures: this.#failures,
      dropped: this.#dropped,
      masked: this.#masked.reduce((sum, { count }) => sum + count, 0),
    };
  }

  async abandon(): Promise<void> {
    await this.#archive.abandon();
  }

  #add(path: string, bytes: Uint8Array, withheld?: () => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      const isIn = await this.#put(path, bytes, this.#mostBytes());
      if (!isIn) await withheld?.();
    });
  }

  #mostBytes(): number {
    const { maxBytes } = this.#options;
    return maxBytes - Math.min(mostReserved, Math.floor(maxBytes / reservedShare));
  }

  /** Agents answer at once, the archive takes one member at a time; who comes waits, so nothing piles up. */
  #inTurn(write: () => Promise<unknown>): Promise<void> {
    const result = this.#turn.then(write).then(() => undefined);
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** The one way into the archive. False when the gate let nothing through. */
  async #put(path: string, bytes: Uint8Array, mostBytes: number): Promise<boolean> {
    const gate = redact(bytes);
    if (gate.kind === "withheld") {
      this.fail(path, "withheld", gate.reason);
      return false;
    }
    if (gate.masked > 0) this.#masked.push({ path, count: gate.masked });
    if (!(await this.#archive.add(path, gate.bytes, mostBytes))) {
      this.#dropped.push(path);
      return true;
    }
    const sha256 = createHash("sha256").update(gate.bytes).digest("hex");
    this.#members.push({ path, bytes: gate.bytes.length, sha256 });
    return true;
  }
}

function text(content: string): Buffer {
  return Buffer.from(content);
}
