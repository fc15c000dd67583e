import type { ShowFlags } from "../cli/request.ts";
import type { OutputStream } from "../model/exec.ts";
import { shown } from "../model/visible-text.ts";
import { concat, LineSplitter, shownLine } from "../render/remote-text.ts";
import { theme } from "../render/theme.ts";
import type { Io } from "./io.ts";
import { renderOptions } from "./show.ts";

const encoder = new TextEncoder();
const lineEnd = encoder.encode("\n");

/** Bytes that may wait for a slow reader before the agents are made to wait as well. */
const mostWaiting = 4 * 1024 * 1024;

/** One stream of one agent. */
interface Talk {
  readonly lines: LineSplitter;
  /** What stands before each of its lines. */
  readonly prefix: Uint8Array;
  readonly neutral: boolean;
}

/** `node| line`, as the lines come, stderr to stderr; a line is written whole or not yet. */
export class PrefixPrinter {
  readonly #io: Io;
  readonly #readerGone: () => void;
  readonly #paint: (text: string) => string;
  readonly #talks = new Map<string, Talk>();
  #waiting: { readonly [stream in OutputStream]: Uint8Array[] } = { stdout: [], stderr: [] };
  #waitingBytes = 0;
  /** Resolves once what has come until now is written, whatever comes after it. */
  #written: Promise<void> = Promise.resolve();

  /** `readerGone` is called once stdout is read no more. */
  constructor(io: Io, show: ShowFlags, readerGone: () => void) {
    this.#io = io;
    this.#readerGone = readerGone;
    this.#paint = theme(renderOptions(show, io, true)).faint;
  }

  add(node: string, stream: OutputStream, piece: Uint8Array): void {
    const talk = this.#talk(node, stream);
    this.#print(stream, talk, talk.lines.add(piece));
  }

  /** Resolves once the reader has come as far as this; null where it is not far behind. */
  get full(): Promise<void> | null {
    return this.#waitingBytes > mostWaiting ? this.#written : null;
  }

  /** The agent's last lines; resolves once they are written. */
  async end(node: string): Promise<void> {
    for (const stream of ["stdout", "stderr"] as const) {
      const talk = this.#talk(node, stream);
      this.#print(stream, talk, talk.lines.end());
      this.#talks.delete(`${stream} ${node}`);
    }
    await this.#written;
  }

  #talk(node: string, stream: OutputStream): Talk {
    const key = `${stream} ${node}`;
    const known = this.#talks.get(key);
    if (known !== undefined) return known;
    const { stdoutIsTerminal, stderrIsTerminal } = this.#io;
    const neutral = stream === "stdout" ? stdoutIsTerminal : stderrIsTerminal;
    const name = `${shown(node)}|`;
    const prefix = encoder.encode(`${stream === "stdout" || neutral ? this.#paint(name) : name} `);
    const talk = { lines: new LineSplitter(), prefix, neutral };
    this.#talks.set(key, talk);
    return talk;
  }

  /** The lines of one piece wait as one: an agent may say nothing but line ends, a million of them. */
  #print(stream: OutputStream, { prefix, neutral }: Talk, lines: Iterable<Uint8Array>): void {
    const parts: Uint8Array[] = [];
    for (const line of lines) parts.push(prefix, neutral ? encoder.encode(shownLine(line)) : line, lineEnd);
    if (parts.length === 0) return;
    const text = concat(parts);
    if (this.#waiting.stdout.length + this.#waiting.stderr.length === 0) {
      this.#written = this.#written.then(() => this.#write());
    }
    this.#waiting[stream].push(text);
    this.#waitingBytes += text.length;
  }

  /** Together what came while the last ones were written. */
  async #write(): Promise<void> {
    const { stdout, stderr } = this.#waiting;
    this.#waiting = { stdout: [], stderr: [] };
    this.#io.progress(null);
    if (stderr.length > 0) await this.#io.output("stderr", concat(stderr));
    if (stdout.length > 0 && !(await this.#io.output("stdout", concat(stdout)))) this.#readerGone();
    this.#waitingBytes -= sizeOf(stderr) + sizeOf(stdout);
  }
}

function sizeOf(parts: readonly Uint8Array[]): number {
  return parts.reduce((sum, part) => sum + part.length, 0);
}
