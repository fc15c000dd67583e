import type { ExecOutcome } from "../model/capture.ts";
import { ByteCollector } from "./byte-collector.ts";
import { decodeCommandStatus, decodeFrame } from "./exec-frames.ts";
import { StderrText } from "./stderr-text.ts";
import { type StdoutSink, stdoutSink } from "./stdout-sink.ts";

const statusBytes = 64 * 1024;
/** A status comes in one frame; one that dribbles in must not be parsed again for each of its bytes. */
const statusFrames = 64;

/** What a command wrote, and how it ended, put together from WebSocket messages. Pure; nothing here throws. */
export class ExecReply {
  readonly #stdout: StdoutSink;
  readonly #stderr = new StderrText();
  readonly #status = new ByteCollector(statusBytes);
  readonly #toldStderr: StdoutSink | null;
  #frames = 0;

  /** `maxBytes` of stdout, kept or handed to `onStdout`; of stderr the first 64 KiB are kept, and `maxBytes` handed on. */
  constructor(maxBytes: number, onStdout?: (piece: Uint8Array) => void, onStderr?: (piece: Uint8Array) => void) {
    this.#stdout = stdoutSink(maxBytes, onStdout);
    this.#toldStderr = onStderr === undefined ? null : stdoutSink(maxBytes, onStderr);
  }

  /** Takes one binary message; an outcome once the reply is decided, until then null. */
  take(message: Uint8Array): ExecOutcome | null {
    const frame = decodeFrame(message);
    switch (frame.channel) {
      case "stdout":
        return this.#stdout.add(frame.data) ? null : { kind: "too-big", limitBytes: this.#stdout.limit };
      case "stderr":
        this.#stderr.add(frame.data);
        if (this.#toldStderr?.add(frame.data) !== false) return null;
        return { kind: "too-big", limitBytes: this.#toldStderr.limit };
      case "status":
        return frame.data.length === 0 ? null : this.#takeStatus(frame.data);
      case "ignored":
        return null;
      default: {
        const never: never = frame;
        return never;
      }
    }
  }

  /** The connection closed with a WebSocket code before the reply was decided. */
  closed(code: number): ExecOutcome {
    if (this.#status.length === 0) return { kind: "closed-without-status", code };
    return { kind: "bad-status", text: new TextDecoder().decode(this.#status.bytes()).slice(0, 1000) };
  }

  #takeStatus(part: Uint8Array): ExecOutcome | null {
    this.#frames += 1;
    const mayGoOn = this.#status.add(part) && this.#frames < statusFrames;
    const status = decodeCommandStatus(this.#status.bytes());
    switch (status.kind) {
      case "success":
        return { kind: "ok", ...this.#output() };
      case "exit":
        return { kind: "exit", code: status.code, ...this.#output() };
      case "remote-error": {
        const code = exitCodeInWords(status.message);
        if (code !== null) return { kind: "exit", code, ...this.#output() };
        return { ...status, stderr: String(this.#stderr) };
      }
      case "bad-status":
        return status;
      case "incomplete":
        return mayGoOn ? null : { kind: "bad-status", text: status.text };
      default: {
        const never: never = status;
        return never;
      }
    }
  }

  #output(): { stdout: Uint8Array; stderr: string } {
    return { stdout: this.#stdout.bytes(), stderr: String(this.#stderr) };
  }
}

/**
 * Some kubelets (kwok's ServeExec among them) report a command's own exit as an internal error whose text ends in
 * `exit status 1`; the program ran, and what it wrote on stderr says why it failed.
 */
function exitCodeInWords(message: string): number | null {
  const match = /(?:exit status|terminated with exit code) (\d{1,3})$/.exec(message.trim());
  return match === null ? null : Number(match[1]);
}
