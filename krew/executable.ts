import type { Arch, Os } from "./platforms.ts";

const elfMachines: Readonly<Record<number, Arch>> = { 62: "amd64", 183: "arm64" };
const machOCpus: Readonly<Record<number, Arch>> = { 16777223: "amd64", 16777228: "arm64" };
const peMachines: Readonly<Record<number, Arch>> = { 34404: "amd64", 43620: "arm64" };

/** Which system and processor a program is for, by its own header; null for anything else. */
export function targetOf(file: Buffer): { readonly os: Os; readonly arch: Arch } | null {
  if (file.length < 64) return null;
  if (file.readUInt32BE(0) === 0x7f454c46) return target("linux", elfMachines[file.readUInt16LE(18)]);
  if (file.readUInt32LE(0) === 0xfeedfacf) return target("darwin", machOCpus[file.readUInt32LE(4)]);
  if (file.toString("latin1", 0, 2) !== "MZ") return null;
  const header = file.readUInt32LE(60);
  if (header + 6 > file.length || file.toString("latin1", header, header + 4) !== "PE\0\0") return null;
  return target("windows", peMachines[file.readUInt16LE(header + 4)]);
}

function target(os: Os, arch: Arch | undefined): { readonly os: Os; readonly arch: Arch } | null {
  return arch === undefined ? null : { os, arch };
}
