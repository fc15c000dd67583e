import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { archiveBytes, type Member, sha256 } from "../../krew/archive.ts";
import { readArchive } from "../../krew/read-archive.ts";

const members: readonly Member[] = [
  { name: "kubectl-cilium_health", bytes: Buffer.from("#!program".repeat(10_000)), mode: 0o755 },
  { name: "LICENSE", bytes: Buffer.from("licence"), mode: 0o644 },
  { name: "README.md", bytes: Buffer.alloc(0), mode: 0o644 },
];

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "archive-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe.each([".tar.gz", ".zip"] as const)("an archive as %s", (ending) => {
  it("gives back every member with its mode, sorted by name", async () => {
    const bytes = await archiveBytes(members, ending);
    const path = join(folder, `archive${ending}`);
    writeFileSync(path, bytes);
    const read = await readArchive(path, bytes);
    expect(read.map(({ name, mode }) => [name, mode])).toEqual([
      ["LICENSE", 0o644],
      ["README.md", 0o644],
      ["kubectl-cilium_health", 0o755],
    ]);
    for (const { name, bytes: content } of members) {
      expect(read.find((one) => one.name === name)?.bytes.equals(content)).toBe(true);
    }
  });

  it("is the same to the byte when it is made again, in another order and another time zone", async () => {
    const before = process.env["TZ"];
    const first = sha256(await archiveBytes(members, ending));
    process.env["TZ"] = "Pacific/Kiritimati";
    const second = sha256(await archiveBytes(members.toReversed(), ending));
    if (before === undefined) delete process.env["TZ"];
    else process.env["TZ"] = before;
    expect(second).toBe(first);
  });
});
