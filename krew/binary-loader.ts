import { getAsset } from "node:sea";
import { compileFunction } from "node:vm";

/**
 * The script of the self-contained binary. Node 22 lets it be one script only, and reading the whole program takes longer
 * than all else `--help` does; so this loads the parts of the program, which lie beside it as assets, when they are asked for.
 */
interface Part {
  readonly exports: unknown;
}

const parts = new Map<string, Part>();
const words = ["exports", "require", "module", "__filename", "__dirname"];

/** Parts are named `./name.js`; everything else is Node's own. Nothing is ever looked for on the disk. */
function load(name: string): unknown {
  if (!name.startsWith("./")) return builtin(name);
  const known = parts.get(name);
  if (known !== undefined) return known.exports;
  const part: Part = { exports: {} };
  parts.set(name, part);
  const run = compileFunction(getAsset(name.slice(2), "utf8"), words, { filename: name });
  run(part.exports, load, part, process.execPath, "");
  return part.exports;
}

/** `ws` asks for helpers that may be missing, and knows by this error that they are. */
function builtin(name: string): unknown {
  const found = process.getBuiltinModule(name);
  if (found !== undefined) return found;
  throw Object.assign(new Error(`Cannot find module '${name}'`), { code: "MODULE_NOT_FOUND" });
}

load("./kubectl-cilium_health.js");
