import { existsSync, readdirSync, symlinkSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { openFolder } from "../../src/bundle/folder-members.ts";
import { type ArchiveLimits, pathFault, usualLimits } from "../../src/bundle/members.ts";
import { openSavedState } from "../../src/bundle/open-saved-state.ts";
import { captureIds } from "../../src/model/capture.ts";
import { HealthError } from "../../src/model/errors.ts";
import { type TarEntry, tarGzOf, tarOf, zipOf } from "./archives.ts";
import { scratchFolder } from "./scratch-folder.ts";
import { seeded } from "./seeded.ts";

const scratch = scratchFolder();

/** Small enough that a thousand archives can try every one of them. */
const limits: ArchiveLimits = {
  members: 200,
  memberBytes: 64 * 1024,
  totalBytes: 512 * 1024,
  ratio: 60,
  ratioFromBytes: 32 * 1024,
  memoryBytes: 16 * 1024,
};

const evilPaths = [
  "../escape",
  "nodes/../../escape",
  "/etc/escape",
  "C:\\escape",
  "nodes\\..\\escape",
  "nodes/worker-1/./date.txt",
  "nodes//date.txt",
  `nodes/${"a".repeat(3000)}/date.txt`,
  "nodes/\u0000/date.txt",
  "kube/pods.json/../../../escape",
  "%2e%2e/escape",
  "",
];

const goodEntries: readonly TarEntry[] = [
  { path: "kube/pods.json", content: '{"items":[{"metadata":{"name":"a"},"spec":{"nodeName":"worker-1"}}]}' },
  { path: "nodes/worker-1/date.txt", content: "2031-05-02T09:14:30Z\n" },
  { path: "nodes/worker-1/cilium-health-status.json", content: '{"local":{"name":"worker-1"},"nodes":[]}' },
];

type Random = ReturnType<typeof seeded>;

const whole = (random: Random, below: number) => Math.floor(random() * below);

function pick<T>(random: Random, list: readonly T[]): T {
  const one = list[whole(random, list.length)];
  if (one === undefined) throw new Error("nothing to pick from");
  return one;
}

function evilEntry(random: Random): TarEntry {
  const path = pick(random, evilPaths);
  const content = Buffer.alloc(whole(random, 100_000), pick(random, ["\0", "x", "{", "[["]));
  switch (whole(random, 6)) {
    case 0:
      return { path: "nodes/worker-1/date.txt", content: "", type: "SymbolicLink", linkpath: "/etc/passwd" };
    case 1:
      return { path: "nodes/worker-1", content: "", type: "Link", linkpath: "../../etc/passwd" };
    case 2:
      return { path, content: "", type: pick(random, ["CharacterDevice", "FIFO", "Directory"]) };
    case 3:
      return { path: "nodes/worker-1/date.txt", content: "short", size: pick(random, [0, 4, 1 << 20, 0o77777777777]) };
    case 4:
      return {
        path: "index.json",
        content: pick(random, ['{"formatVersion":1e308}', "[[[[", '{"formatVersion":1,"members":[{"path":1}]}']),
      };
    default:
      return { path, content };
  }
}

function shuffledEntries(random: Random): TarEntry[] {
  const many = Array.from({ length: whole(random, 8) }, () => evilEntry(random));
  const flood =
    random() < 0.05 ? Array.from({ length: 300 }, (_, at) => ({ path: `nodes/n${at}/x`, content: "" })) : [];
  return [...goodEntries, ...many, ...flood].sort(() => random() - 0.5);
}

/** Bits turned, pieces cut out or doubled: what a bad disk or a clever mind does to a file. */
function damaged(random: Random, bytes: Buffer): Buffer {
  const copy = Buffer.from(bytes);
  for (let turns = whole(random, 12); turns > 0; turns--) copy[whole(random, copy.length)] = whole(random, 256);
  const cut = random() < 0.4 ? copy.subarray(0, whole(random, copy.length)) : copy;
  return random() < 0.1 ? Buffer.concat([cut, copy]) : cut;
}

function archive(random: Random): Buffer {
  const entries = shuffledEntries(random);
  const made = pick(random, [
    () => tarGzOf(entries),
    () => tarOf(entries),
    () => gzipSync(tarGzOf(entries)),
    () =>
      zipOf(
        entries.map(({ path, content, size }) => ({
          path,
          content,
          ...(size === undefined ? {} : { size }),
          mode: pick(random, [0o100644, 0o120777, 0]),
        })),
      ),
    () => gzipSync(Buffer.alloc(2_000_000)),
  ])();
  return random() < 0.6 ? damaged(random, made) : made;
}

describe("a thousand hostile archives", () => {
  it("are read or refused in a sentence, and never leave a file anywhere", async () => {
    const before = readdirSync(tmpdir()).filter((name) => name.startsWith("cilium-health-scratch-"));
    let [read, refused] = [0, 0];
    for (let seed = 1; seed <= 1000; seed++) {
      const file = scratch.write("hostile", archive(seeded(seed)));
      try {
        const state = await openSavedState(file, limits);
        for (const { outcome } of await state.lists()) expect(["ok", "absent"]).toContain(outcome.kind);
        for (const id of captureIds) await state.capture("worker-1", "a", id, []);
        await state.capture("../../escape", "..", "date.txt", []);
        await state.close();
        read++;
      } catch (error) {
        if (!(error instanceof HealthError)) throw new Error(`seed ${seed}`, { cause: error });
        expect(error.exitCode).toBe(3);
        refused++;
      }
    }
    expect(read).toBeGreaterThan(200);
    expect(refused).toBeGreaterThan(200);
    const folder = dirname(scratch.path("hostile"));
    expect(readdirSync(folder)).toEqual(["hostile"]);
    for (const place of [join(folder, "escape"), join(folder, "..", "escape"), "/etc/escape", "escape"]) {
      expect(existsSync(place), place).toBe(false);
    }
    expect(readdirSync(tmpdir()).filter((name) => name.startsWith("cilium-health-scratch-"))).toEqual(before);
  });
});

describe("an archive", () => {
  const open = (name: string, bytes: Buffer, some: Partial<ArchiveLimits> = {}) =>
    openSavedState(scratch.write(name, bytes), { ...usualLimits, ...some });

  it.each(evilPaths)("never gives a member called %j", (path) => {
    if (path !== "%2e%2e/escape") expect(pathFault(path)).not.toBe("");
  });

  it.each([
    ["too many members", { members: 2 }, /more than 2 members/],
    ["too many bytes", { totalBytes: 1024 }, /unpacks to more than/],
    ["too much in too little", { ratio: 2, ratioFromBytes: 0 }, /2 times its size/],
  ])("with %s is refused in a sentence", async (_what, some, message) => {
    await expect(open("limits.tar.gz", tarGzOf(goodEntries), some)).rejects.toThrow(message);
  });

  it("packed twice is not unpacked twice", async () => {
    await expect(open("twice.gz", gzipSync(tarGzOf(goodEntries)))).rejects.toThrow(/packed twice/);
  });

  it("says what it left out", async () => {
    const link = { path: "nodes/worker-1/link", content: "", type: "SymbolicLink", linkpath: "/etc/passwd" } as const;
    const state = await open("notes.tar.gz", tarGzOf([...goodEntries, link, { path: "../escape", content: "x" }]));
    expect(state.notes().join("\n")).toMatch(/link was left out.*SymbolicLink/);
    expect(state.notes().join("\n")).toContain("../escape was left out: its name leaves its folder");
    await state.close();
  });

  it("beyond the memory it may have is kept in a scratch file that is gone afterwards", async () => {
    const state = await open("big.tar.gz", tarGzOf(goodEntries), { memoryBytes: 10 });
    const date = await state.capture("worker-1", "a", "date.txt", []);
    expect(date?.outcome.kind === "ok" && new TextDecoder().decode(date.outcome.stdout)).toBe("2031-05-02T09:14:30Z\n");
    await state.close();
  });

  it("cut in the middle gives what is whole, and says so", async () => {
    const bytes = tarOf(goodEntries);
    const state = await open("cut.tar", bytes.subarray(0, 512 * 4 + 100));
    expect(state.partial).toBe(true);
    expect(state.notes().join()).toContain("stops in the middle");
    await state.close();
  });

  it("that is none is refused", async () => {
    await expect(open("none", Buffer.from("hello"))).rejects.toThrow(HealthError);
    await expect(openSavedState(scratch.path("nowhere"))).rejects.toThrow(/no such file/);
  });
});

describe("a zip", () => {
  it("says which member of it is damaged", async () => {
    const broken = "nodes/worker-1/cilium-health-status.json";
    const entries = [
      { path: "kube/nodes.json", content: '{"items":[]}' },
      { path: broken, content: "{}", crc: 1 },
    ];
    const state = await openSavedState(scratch.write("damaged.zip", zipOf(entries)));
    expect(await state.capture("worker-1", "cilium-a", "cilium-health-status.json", [])).toBeNull();
    expect(state.notes()).toEqual([`${broken} could not be read: the archive is damaged there`]);
    await state.close();
  });
});

describe("a folder", () => {
  it("says which file of it could not be read for its size, once", async () => {
    scratch.write("large/kube/nodes.json", '{"items":[]}');
    scratch.write("large/nodes/worker-1/cilium-health-status.json", "{}");
    scratch.write("large/nodes/worker-1/date.txt", "2026-01-01T00:00:00Z");
    const large = "nodes/worker-1/cilium-health-status.json";
    truncateSync(scratch.path(`large/${large}`), usualLimits.memberBytes + 1);
    const state = await openSavedState(scratch.path("large"));
    expect(state.notes()).toEqual([]);
    for (const _time of [1, 2]) {
      expect(await state.capture("worker-1", "cilium-a", "cilium-health-status.json", [])).toBeNull();
    }
    expect(await state.capture("worker-1", "cilium-a", "date.txt", [])).not.toBeNull();
    expect(state.notes()).toEqual([`${large} could not be read: no rights, or more than 256 MiB`]);
  });

  it("that holds nothing else says so beside what it could read", async () => {
    scratch.write("lone/worker-1.txt", "");
    truncateSync(scratch.path("lone/worker-1.txt"), usualLimits.memberBytes + 1);
    const refused = await openSavedState(scratch.path("lone")).catch((error: unknown) => error);
    expect(refused).toMatchObject({
      exitCode: 3,
      hint: expect.stringMatching(/^worker-1.txt could not be read: .*\nIt reads/),
    });
  });

  it("is read without following links out of it", async () => {
    scratch.write("secret-outside", "outside");
    const { mkdirSync } = await import("node:fs");
    mkdirSync(scratch.path("state/nodes/worker-1"), { recursive: true });
    symlinkSync(scratch.path("secret-outside"), scratch.path("state/nodes/worker-1/date.txt"));
    const members = await openFolder(scratch.path("state"));
    expect(members.paths).toEqual([]);
    expect(members.notes.join()).toContain("date.txt is no plain file");
  });
});
