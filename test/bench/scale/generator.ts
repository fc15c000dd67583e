import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import type { Question } from "./generator-child.ts";

const program = fileURLToPath(new URL("generator-child.ts", import.meta.url));

/** A generated mesh in another process. */
export interface Generator {
  /** One answer after the other; each is the caller's to keep or to let go. */
  ask(question: Question): Promise<Buffer>;
  close(): void;
}

export function startGenerator(nodes: number): Generator {
  const child = spawn(process.execPath, [program, String(nodes)], { stdio: ["pipe", "pipe", "inherit"] });
  const pieces = child.stdout[Symbol.asyncIterator]() as AsyncIterator<Buffer>;
  let left: Buffer = Buffer.alloc(0);
  const read = async (length: number): Promise<Buffer> => {
    const whole = Buffer.allocUnsafe(length);
    for (let at = 0; at < length; ) {
      if (left.length === 0) left = await next();
      const taken = left.copy(whole, at);
      left = left.subarray(taken);
      at += taken;
    }
    return whole;
  };
  const next = async (): Promise<Buffer> => {
    const { value, done } = await pieces.next();
    if (done === true) throw new Error(`the generator of ${nodes} nodes has ended`);
    return value;
  };
  return {
    ask: async (question) => {
      child.stdin.write(`${JSON.stringify(question)}\n`);
      return read((await read(4)).readUInt32LE());
    },
    close: () => child.stdin.end(),
  };
}
