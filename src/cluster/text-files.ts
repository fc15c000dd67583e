import { readFileSync } from "node:fs";

export type TextFile =
  | { readonly kind: "ok"; readonly text: string }
  | { readonly kind: "missing" }
  /** `reason` is the system's own: `permission denied`, `is a directory`. */
  | { readonly kind: "unreadable"; readonly reason: string };

/** Reads a whole file as UTF-8. Never throws. */
export type ReadTextFile = (path: string) => TextFile;

export const readTextFile: ReadTextFile = (path) => {
  try {
    return { kind: "ok", text: readFileSync(path, "utf8") };
  } catch (error) {
    return errorCode(error) === "ENOENT" ? { kind: "missing" } : { kind: "unreadable", reason: reasonOf(error) };
  }
};

/** Why a file could not be read, for the middle of a sentence. */
export function readFailure(file: Exclude<TextFile, { kind: "ok" }>): string {
  return file.kind === "missing" ? "no such file" : file.reason;
}

export function errorCode(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : "";
}

/** `EACCES: permission denied, open '/x'` says the path again; the sentence around it already does. */
function reasonOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /^[A-Z0-9]+: ([^,]+),/.exec(message)?.[1] ?? message;
}
