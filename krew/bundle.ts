import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type OutputChunk, rolldown } from "rolldown";
import { packScenarios } from "./pack-scenarios.ts";

/** The checkout, ending in a slash. */
export const root = new URL("../", import.meta.url);

/** What package.json says of the project; the version stands there and nowhere else. */
export interface ProjectManifest {
  readonly name: string;
  readonly version: string;
  readonly description: string;
  readonly license: string;
  readonly homepage: string;
  readonly repository: { readonly type: string; readonly url: string };
  readonly engines: Readonly<Record<string, string>>;
}

export async function projectManifest(): Promise<ProjectManifest> {
  return JSON.parse(await readFile(new URL("package.json", root), "utf8"));
}

/** Name of the bundle's first file, without its ending. */
const entryName = "kubectl-cilium_health";

/** Name of the packed scenarios beside the program. */
export const scenariosFile = "scenarios.pack";

/** The demo's recorded scenarios as one file. */
export function packedScenarios(): Promise<Buffer> {
  return packScenarios(new URL("src/demo/scenarios/", root));
}

/**
 * Split, so that `--help` and `version` never load, nor the engine read, what only a cluster needs. `npm`: ES modules.
 * `binary`: CommonJS, which is all that a single executable application of Node 22 runs; `loader` finds its parts.
 */
export type BundleForm = "npm" | "binary" | "loader";

const entries: Readonly<Record<BundleForm, string>> = {
  npm: "src/kubectl-cilium_health.ts",
  binary: "krew/binary-entry.ts",
  loader: "krew/binary-loader.ts",
};

const plainText: Readonly<Record<string, string>> = {
  "string-width": "stringWidth",
  "strip-ansi": "stripAnsi",
  "wrap-ansi": "wrapText",
};

/** Inside yargs alone; cli-table3 keeps the real measures, since node names may be anything. */
const plainTextInHelp = {
  name: "plain-text-in-help",
  resolveId(source: string, importer: string | undefined) {
    const fromHelp = importer !== undefined && /node_modules\/(?:yargs|cliui)\//.test(importer);
    return fromHelp && source in plainText ? `\0plain:${source}` : null;
  },
  load(id: string) {
    if (!id.startsWith("\0plain:")) return null;
    const name = plainText[id.slice("\0plain:".length)];
    return `export { ${name} as default } from ${JSON.stringify(fileURLToPath(new URL("plain-text.ts", import.meta.url)))};`;
  },
};

const slowBuiltins: Readonly<Record<string, string>> = {
  fs: "no-files.ts",
  "node:fs": "no-files.ts",
  assert: "plain-assert.ts",
};

/** Inside yargs and what it brings alone. */
const quickBuiltinsInHelp = {
  name: "quick-builtins-in-help",
  resolveId(source: string, importer: string | undefined) {
    const stand = slowBuiltins[source];
    const fromHelp = /node_modules\/(?:yargs|yargs-parser|y18n|escalade)\//.test(importer ?? "");
    return fromHelp && stand !== undefined ? fileURLToPath(new URL(stand, import.meta.url)) : null;
  },
};

const heavyBuiltins = new Set(["http", "node:http", "util", "node:util"]);

/**
 * An ES import of a builtin reads each of its exports, also those that load much more once they are read: with node:http
 * that is the whole of fetch. Here only what somebody imports by name is read; the rest is dropped as unused.
 */
const builtinsByName = {
  name: "builtins-by-name",
  resolveId(source: string, _importer: string | undefined, { kind }: { readonly kind: string }) {
    return kind === "import-statement" && heavyBuiltins.has(source) ? `\0by-name:${source}` : null;
  },
  load(id: string) {
    if (!id.startsWith("\0by-name:")) return null;
    const name = id.slice("\0by-name:".length);
    const builtin = process.getBuiltinModule(name);
    if (builtin === undefined) throw new Error(`node has no module ${name}`);
    const exported = Object.keys(builtin).filter((key) => /^[a-z]\w*$/i.test(key));
    return [
      `const builtin = process.getBuiltinModule(${JSON.stringify(name)});`,
      "const read = (name) => builtin[name];",
      "export default builtin;",
      ...exported.map((key) => `export const ${key} = /* @__PURE__ */ read("${key}");`),
    ].join("\n");
  },
};

function stamps(version: string): Record<string, string> {
  return { __VERSION__: JSON.stringify(version), __SCENARIOS__: JSON.stringify(`./${scenariosFile}`) };
}

/** yargs looks for configuration files to extend with it, which nobody asks it to. */
const withoutModuleMeta = { "import.meta.resolve": "undefined" };

export interface Bundle {
  readonly files: readonly { readonly name: string; readonly text: string }[];
  /** Paths of the modules that went into it. */
  readonly modules: readonly string[];
}

/** Bundles the program with its libraries, the version stamped from package.json; writes nothing. */
export async function bundleProgram(form: BundleForm): Promise<Bundle> {
  const { version } = await projectManifest();
  const bundle = await rolldown({
    input: { [entryName]: fileURLToPath(new URL(entries[form], root)) },
    platform: "node",
    plugins: [plainTextInHelp, quickBuiltinsInHelp, ...(form === "npm" ? [builtinsByName] : [])],
    transform: { define: { ...stamps(version), ...(form === "npm" ? {} : withoutModuleMeta) } },
  });
  const { output } = await bundle.generate({
    format: form === "npm" ? "esm" : "cjs",
    minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
    entryFileNames: "[name].js",
    chunkFileNames: "[name]-[hash].js",
  });
  await bundle.close();
  const chunks = output.filter((file): file is OutputChunk => file.type === "chunk");
  return {
    files: chunks.map(({ fileName, code }) => ({ name: fileName, text: code })),
    modules: [...new Set(chunks.flatMap((chunk) => Object.keys(chunk.modules)))].sort(),
  };
}
