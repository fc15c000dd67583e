import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

interface Locked {
  readonly version?: string;
  readonly resolved?: string;
  readonly integrity?: string;
  readonly link?: boolean;
  readonly optional?: boolean;
  readonly os?: readonly string[];
  readonly cpu?: readonly string[];
  readonly libc?: readonly string[];
  readonly hasInstallScript?: boolean;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

const read = (name: string) => readFileSync(new URL(`../${name}`, import.meta.url), "utf8");
const { packages } = JSON.parse(read("package-lock.json")) as { readonly packages: Readonly<Record<string, Locked>> };
const manifest = JSON.parse(read("package.json")) as Readonly<Record<string, Readonly<Record<string, string>>>>;
const installed = Object.entries(packages).filter(([path, one]) => path.includes("node_modules/") && one.link !== true);

/** Where `npm ci` of this project puts it: what a test or a build runs on. */
function isForHere({ os = ["linux"], cpu = ["x64"], libc = ["glibc"] }: Locked): boolean {
  return os.includes("linux") && (cpu.includes("x64") || cpu.includes("arm64")) && libc.includes("glibc");
}

/** As Node looks it up: beside, then further up. */
function lookUp(from: string, name: string): Locked | undefined {
  for (let at = from; ; at = at.slice(0, Math.max(0, at.lastIndexOf("/node_modules/")))) {
    const found = packages[`${at === "" ? "" : `${at}/`}node_modules/${name}`];
    if (found !== undefined || at === "") return found;
  }
}

describe("dependencies", () => {
  it("are asked for by one exact version each", () => {
    const asked = Object.entries({ ...manifest["dependencies"], ...manifest["devDependencies"] });
    expect(asked.filter(([, version]) => !/^\d+\.\d+\.\d+(?:-[\w.]+)?$/.test(version))).toEqual([]);
  });

  it("are locked by version and checksum, from the registry alone", () => {
    expect(installed.length).toBeGreaterThan(150);
    const odd = installed.filter(([, one]) => {
      const isOurs = one.resolved === undefined || one.resolved.startsWith("https://registry.npmjs.org/");
      const isLocked = /^sha512-/.test(one.integrity ?? "") || (one.optional === true && !isForHere(one));
      return one.version === undefined || !isOurs || !isLocked;
    });
    expect(odd.map(([path]) => path)).toEqual([]);
  });

  it("are locked for every platform: npm 11 installs nothing from a lock that leaves an optional one out", () => {
    const missing = Object.entries(packages).flatMap(([path, { optionalDependencies = {} }]) =>
      Object.entries(optionalDependencies)
        .filter(([name]) => lookUp(path, name) === undefined)
        .map(([name]) => `${path} → ${name}`),
    );
    expect(missing).toEqual([]);
  });

  it("run nothing when they are installed", () => {
    expect(read(".npmrc")).toMatch(/^ignore-scripts=true$/m);
    const own = Object.keys(manifest["scripts"] ?? {});
    expect(own.filter((name) => /^(?:pre|post)|^(?:install|prepare|prepublish)/.test(name))).toEqual([]);
  });
});
