import type { BundleIndex, IndexFailure, IndexMember } from "./layout.ts";

type Fields = Readonly<Record<string, unknown>>;

/** index.json as anybody may have written it; null when it is no index. Missing fields mean nothing known. */
export function parseIndex(bytes: Uint8Array): BundleIndex | null {
  const json = parse(bytes);
  if (!isFields(json) || typeof json["formatVersion"] !== "number") return null;
  const source = isFields(json["source"]) ? json["source"] : {};
  const tool = isFields(json["tool"]) ? json["tool"] : {};
  return {
    formatVersion: json["formatVersion"],
    tool: { name: text(tool["name"]), version: text(tool["version"]) },
    createdAt: text(json["createdAt"]),
    partial: json["partial"] === true,
    pseudonymised: json["pseudonymised"] === true,
    source: {
      kind: "bundle",
      context: text(source["context"]),
      cluster: text(source["cluster"]),
      server: text(source["server"]),
    },
    members: list(json["members"]).flatMap(member),
    failures: list(json["failures"]).flatMap(failure),
    dropped: list(json["dropped"]).map(text),
    masked: [],
  };
}

function parse(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch {
    return null;
  }
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function text(value: unknown): string {
  return typeof value === "string" ? value : "";
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

function member(value: unknown): IndexMember[] {
  if (!isFields(value) || typeof value["bytes"] !== "number") return [];
  return [{ path: text(value["path"]), bytes: value["bytes"], sha256: text(value["sha256"]) }];
}

function failure(value: unknown): IndexFailure[] {
  if (!isFields(value)) return [];
  return [{ where: text(value["where"]), what: text(value["what"]), message: text(value["message"]) }];
}
