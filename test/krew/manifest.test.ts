import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { parse } from "yaml";
import { projectManifest } from "../../krew/bundle.ts";
import { downloadUrl, krewManifest } from "../../krew/manifest.ts";
import { type ArchiveFacts, manifestProblems } from "../../krew/manifest-rules.ts";
import { archiveName, platforms } from "../../krew/platforms.ts";

const project = await projectManifest();
const template = readFileSync(new URL("../../krew/cilium-health.yaml", import.meta.url), "utf8");
const fileName = "cilium-health.yaml";
/** Digits alone: what a reader without quotes takes for a number. */
const digits = "0".repeat(64);

const good = krewManifest(
  template,
  project,
  platforms.map((platform) => ({ platform, sha256: digits })),
);
const archives: ReadonlyMap<string, ArchiveFacts> = new Map(
  platforms.map((platform) => [
    archiveName(platform, project.version),
    {
      sha256: digits,
      members: [
        { name: platform.program, mode: 0o755 },
        { name: "LICENSE", mode: 0o644 },
      ],
    },
  ]),
);

function problemsOf(text: string, facts = archives, name = fileName): string[] {
  return manifestProblems(text, name, facts);
}

function changed(from: string | RegExp, to: string): string {
  const text = good.replace(from, to);
  expect(text).not.toBe(good);
  return text;
}

describe("the krew manifest", () => {
  it("of six archives breaks none of krew's rules", () => {
    expect(problemsOf(good)).toEqual([]);
  });

  it("names each archive where the release will have it, with its checksum as a text", () => {
    const { spec } = parse(good) as { spec: { version: string; platforms: { uri: string; sha256: string }[] } };
    expect(spec.version).toBe(`v${project.version}`);
    expect(spec.platforms.map(({ uri }) => uri)).toEqual(
      platforms.map((one) => downloadUrl(project.repository.url, project.version, archiveName(one, project.version))),
    );
    for (const { sha256 } of spec.platforms) expect(sha256).toBe(digits);
  });
});

describe("a manifest is refused", () => {
  it.each<[what: string, from: string | RegExp, to: string, said: string]>([
    ["under another apiVersion", "v1alpha2", "v1", "apiVersion is not krew's v1alpha2"],
    ["of another kind", "kind: Plugin", "kind: Pod", "kind is not Plugin"],
    ["whose name is not the file's", "name: cilium-health", "name: health", "is not named after metadata.name"],
    ["with a space in its name", "name: cilium-health", "name: cilium health", "characters other than"],
    ["whose name begins with kubectl", "name: cilium-health", "name: kubectl-cilium-health", "begins with kube"],
    ["without a leading v", /version: v/, "version: ", "with a leading v"],
    ["with half a version", /version: v.*/, "version: v1.0", "with a leading v"],
    ["without a short description", /shortDescription: .*/, 'shortDescription: ""', "is not one line"],
    ["with a long short description", /shortDescription: /, `shortDescription: ${"x".repeat(101)}`, "longer than 100"],
    ["without a description", "  description: |", "  describtion: |", "description is missing"],
    ["with a misspelt key", "  description: |", "  describtion: |", "unknown key describtion"],
    ["without a homepage", /homepage: https.*/, 'homepage: ""', "homepage is not an https address"],
    ["with a plain http address", /uri: https/, "uri: http", "is not an https address"],
    ["with another archive form", ".tar.gz", ".tar.xz", "of a .tar.gz or .zip"],
    ["with an unquoted checksum of digits", `"${digits}"`, digits, "sha256 is not a text of 64"],
    ["with a checksum in capitals", `"${digits}"`, `"${"A".repeat(64)}"`, "sha256 is not a text of 64"],
    ["with a checksum that is not the archive's", `"${digits}"`, `"${"1".repeat(64)}"`, "sha256 is not the archive's"],
    ["whose program is outside the archive", "bin: kubectl", "bin: ../kubectl", "is not a path below"],
    ["whose Windows program is no .exe", "health.exe", "health", "must end in .exe on Windows"],
    ["with an empty list of files", /( +)bin: kubectl.*/, "$&\n$1files: []", "files is empty"],
    ["for an unknown system", "os: linux", "os: plan9", "plan9/amd64 is no pair that krew knows"],
    ["for a system on every processor", /os: linux\n +arch: amd64/, "os: linux", "linux/ is no pair that krew knows"],
    ["that selects by something else", "os: linux", "os: linux\n          region: eu", "linux+region/amd64 is no pair"],
    ["that selects a pair twice", "arch: arm64", "arch: amd64", "linux/amd64 is selected twice"],
    ["without any platform", / {2}platforms:[\s\S]*/, "  platforms: []\n", "platforms: there is none"],
  ])("%s", (_what, from, to, said) => {
    expect(problemsOf(changed(from, to)).join("\n")).toContain(said);
  });

  const [first] = platforms;
  const name = archiveName(first ?? { os: "linux", arch: "amd64", ending: ".tar.gz" }, project.version);
  it.each<[what: string, members: ArchiveFacts["members"], said: string]>([
    [
      "holds the program without its execute bit, which krew lets pass",
      [
        { name: "kubectl-cilium_health", mode: 0o644 },
        { name: "LICENSE", mode: 0o644 },
      ],
      "has mode 644, not 755",
    ],
    ["holds no program", [{ name: "LICENSE", mode: 0o644 }], "the archive holds no kubectl-cilium_health"],
    ["holds no licence", [{ name: "kubectl-cilium_health", mode: 0o755 }], "the archive holds no licence"],
  ])("when an archive %s", (_what, members, said) => {
    expect(problemsOf(good, new Map([...archives, [name, { sha256: digits, members }]])).join("\n")).toContain(said);
  });
});
