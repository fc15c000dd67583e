import { createHash } from "node:crypto";
import { describe, expect, it } from "vitest";
import { readCodeSignature } from "../../krew/code-signature.ts";

const pageSize = 4096;

/** The smallest Mach-O with an ad-hoc signature: a header, one load command, content, one code directory. */
function signedProgram(contentBytes: number, identifier = "kubectl-cilium_health"): Buffer {
  const content = Buffer.alloc(contentBytes, 0xab);
  content.writeUInt32LE(0xfeedfacf, 0);
  content.writeUInt32LE(0x01000007, 4);
  content.writeUInt32LE(1, 16);
  content.writeUInt32LE(0x1d, 32);
  content.writeUInt32LE(16, 36);
  content.writeUInt32LE(contentBytes, 40);
  return Buffer.concat([content, superBlob(codeDirectory(content, identifier))]);
}

function superBlob(directory: Buffer): Buffer {
  const head = Buffer.alloc(20);
  for (const [at, value] of [0xfade0cc0, 20 + directory.length, 1, 0, 20].entries()) head.writeUInt32BE(value, at * 4);
  return Buffer.concat([head, directory]);
}

function codeDirectory(content: Buffer, identifier: string): Buffer {
  const pages = Math.ceil(content.length / pageSize);
  const name = Buffer.from(`${identifier}\0`);
  const head = Buffer.alloc(88);
  const hashOffset = head.length + name.length;
  const fields = [0xfade0c02, hashOffset + pages * 32, 0x20400, 0x2, hashOffset, head.length, 0, pages, content.length];
  for (const [at, value] of fields.entries()) head.writeUInt32BE(value, at * 4);
  head.set([32, 2, 0, 12], 36);
  const hashes = Array.from({ length: pages }, (_, page) =>
    createHash("sha256")
      .update(content.subarray(page * pageSize, (page + 1) * pageSize))
      .digest(),
  );
  return Buffer.concat([head, name, ...hashes]);
}

describe("a Mach-O's code signature", () => {
  it("is good when every page has the hash it says", () => {
    expect(readCodeSignature(signedProgram(3 * pageSize + 100))).toEqual({
      identifier: "kubectl-cilium_health",
      adHoc: true,
      pages: 4,
      badPages: 0,
      covered: true,
    });
  });

  it.each([
    ["the first page", 100, 1],
    ["the last, short page", 3 * pageSize + 50, 1],
  ])("is bad when a byte of %s was changed afterwards", (_what, at, badPages) => {
    const program = signedProgram(3 * pageSize + 100);
    program.writeUInt8(0, at);
    expect(readCodeSignature(program)).toMatchObject({ badPages });
  });

  it("does not cover what was put in behind the signed pages", () => {
    const program = signedProgram(2 * pageSize);
    const longer = Buffer.concat([
      program.subarray(0, 2 * pageSize),
      Buffer.alloc(pageSize),
      program.subarray(2 * pageSize),
    ]);
    longer.writeUInt32LE(3 * pageSize, 40);
    expect(readCodeSignature(longer)).toMatchObject({ covered: false });
  });

  it("is missing where no load command names one", () => {
    const program = signedProgram(pageSize);
    program.writeUInt32LE(0x19, 32);
    expect(readCodeSignature(program)).toBeNull();
  });

  it("is only looked for in a thin 64-bit Mach-O", () => {
    expect(() => readCodeSignature(Buffer.alloc(64))).toThrow("no thin 64-bit Mach-O");
  });
});
