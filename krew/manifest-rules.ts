import { parse } from "yaml";

/** What a manifest's archives hold, by the last part of their address. */
export interface ArchiveFacts {
  readonly sha256: string;
  readonly members: readonly { readonly name: string; readonly mode: number }[];
}

type Value = Readonly<Record<string, unknown>>;

/** The platforms that krew knows (its index's own list, `pkg/index/validation` v0.5.0). */
const knownPairs = ["linux", "darwin", "windows"].flatMap((os) => ["amd64", "arm64"].map((arch) => `${os}/${arch}`));

const semver = /^v\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const licenses = /^(?:LICEN[CS]E|COPYING)(?:\.(?:txt|md))?$/;

/**
 * What krew's validator (v0.5.0) and its naming guide would say against a manifest, and what they would not catch: one
 * sentence each; none when it is right. `archives` are the files it names; one that is not among them is not looked into.
 */
export function manifestProblems(
  text: string,
  fileName: string,
  archives: ReadonlyMap<string, ArchiveFacts>,
): string[] {
  const manifest = record(parse(text));
  const spec = record(manifest["spec"]);
  const entries = list(spec["platforms"]).map(record);
  return [
    ...headProblems(manifest, fileName),
    ...specProblems(spec),
    ...(entries.length === 0 ? ["platforms: there is none"] : []),
    ...entries.flatMap((entry, at) => platformProblems(entry, archives).map((said) => `platforms[${at}]: ${said}`)),
    ...pairProblems(entries),
  ];
}

function headProblems(manifest: Value, fileName: string): string[] {
  const name = String(record(manifest["metadata"])["name"]);
  return problems([
    [manifest["apiVersion"] !== "krew.googlecontainertools.github.com/v1alpha2", "apiVersion is not krew's v1alpha2"],
    [manifest["kind"] !== "Plugin", "kind is not Plugin"],
    [fileName !== `${name}.yaml`, `the file ${fileName} is not named after metadata.name, ${name}`],
    [!/^[\w-]+$/.test(name), `the name ${name} holds characters other than letters, digits, - and _`],
    [/^kube/.test(name) || name !== name.toLowerCase(), `the name ${name} begins with kube or is not lower case`],
    ...unknownKeys(manifest, ["apiVersion", "kind", "metadata", "spec"]),
  ]);
}

const specKeys = ["version", "homepage", "shortDescription", "description", "caveats", "platforms"];

function specProblems(spec: Value): string[] {
  const short = text(spec["shortDescription"]);
  return problems([
    [
      !semver.test(text(spec["version"])),
      `version ${text(spec["version"])} is not a semantic version with a leading v`,
    ],
    [short === "" || short.includes("\n"), "shortDescription is not one line"],
    [short.length > 100, "shortDescription is longer than 100 characters"],
    [text(spec["description"]) === "", "description is missing"],
    [!/^https:\/\//.test(text(spec["homepage"])), "homepage is not an https address"],
    ...unknownKeys(spec, specKeys),
  ]);
}

function platformProblems(entry: Value, archives: ReadonlyMap<string, ArchiveFacts>): string[] {
  const [uri, hash, bin] = [text(entry["uri"]), entry["sha256"], text(entry["bin"])];
  const { os } = pairOf(entry);
  const facts = archives.get(uri.split("/").at(-1) ?? "");
  return problems([
    [!/^https:\/\/\S+(?:\.tar\.gz|\.zip)$/.test(uri), `uri ${uri} is not an https address of a .tar.gz or .zip`],
    [typeof hash !== "string" || !/^[0-9a-f]{64}$/.test(hash), "sha256 is not a text of 64 lower-case hex digits"],
    [bin === "" || /^\/|\.\./.test(bin), `bin "${bin}" is not a path below the archive's root`],
    [os === "windows" && !bin.endsWith(".exe"), `bin ${bin} must end in .exe on Windows`],
    ["files" in entry && list(entry["files"]).length === 0, "files is empty: leave it out"],
    ...unknownKeys(entry, ["selector", "uri", "sha256", "bin", "files"]),
    ...(facts === undefined ? [] : archiveProblems(facts, hash, bin)),
  ]);
}

/** Without the execute bit krew installs it all the same, and kubectl then says "unknown command". */
function archiveProblems({ sha256, members }: ArchiveFacts, hash: unknown, bin: string): Check[] {
  const program = members.find(({ name }) => name === bin);
  return [
    [sha256 !== hash, `sha256 is not the archive's, ${sha256}`],
    [program === undefined, `the archive holds no ${bin}`],
    [program !== undefined && program.mode !== 0o755, `${bin} has mode ${program?.mode.toString(8)}, not 755`],
    [!members.some(({ name }) => licenses.test(name)), "the archive holds no licence"],
  ];
}

/** Every entry must select exactly one known pair, and no pair twice. */
function pairProblems(entries: readonly Value[]): string[] {
  const pairs = entries.map(pairOf).map(({ os, arch }) => `${os}/${arch}`);
  return pairs.flatMap((pair, at) =>
    problems([
      [!knownPairs.includes(pair), `platforms[${at}]: ${pair} is no pair that krew knows`],
      [pairs.indexOf(pair) < at, `platforms[${at}]: ${pair} is selected twice`],
    ]),
  );
}

function pairOf(entry: Value): { readonly os: string; readonly arch: string } {
  const selector = record(entry["selector"]);
  const labels = record(selector["matchLabels"]);
  const others = [...Object.keys(selector), ...Object.keys(labels)].filter(
    (key) => !["matchLabels", "os", "arch"].includes(key),
  );
  return { os: [text(labels["os"]), ...others].join("+"), arch: text(labels["arch"]) };
}

type Check = readonly [wrong: boolean, said: string];

function problems(checks: readonly Check[]): string[] {
  return checks.flatMap(([wrong, said]) => (wrong ? [said] : []));
}

/** krew passes over what it does not know: a misspelt key would go unnoticed. */
function unknownKeys(value: Value, known: readonly string[]): Check[] {
  return Object.keys(value).map((key) => [!known.includes(key), `unknown key ${key}`]);
}

function record(value: unknown): Value {
  return typeof value === "object" && value !== null && !Array.isArray(value) ? { ...value } : {};
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}
