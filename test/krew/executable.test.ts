import { describe, expect, it } from "vitest";
import { targetOf } from "../../krew/executable.ts";

function header(write: (bytes: Buffer) => void): Buffer {
  const bytes = Buffer.alloc(256);
  write(bytes);
  return bytes;
}

const elf = (machine: number) =>
  header((bytes) => {
    bytes.writeUInt32BE(0x7f454c46, 0);
    bytes.writeUInt16LE(machine, 18);
  });
const machO = (cpu: number) =>
  header((bytes) => {
    bytes.writeUInt32LE(0xfeedfacf, 0);
    bytes.writeUInt32LE(cpu, 4);
  });
const pe = (machine: number) =>
  header((bytes) => {
    bytes.write("MZ", 0, "latin1");
    bytes.writeUInt32LE(128, 60);
    bytes.write("PE\0\0", 128, "latin1");
    bytes.writeUInt16LE(machine, 132);
  });

describe("a program's header says what it is for", () => {
  it.each([
    ["ELF, x86-64", elf(62), { os: "linux", arch: "amd64" }],
    ["ELF, AArch64", elf(183), { os: "linux", arch: "arm64" }],
    ["ELF, another processor", elf(243), null],
    ["Mach-O, x86-64", machO(0x01000007), { os: "darwin", arch: "amd64" }],
    ["Mach-O, arm64", machO(0x0100000c), { os: "darwin", arch: "arm64" }],
    ["PE, x64", pe(0x8664), { os: "windows", arch: "amd64" }],
    ["PE, ARM64", pe(0xaa64), { os: "windows", arch: "arm64" }],
    ["a script", Buffer.from(`#!/bin/sh\n${" ".repeat(64)}`), null],
    ["nothing", Buffer.alloc(0), null],
  ])("%s", (_what, bytes, target) => {
    expect(targetOf(bytes)).toEqual(target);
  });
});
