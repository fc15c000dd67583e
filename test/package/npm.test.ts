import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { installTarball, packStaged } from "./npm-package.ts";
import { runIn, version } from "./packaged.ts";

const mostBytes = 3_000_000;
let folder = "";
let tarball = "";
let bin = "";

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cilium-health-npm-"));
  tarball = packStaged(folder);
  bin = installTarball(tarball, join(folder, "prefix"));
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** With the pinned Node alone in PATH. */
function installed(name: string, ...args: readonly string[]) {
  return runIn(folder, { PATH: `${dirname(process.execPath)}:/usr/bin:/bin`, HOME: "/nonexistent" })(
    join(bin, name),
    ...args,
  );
}

describe("the published package", () => {
  it("is one package without any dependency, as a tarball and unpacked at most 3 MB", () => {
    const packages = join(folder, "prefix", "lib", "node_modules");
    expect(readdirSync(packages)).toEqual(["kubectl-cilium-health"]);
    const files = readdirSync(join(packages, "kubectl-cilium-health"), { recursive: true, withFileTypes: true });
    expect(files.some((file) => file.name === "node_modules")).toBe(false);
    const sizes = files.filter((file) => file.isFile()).map((file) => statSync(join(file.parentPath, file.name)).size);
    expect(sizes.reduce((sum, size) => sum + size, 0)).toBeLessThanOrEqual(mostBytes);
    expect(statSync(tarball).size).toBeLessThanOrEqual(mostBytes);
  });

  it("carries its papers and no sources", () => {
    const names = readdirSync(join(folder, "prefix", "lib", "node_modules", "kubectl-cilium-health"));
    expect(names).toEqual(expect.arrayContaining(["LICENSE", "README.md", "CHANGELOG.md", "THIRD-PARTY-NOTICES"]));
    expect(names.filter((name) => /\.ts$|^test$|^src$|^krew$|lock/.test(name))).toEqual([]);
    const manifest = readFileSync(
      join(folder, "prefix", "lib", "node_modules", "kubectl-cilium-health", "package.json"),
      "utf8",
    );
    expect(JSON.parse(manifest)).toMatchObject({ version, engines: { node: ">=22.19" } });
    expect(manifest).not.toMatch(/ependencies|scripts|"private"/);
  });

  it("runs: version, help, demo", () => {
    expect(installed("kubectl-cilium_health", "version").stdout).toBe(`kubectl-cilium_health ${version}\n`);
    expect(installed("kubectl-cilium_health", "--help")).toMatchObject({ status: 0, stderr: "" });
    const { status, stdout } = installed("kubectl-cilium_health", "demo", "zone-partition", "--exit-code");
    expect(status).toBe(1);
    expect(stdout).toContain("UNREACHABLE");
  });

  it("answers kubectl's completion through the file that npm links beside it", () => {
    expect(installed("kubectl_complete-cilium_health", "completion", "")).toMatchObject({
      status: 0,
      stdout: "kubectl\nbash\nzsh\n:4\n",
      stderr: "",
    });
  });
});
