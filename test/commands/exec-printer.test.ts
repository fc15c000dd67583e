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
});
