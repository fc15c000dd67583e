import { describe, expect, it } from "vitest";
import { releaseNotes } from "../../krew/changelog.ts";

const changelog = `# Changelog

## 1.3.0 (unreleased)

- soon

## 1.2.0 (2031-05-02)

- \`pair\` is quicker.

## 1.1.0 (2031-04-01)
`;

describe("release notes", () => {
  it("are the section of the version", () => {
    expect(releaseNotes(changelog, "1.2.0")).toEqual({ text: "- `pair` is quicker.\n" });
  });

  it.each([
    ["1.3.0", 'CHANGELOG.md gives 1.3.0 no date: "## 1.3.0 (unreleased)"'],
    ["1.1.0", "CHANGELOG.md says nothing about 1.1.0"],
    ["1.2", "CHANGELOG.md has no section for 1.2"],
  ])("are missing for %s: %s", (version, problem) => {
    expect(releaseNotes(changelog, version)).toEqual({ problem });
  });
});
