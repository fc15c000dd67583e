import { type Document, LineCounter, parseAllDocuments, type Tags } from "yaml";
import { HealthError } from "../model/errors.ts";

/** Where a value stands in its file: keys and list positions from the top. */
type Path = readonly (string | number)[];

interface Source {
  readonly file: string;
  readonly document: Document.Parsed | null;
  readonly lines: LineCounter;
}

/** A value inside a kubeconfig file that remembers where it came from, so that a wrong one can be named with its line. */
export interface YamlValue {
  readonly raw: unknown;
  readonly path: Path;
  readonly source: Source;
}

/** As many values as aliases may stand for: far above any kubeconfig, far below a "billion laughs" file. */
const maxAliases = 100;

/**
 * Reads the first YAML (or JSON) document of a kubeconfig the way kubectl's Go library does: YAML 1.1 booleans, dates
 * as text, the last of two equal keys, further documents ignored. An empty document is an empty map.
 * Throws HealthError naming file and line.
 */
export function parseKubeconfigYaml(file: string, text: string): YamlValue {
  const lines = new LineCounter();
  const options = {
    schema: "yaml-1.1",
    merge: true,
    uniqueKeys: false,
    logLevel: "silent",
    prettyErrors: false,
    customTags: withoutTimes,
    lineCounter: lines,
  } as const;
  const documents = parseAllDocuments(text, options);
  const document = Array.isArray(documents) ? (documents[0] ?? null) : null;
  const error = document?.errors[0];
  if (error !== undefined) throw malformed(file, lines.linePos(error.pos[0]).line, firstLine(error.message));
  const root: YamlValue = {
    raw: document === null ? null : toPlain(file, document),
    path: [],
    source: { file, document, lines },
  };
  if (root.raw !== null && !(root.raw instanceof Map)) throw wrongType(root, "a map of settings");
  return root;
}

/** The member of a map; of nothing, nothing. Any other value is an error. */
export function member(value: YamlValue, name: string): YamlValue {
  return { raw: mapOf(value).get(name) ?? null, path: [...value.path, name], source: value.source };
}

/** Text; "" when absent or null. */
export function text(value: YamlValue): string {
  if (value.raw === null) return "";
  if (value.raw instanceof Uint8Array) return new TextDecoder().decode(value.raw);
  if (typeof value.raw !== "string") throw wrongType(value, "text (put it in quotes)");
  return value.raw;
}

/** A boolean; false when absent or null. */
export function flag(value: YamlValue): boolean {
  if (value.raw === null) return false;
  if (typeof value.raw !== "boolean") throw wrongType(value, "true or false");
  return value.raw;
}

/** A list's elements; none when absent or null. */
export function elements(value: YamlValue): YamlValue[] {
  if (value.raw === null) return [];
  if (!Array.isArray(value.raw)) throw wrongType(value, "a list");
  return value.raw.map((raw: unknown, index) => ({
    raw: raw ?? null,
    path: [...value.path, index],
    source: value.source,
  }));
}

/** A map's members; none when absent or null. */
export function members(value: YamlValue): [string, YamlValue][] {
  return [...mapOf(value).keys()].map((key) => [String(key), member(value, String(key))]);
}

export function isPresent(value: YamlValue): boolean {
  return value.raw !== null;
}

/** Base64 text decoded, line breaks allowed inside as Go does; null when absent. */
export function decoded(value: YamlValue): string | null {
  const base64 = text(value).replaceAll(/[\r\n]/g, "");
  if (base64 === "") return null;
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]+={0,2}$/.test(base64)) throw wrongType(value, "base64 data");
  return Buffer.from(base64, "base64").toString("utf8");
}

/** Maps become plain objects, for a value that is passed on as JSON. */
export function toJson(value: YamlValue): unknown {
  return jsonOf(value.raw);
}

/** One sentence: file, line, where in the file, what is wrong. */
export function malformedAt(value: YamlValue, problem: string): HealthError {
  const { document, lines, file } = value.source;
  const node: unknown = value.path.length === 0 ? document?.contents : document?.getIn(value.path, true);
  const line = isRanged(node) ? lines.linePos(node.range[0]).line : null;
  return malformed(file, line, value.path.length === 0 ? problem : `${shownPath(value.path)} ${problem}`);
}

function wrongType(value: YamlValue, wanted: string): HealthError {
  return malformedAt(value, value.path.length === 0 ? `the file is not ${wanted}` : `must be ${wanted}`);
}

function malformed(file: string, line: number | null, problem: string): HealthError {
  return new HealthError(`cannot read the kubeconfig ${file}: ${line === null ? "" : `line ${line}: `}${problem}`, {
    exitCode: 3,
    hint: "Correct the file, or leave it out of KUBECONFIG.",
  });
}

function toPlain(file: string, document: Document.Parsed): unknown {
  try {
    return document.toJS({ mapAsMap: true, maxAliasCount: maxAliases }) ?? null;
  } catch (error) {
    throw malformed(file, null, error instanceof Error ? firstLine(error.message) : "the YAML cannot be expanded");
  }
}

/** YAML 1.1 without dates and base-60 numbers, which Go's reader leaves as text. */
function withoutTimes(tags: Tags): Tags {
  return tags.filter((tag) => typeof tag === "string" || (!tag.tag.endsWith(":timestamp") && tag.format !== "TIME"));
}

function mapOf(value: YamlValue): ReadonlyMap<unknown, unknown> {
  if (value.raw === null) return new Map();
  if (!(value.raw instanceof Map)) throw wrongType(value, "a map");
  return value.raw;
}

function jsonOf(raw: unknown): unknown {
  if (raw instanceof Map) return Object.fromEntries([...raw].map(([key, inner]) => [String(key), jsonOf(inner)]));
  if (Array.isArray(raw)) return raw.map(jsonOf);
  return raw instanceof Uint8Array ? new TextDecoder().decode(raw) : raw;
}

/** `users[2].user.token` */
function shownPath(path: Path): string {
  return path.reduce<string>((shown, step) => {
    if (typeof step === "number") return `${shown}[${step}]`;
    return shown === "" ? step : `${shown}.${step}`;
  }, "");
}

function isRanged(node: unknown): node is { readonly range: readonly [number, number, number] } {
  return typeof node === "object" && node !== null && "range" in node && Array.isArray(node.range);
}

function firstLine(message: string): string {
  return message.split("\n", 1)[0] ?? message;
}
