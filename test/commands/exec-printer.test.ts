import { describe, expect, it } from "vitest";
import { PrefixPrinter } from "../../src/commands/exec-printer.ts";
import { silentIo } from "../recorded-report.ts";

const show = { color: "never", ascii: false, noHeaders: false, quiet: false } as const;

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

describe("lines with the name of their node", () => {
  it("come whole, though an agent cuts them anywhere, and stderr apart", async () => {
    const written = { stdout: "", stderr: "" };
    const output = async (stream: "stdout" | "stderr", piece: Uint8Array) => {
      written[stream] += new TextDecoder().decode(piece);
      return true;
    };
    const printer = new PrefixPrinter({ ...silentIo(), output }, show, () => {});
    for (const piece of ["a", "b\n\nc", "d"]) printer.add("worker-1", "stdout", bytes(piece));
    printer.add("worker-1", "stderr", bytes("oh\n"));
    await printer.end("worker-1");
    expect(written).toEqual({
      stdout: "worker-1| ab\nworker-1| \nworker-1| cd\n",
      stderr: "worker-1| oh\n",
    });
  });

  it("a node's own name cannot move the cursor", async () => {
    let written = "";
    const output = async (_stream: string, piece: Uint8Array) => {
      written += new TextDecoder().decode(piece);
      return true;
    };
    const printer = new PrefixPrinter({ ...silentIo(), output }, show, () => {});
    printer.add("a\u001b[2J", "stdout", bytes("x\n"));
    await printer.end("a\u001b[2J");
    expect(written).toBe("a\\x1b[2J| x\n");
  });

  it("make the agents wait where the reader does, and go on when it reads on", async () => {
    const line = bytes(`${"x".repeat(1024 * 1024 - 1)}\n`);
    let reads = () => {};
    let written = 0;
    const output = async (_stream: string, piece: Uint8Array) => {
      await new Promise<void>((resolve) => {
        reads = resolve;
      });
      written += piece.length;
      return true;
    };
    const printer = new PrefixPrinter({ ...silentIo(), output }, show, () => {});
    const waits: boolean[] = [];
    for (let at = 0; at < 6; at++) {
      printer.add("n", "stdout", line);
      waits.push(printer.full !== null);
    }
    expect(waits).toEqual([false, false, false, true, true, true]);
    const { full } = printer;
    await new Promise((resolve) => setImmediate(resolve));
    reads();
    await full;
    expect(written).toBe(6 * (line.length + "n| ".length));
    expect(printer.full).toBe(null);
  });

  /** A reader that takes one write at a time, while another agent never falls silent. */
  const besideATrickle = () => {
    const done: (() => void)[] = [];
    const output = async () => {
      await new Promise<void>((resolve) => done.push(resolve));
      return true;
    };
    const printer = new PrefixPrinter({ ...silentIo(), output }, show, () => {});
    const turn = () => new Promise((resolve) => setImmediate(resolve));
    const writes = async (count: number) => {
      for (let at = 0; at < count; at++) {
        await turn();
        printer.add("b", "stdout", bytes("a little\n"));
        done.shift()?.();
      }
      await turn();
    };
    return { printer, writes };
  };

  it("release an agent that waits though others go on to say a little", async () => {
    const { printer, writes } = besideATrickle();
    let isReleased = false;
    printer.add("a", "stdout", bytes(`${"x".repeat(5 * 1024 * 1024)}\n`));
    void printer.full?.then(() => {
      isReleased = true;
    });
    await writes(1);
    expect(isReleased).toBe(true);
    expect(printer.full).toBe(null);
  });

  it("of an agent that has ended are awaited alone, whatever others go on to say", async () => {
    const { printer, writes } = besideATrickle();
    let hasEnded = false;
    printer.add("b", "stdout", bytes("first\n"));
    await writes(1);
    printer.add("a", "stdout", bytes("last\n"));
    void printer.end("a").then(() => {
      hasEnded = true;
    });
    await writes(2);
    expect(hasEnded).toBe(true);
  });

  it("hold nobody up once nobody reads", async () => {
    let gone = 0;
    const printer = new PrefixPrinter({ ...silentIo(), output: async () => false }, show, () => void gone++);
    printer.add("n", "stdout", bytes(`${"x".repeat(5 * 1024 * 1024)}\n`));
    expect(printer.full).not.toBe(null);
    await printer.full;
    expect(gone).toBe(1);
    expect(printer.full).toBe(null);
  });
});
