import type { ExecOutput, ExecResult } from "../model/exec.ts";

const MiB = 1024 * 1024;

/** Outputs that are shown at the end: equal ones are held once, and no more than fits into memory. */
export class ExecStore {
  readonly #mostBytes: number;
  readonly #held = new Map<string, Uint8Array>();
  #bytes = 0;
  #leftOut = 0;

  constructor(mostBytes = 512 * MiB) {
    this.#mostBytes = mostBytes;
  }

  keep(result: ExecResult): ExecResult {
    const stdout = this.#kept(result.stdout);
    const stderr = this.#kept(result.stderr);
    if (stdout === null || stderr === null) this.#leftOut++;
    return { ...result, stdout: stdout ?? without(result.stdout), stderr: stderr ?? without(result.stderr) };
  }

  notes(): string[] {
    if (this.#leftOut === 0) return [];
    const most = `${Math.round(this.#mostBytes / MiB)} MiB`;
    return [
      `more than ${most} of different outputs: those of ${this.#leftOut} agents are left out here, --to DIR holds any number`,
    ];
  }

  /** null where there is no room for it. */
  #kept(output: ExecOutput): ExecOutput | null {
    const known = this.#held.get(output.digest);
    if (known !== undefined) return { ...output, bytes: known };
    if (this.#bytes + output.bytes.length > this.#mostBytes) return null;
    this.#held.set(output.digest, output.bytes);
    this.#bytes += output.bytes.length;
    return output;
  }
}

function without(output: ExecOutput): ExecOutput {
  return { ...output, bytes: new Uint8Array(), cut: true };
}
