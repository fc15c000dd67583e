import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Question } from "./generator-child.ts";

const program = fileURLToPath(new URL("generator-child.ts", import.meta.url));

/** A generated mesh in another process. */
export interface Generator {
  /** One answer after the other; each is good until the next question. */
  ask(question: Question): Promise<Buffer>;
  close(): void;
}

/** What is read goes through the same memory again and again: what it costs to let go of it is not measured. */
export async function startGenerator(nodes: number): Promise<Generator> {
  const folder = mkdtempSync(join(tmpdir(), "bench-generator-"));
  const place = join(folder, "socket");
  const child = spawn(process.execPath, [program, String(nodes), place], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  const answer = new Answer();
  const onread = {
    buffer: Buffer.alloc(256 * 1024),
    callback: (bytes: number, from: Uint8Array) => answer.take(from, bytes),
  };
  const socket = connect({ path: place, onread });
  await once(socket, "connect");
  rmSync(folder, { recursive: true });
  return {
    ask: (question) => {
      const whole = answer.next();
      socket.write(`${JSON.stringify(question)}\n`);
      return whole;
    },
    close: () => socket.end(),
  };
}

const headBytes = 4;

/** Puts an answer together: its length, then as many bytes. */
class Answer {
  #room = Buffer.alloc(headBytes);
  #filled = 0;
  #wanted = headBytes;
  #done: (bytes: Buffer) => void = () => undefined;

  next(): Promise<Buffer> {
    this.#filled = 0;
    this.#wanted = headBytes;
    return new Promise((done) => {
      this.#done = done;
    });
  }

  /** True: go on reading. */
  take(from: Uint8Array, bytes: number): boolean {
    for (let at = 0; at < bytes; ) {
      const part = from.subarray(at, Math.min(bytes, at + this.#wanted - this.#filled));
      this.#room.set(part, this.#filled);
      this.#filled += part.length;
      at += part.length;
      if (this.#filled === headBytes && this.#wanted === headBytes) this.#makeRoom(this.#room.readUInt32LE());
      if (this.#filled === this.#wanted) this.#done(this.#room.subarray(headBytes, this.#wanted));
    }
    return true;
  }

  #makeRoom(length: number): void {
    this.#wanted = headBytes + length;
    if (this.#room.length >= this.#wanted) return;
    this.#room = Buffer.concat([this.#room.subarray(0, headBytes)], 2 * this.#wanted);
  }
}
