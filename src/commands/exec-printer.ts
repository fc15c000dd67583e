import type { ShowFlags } from "../cli/request.ts";
import type { OutputStream } from "../model/exec.ts";
import { concat, LineSplitter, shownLine } from "../render/remote-text.ts";
import { theme } from "../render/theme.ts";
import type { Io } from "./io.ts";
import { renderOptions } from "./show.ts";

const encoder = new TextEncoder();

/** `node| line`, as the lines come, stderr to stderr; a line is written whole or not yet. */
export class PrefixPrinter {
  readonly #io: Io;
  readonly #readerGone: () => void;
  readonly #paint: (text: string) => string;
  readonly #splitters = new Map<string, LineSplitter>();
  #waiting: { readonly [stream in OutputStream]: Uint8Array[] } = { stdout: [], stderr: [] };
  #writing: Promise<void> | null = null;

  /** `readerGone` is called once stdout is read no more. */
  constructor(io: Io, show: ShowFlags, readerGone: () => void) {
    this.#io = io;
    this.#readerGone = readerGone;
    this.#paint = theme(renderOptions(show, io, true)).faint;
  }

  add(node: string, stream: OutputStream, piece: Uint8Array): void {
    for (const line of this.#splitter(node, stream).add(piece)) this.#print(node, stream, line);
  }

  /** The agent's last lines; resolves once they are written. */
  async end(node: string): Promise<void> {
    for (const stream of ["stdout", "stderr"] as const) {
      for (const line of this.#splitter(node, stream).end()) this.#print(node, stream, line);
      this.#splitters.delete(`${stream} ${node}`);
    }
    await this.#writing;
  }

  #splitter(node: string, stream: OutputStream): LineSplitter {
    const key = `${stream} ${node}`;
    const splitter = this.#splitters.get(key) ?? new LineSplitter();
    this.#splitters.set(key, splitter);
    return splitter;
  }

  #print(node: string, stream: OutputStream, line: Uint8Array): void {
    const { stdoutIsTerminal, stderrIsTerminal } = this.#io;
    const neutral = stream === "stdout" ? stdoutIsTerminal : stderrIsTerminal;
    const name = `${shownLine(encoder.encode(node))}|`;
    const prefix = encoder.encode(stream === "stdout" || neutral ? this.#paint(name) : name);
    const text = neutral ? encoder.encode(shownLine(line)) : line;
    this.#waiting[stream].push(concat([prefix, encoder.encode(" "), text, encoder.encode("\n")]));
    this.#writing ??= this.#write();
  }

  /** Together what came while the last ones were written. */
  async #write(): Promise<void> {
    await null;
    while (this.#waiting.stdout.length + this.#waiting.stderr.length > 0) {
      const { stdout, stderr } = this.#waiting;
      this.#waiting = { stdout: [], stderr: [] };
      this.#io.progress(null);
      if (stderr.length > 0) await this.#io.output("stderr", concat(stderr));
      if (stdout.length > 0 && !(await this.#io.output("stdout", concat(stdout)))) this.#readerGone();
    }
    this.#writing = null;
  }
}
