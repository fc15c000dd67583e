import { type SpawnSyncReturns, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";

/** The checkout this file belongs to. */
export const projectRoot = join(import.meta.dirname, "..", "..");

const programsRoot = join(import.meta.dirname, "programs");
const cacheRoot = join(projectRoot, ".e2e", "bin");

/** One go.mod below `programs/` and what is made of it. */
interface Program {
  readonly folder: string;
  /** Binary name → package to build. */
  readonly binaries: Readonly<Record<string, string>>;
  readonly ldflags: string;
  /** Files of a required module that belong next to the binaries. */
  readonly copies?: { readonly module: string; readonly files: readonly string[] };
}

const kubernetesVersion = "k8s.io/component-base/version";

const programs = [
  { folder: "etcd", binaries: { etcd: "." }, ldflags: "" },
  { folder: "kwok", binaries: { kwok: "sigs.k8s.io/kwok/cmd/kwok" }, ldflags: "" },
  {
    folder: "kube",
    binaries: { "kube-apiserver": "k8s.io/kubernetes/cmd/kube-apiserver", kubectl: "k8s.io/kubernetes/cmd/kubectl" },
    ldflags: `-X ${kubernetesVersion}.gitVersion=v1.36.3 -X ${kubernetesVersion}.gitMajor=1 -X ${kubernetesVersion}.gitMinor=36`,
  },
  {
    folder: "cilium",
    binaries: {
      "cilium-health": "github.com/cilium/cilium/cilium-health",
      "cilium-dbg": "github.com/cilium/cilium/cilium-dbg",
    },
    // The stamp of the recorded agents, so that what is printed here equals what was recorded.
    ldflags: "-X 'github.com/cilium/cilium/pkg/version.ciliumVersion=1.19.3 5a1d2f3b 2026-03-17T10:00:00Z'",
    copies: {
      module: "github.com/cilium/cilium",
      files: ["ciliumnodes.yaml", "ciliumclusterwidenetworkpolicies.yaml"].map((name) =>
        join("pkg/k8s/apis/cilium.io/client/crds/v2", name),
      ),
    },
  },
] as const satisfies readonly Program[];

type BinaryName = "etcd" | "kwok" | "kube-apiserver" | "kubectl" | "cilium-health" | "cilium-dbg";

/** Absolute paths of what the rig runs. */
export interface Built {
  readonly binaries: Readonly<Record<BinaryName, string>>;
  /** CustomResourceDefinition manifests of Cilium. */
  readonly crds: readonly string[];
}

/** `go version`'s answer, or null where there is no Go. */
export function goVersion(): string | null {
  const outcome = spawnSync("go", ["version"], { encoding: "utf8" });
  return outcome.status === 0 ? outcome.stdout.trim() : null;
}

/** Builds what is not built yet for the committed go.mod files; `say` gets a line per module built. */
export function buildPrograms(go: string, say: (line: string) => void): Built {
  for (const program of programs) {
    const target = folderOf(program);
    if (existsSync(target)) continue;
    say(`building ${Object.keys(program.binaries).join(" and ")} (${go})`);
    buildInto(program, target);
    removeOlder(program, target);
  }
  return built();
}

/** Where the built programs are; throws when `npm run test:e2e` has not built them for this tree. */
export function built(): Built {
  const missing = programs.find((program) => !existsSync(folderOf(program)));
  if (missing) throw new Error(`${missing.folder} is not built for this tree: run npm run test:e2e, which builds it`);
  const binary = (name: BinaryName): string => {
    const owner = programs.find((program) => name in program.binaries);
    if (!owner) throw new Error(`no program below ${programsRoot} builds ${name}`);
    return join(folderOf(owner), name);
  };
  return {
    binaries: {
      etcd: binary("etcd"),
      kwok: binary("kwok"),
      "kube-apiserver": binary("kube-apiserver"),
      kubectl: binary("kubectl"),
      "cilium-health": binary("cilium-health"),
      "cilium-dbg": binary("cilium-dbg"),
    },
    crds: programs.flatMap((program: Program) =>
      (program.copies?.files ?? []).map((file) => join(folderOf(program), baseName(file))),
    ),
  };
}

/** The stock kubectl of this tier. */
export function kubectlPath(): string {
  return built().binaries.kubectl;
}

function folderOf(program: Program): string {
  const hash = createHash("sha256").update(program.ldflags);
  const source = join(programsRoot, program.folder);
  for (const name of readdirSync(source).sort()) hash.update(`\n${name}\n`).update(readFileSync(join(source, name)));
  return join(cacheRoot, `${program.folder}-${hash.digest("hex").slice(0, 12)}`);
}

function buildInto(program: Program, target: string): void {
  const half = `${target}.partial`;
  rmSync(half, { recursive: true, force: true });
  mkdirSync(half, { recursive: true });
  for (const [name, source] of Object.entries(program.binaries)) {
    go(program, [
      "build",
      "-mod=readonly",
      "-buildvcs=false",
      "-ldflags",
      program.ldflags,
      "-o",
      join(half, name),
      source,
    ]);
  }
  if (program.copies) {
    const module = go(program, ["list", "-mod=readonly", "-m", "-f", "{{.Dir}}", program.copies.module]).stdout.trim();
    for (const file of program.copies.files) copyFileSync(join(module, file), join(half, baseName(file)));
  }
  renameSync(half, target);
}

function go(program: Program, args: readonly string[]): SpawnSyncReturns<string> {
  const cwd = join(programsRoot, program.folder);
  // The toolchain that is there, never a downloaded one, and the versions of go.sum, never newer ones.
  const env = { ...process.env, GOTOOLCHAIN: "local", GOFLAGS: "", GOWORK: "off" };
  const outcome = spawnSync("go", args, { cwd, env, encoding: "utf8", maxBuffer: 64 * 1024 * 1024 });
  if (outcome.status === 0) return outcome;
  const lines = outcome.stderr
    .trimEnd()
    .split("\n")
    .filter((line) => !line.startsWith("go: downloading"));
  throw new Error(`go ${args[0]} failed in test/e2e/programs/${program.folder}:\n${lines.slice(-20).join("\n")}`);
}

function removeOlder(program: Program, current: string): void {
  for (const name of readdirSync(cacheRoot)) {
    const path = join(cacheRoot, name);
    if (name.startsWith(`${program.folder}-`) && path !== current) rmSync(path, { recursive: true, force: true });
  }
}

function baseName(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
