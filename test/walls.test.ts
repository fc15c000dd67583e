import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const src = new URL("../src/", import.meta.url);

const entry = "kubectl-cilium_health.ts";

interface Room {
  /** Other rooms it may import from. */
  readonly rooms: readonly string[];
  /** Packages, and `node:*` for Node's own modules. */
  readonly packages: readonly string[];
  readonly why: string;
}

/** One-way flow: argv → request → captures → facts → report → text. Each line says why nothing more is needed. */
const rooms: Readonly<Record<string, Room>> = {
  model: { rooms: [], packages: [], why: "the words everybody shares depend on nobody" },
  parse: { rooms: ["model"], packages: [], why: "bytes to facts: a function of its arguments" },
  analyse: { rooms: ["model"], packages: [], why: "facts to report: a function of its arguments" },
  render: {
    rooms: ["model"],
    packages: ["chalk", "cli-table3", "diff"],
    why: "a report to text; the only room that knows colours, tables and how texts differ",
  },
  cluster: {
    rooms: ["model"],
    packages: [
      "@kubernetes/client-node",
      "ws",
      "yaml",
      "http-proxy-agent",
      "https-proxy-agent",
      "socks-proxy-agent",
      "node:*",
    ],
    why: "all that knows Kubernetes; with demo the only importer of its client and of ws",
  },
  collect: { rooms: ["model"], packages: [], why: "what to run in an agent, as data; the cluster is handed to it" },
  demo: {
    rooms: ["model"],
    packages: ["@kubernetes/client-node", "ws", "node:*"],
    why: "the other end of the wire: it must share no code with the client it proves",
  },
  bundle: {
    rooms: ["model"],
    packages: ["node:*", "tar", "yauzl", "yaml"],
    why: "captures to disk and back, read through kept archive libraries; a sysdump's lists are YAML",
  },
  cli: { rooms: ["model"], packages: ["yargs", "yargs/helpers"], why: "argv to a plain value" },
  commands: {
    rooms: ["analyse", "bundle", "cluster", "collect", "demo", "model", "parse", "render"],
    packages: ["node:*"],
    why: "wiring alone may know every room, but neither argv nor the process",
  },
  "kubectl-cilium_health.ts": {
    rooms: ["main.ts"],
    packages: [],
    why: "the entry: it must load on a Node that is too old for everything else, and say so",
  },
  "main.ts": {
    rooms: ["cli", "commands", "model"],
    packages: ["node:*"],
    why: "the process edge hands argv to cli and a request to commands",
  },
};

/** Single edges that a room may have beyond its line. */
const exceptions: readonly { readonly from: string; readonly to: string; readonly why: string }[] = [
  { from: "collect/", to: "cluster/cluster.ts", why: "the interface of what runs an exec; a type, nothing that runs" },
  {
    from: "commands/",
    to: "cli/request.ts",
    why: "the request, the plain value that cli hands over; a type, nothing that parses",
  },
];

const pureRooms = ["analyse", "parse", "render", "model"];

interface Import {
  readonly file: string;
  /** A path under src, or a package's name. */
  readonly to: string;
  readonly typeOnly: boolean;
}

const patterns: readonly { readonly pattern: RegExp; readonly typeOnly: boolean }[] = [
  { pattern: /^\s*(?:import|export)\s+type\s[^;"']*?\sfrom\s+["']([^"']+)["']/gm, typeOnly: true },
  { pattern: /^\s*(?:import|export)\s+(?!type\s)[^;"']*?\sfrom\s+["']([^"']+)["']/gm, typeOnly: false },
  { pattern: /^\s*import\s+["']([^"']+)["']/gm, typeOnly: false },
  { pattern: /\bimport\(\s*["']([^"']+)["']\s*\)/g, typeOnly: false },
  { pattern: /\brequire\(\s*["']([^"']+)["']\s*\)/g, typeOnly: false },
  { pattern: /\bnew URL\(\s*["'](\.[^"']+\.ts)["']\s*,\s*import\.meta\.url/g, typeOnly: false },
];

const files = readdirSync(src, { recursive: true, encoding: "utf8" })
  .map((file) => file.replaceAll("\\", "/"))
  .filter((file) => file.endsWith(".ts"))
  .sort();
const texts = new Map(files.map((file) => [file, readFileSync(new URL(file, src), "utf8")]));
const imports = files.flatMap(importsOf);

function importsOf(file: string): Import[] {
  const text = texts.get(file) ?? "";
  return patterns.flatMap(({ pattern, typeOnly }) =>
    [...text.matchAll(pattern)].map(([, target = ""]) => ({ file, to: resolve(file, target), typeOnly })),
  );
}

function resolve(file: string, target: string): string {
  if (!target.startsWith(".")) return target;
  return new URL(target, new URL(file, src)).href.slice(src.href.length);
}

/** The room of a path under src: its first folder, or the file itself. */
function roomOf(path: string): string {
  return path.split("/")[0] ?? path;
}

function isOurs(to: string): boolean {
  return files.includes(to) || to.endsWith(".ts");
}

function isAllowed({ file, to }: Import): boolean {
  const own = rooms[roomOf(file)];
  if (own === undefined) return false;
  if (!isOurs(to)) return own.packages.some((name) => name === to || (name === "node:*" && to.startsWith("node:")));
  const room = roomOf(to);
  if (room === roomOf(file) || own.rooms.includes(room)) return true;
  return exceptions.some((one) => file.startsWith(one.from) && to === one.to);
}

function said({ file, to }: Import): string {
  return `${file} imports ${to}`;
}

/** Code without comments and texts, so that words in them do not count. */
function codeOf(file: string): string {
  return (texts.get(file) ?? "")
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(^|[^:])\/\/.*$/gm, "$1")
    .replace(/"(?:[^"\\\n]|\\.)*"|'(?:[^'\\\n]|\\.)*'/g, '""');
}

function filesWith(pattern: RegExp, where: (file: string) => boolean): string[] {
  return files.filter((file) => where(file) && pattern.test(codeOf(file)));
}

describe("the walls between rooms", () => {
  it("every room is in the table, with a reason", () => {
    expect([...new Set(files.map(roomOf))].filter((room) => rooms[room] === undefined)).toEqual([]);
    for (const { why } of [...Object.values(rooms), ...exceptions]) expect(why.length).toBeGreaterThan(10);
  });

  it("imports go only along the arrows", () => {
    expect(imports.filter((one) => !isAllowed(one)).map(said)).toEqual([]);
  });

  it("every file that is imported exists", () => {
    expect(imports.filter(({ to }) => to.endsWith(".ts") && !files.includes(to)).map(said)).toEqual([]);
  });

  it("what is an exception is a type alone", () => {
    const used = imports.filter(({ file, to }) => exceptions.some((one) => file.startsWith(one.from) && to === one.to));
    expect(used.filter((one) => !one.typeOnly).map(said)).toEqual([]);
    for (const one of exceptions) expect(used.some(({ to }) => to === one.to)).toBe(true);
  });

  it("no room is a drawer for everything", () => {
    const folders = files.flatMap((file) => file.split("/").slice(0, -1));
    const names = [...folders, ...files.map((file) => file.split("/").at(-1)?.replace(/\.ts$/, "") ?? "")];
    expect(names.filter((name) => /^(?:utils?|common|helpers?|misc|shared)$/.test(name))).toEqual([]);
  });

  it("imports name files with their ending", () => {
    const relative = [...texts].flatMap(([file, text]) =>
      [...text.matchAll(/\bfrom\s+"(\.[^"]*)"/g)].map((match) => [file, match[1] ?? ""] as const),
    );
    expect(relative.filter(([, target]) => !target.endsWith(".ts"))).toEqual([]);
  });
});

describe("the process edge", () => {
  const isEdge = (file: string) => file === "main.ts" || file === entry;
  const mayWrite = (file: string) => isEdge(file) || file.startsWith("commands/");

  it("main.ts and the entry before it alone touch the process", () => {
    expect(filesWith(/\bprocess\s*[.[]|\bglobalThis\.process\b/, (file) => !isEdge(file))).toEqual([]);
    expect(imports.filter(({ file, to }) => to === "node:process" && !isEdge(file)).map(said)).toEqual([]);
  });

  it("they and the commands alone write to streams", () => {
    expect(filesWith(/\b(?:stdout|stderr)\s*\.\s*write\(|\bconsole\s*\./, (file) => !mayWrite(file))).toEqual([]);
  });

  it.each([
    ["the clock", /\bDate\.now\(|\bnew Date\(\s*\)|(?<!new )\bDate\(\s*\)|\bperformance\.now\(/],
    ["chance", /\bMath\.random\(|\brandomUUID\(/],
    ["files, the network or the environment", /\bfetch\(|\bprocess\b|\bimport\.meta\b|\bsetTimeout\(|\bsetInterval\(/],
  ])("parse, analyse, render and model do not know %s", (_what, pattern) => {
    expect(filesWith(pattern, (file) => pureRooms.includes(roomOf(file)))).toEqual([]);
  });
});

describe("dead ends", () => {
  it("the entry reaches every file", () => {
    const reached = new Set([entry]);
    for (const file of reached) {
      for (const one of imports) if (one.file === file && files.includes(one.to)) reached.add(one.to);
    }
    expect(files.filter((file) => !reached.has(file))).toEqual([]);
  });
});

describe("the reading of imports itself", () => {
  it("sees static, type, side-effect and dynamic imports", () => {
    const text = [
      'import { a } from "../model/a.ts";',
      'import type { B } from "../cluster/b.ts";',
      'import {\n  c,\n  type D,\n} from "chalk";',
      'import "ws";',
      'export { e } from "./e.ts";',
      'export type { F } from "./f.ts";',
      'const g = await import("../cluster/open.ts");',
      'type H = import("../model/h.ts").H;',
    ].join("\n");
    texts.set("parse/sample.ts", text);
    const found = importsOf("parse/sample.ts").map(({ to, typeOnly }) => `${to}${typeOnly ? " type" : ""}`);
    texts.delete("parse/sample.ts");
    expect(found.sort()).toEqual([
      "chalk",
      "cluster/b.ts type",
      "cluster/open.ts",
      "model/a.ts",
      "model/h.ts",
      "parse/e.ts",
      "parse/f.ts type",
      "ws",
    ]);
  });
});

describe("the wall around the diagnosis bench", () => {
  const bench = new URL("bench/diagnosis/", import.meta.url);
  const known = readdirSync(bench).filter((name) =>
    /from "[^"]*\/analyse\//.test(readFileSync(new URL(name, bench), "utf8")),
  );

  it("its judge alone knows the rules: a generator that did would measure itself", () => {
    expect(known).toEqual(["judge.ts"]);
  });
});
