import { chmod, cp, readFile, rm } from "node:fs/promises";
import { rolldown } from "rolldown";

/**
 * Bundles src into dist: split ESM, so that `--help` and `version` never load the Kubernetes client, and the demo's
 * scenarios beside it as data.
 */
const root = new URL("../", import.meta.url);
const dist = new URL("dist/", root);
const manifest: { readonly version: string } = JSON.parse(await readFile(new URL("package.json", root), "utf8"));

await rm(dist, { recursive: true, force: true });
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
    return `export { ${name} as default } from ${JSON.stringify(new URL("plain-text.ts", import.meta.url).pathname)};`;
  },
};

const bundle = await rolldown({
  input: new URL("src/kubectl-cilium_health.ts", root).pathname,
  platform: "node",
  plugins: [plainTextInHelp],
  transform: { define: { __VERSION__: JSON.stringify(manifest.version) } },
});
await bundle.write({
  dir: dist.pathname,
  format: "esm",
  minify: { compress: true, mangle: false, codegen: { removeWhitespace: true } },
  entryFileNames: "[name].js",
  chunkFileNames: "[name]-[hash].js",
});
await bundle.close();
await chmod(new URL("kubectl-cilium_health.js", dist), 0o755);
await cp(new URL("src/demo/scenarios/", root), new URL("demo/scenarios/", dist), { recursive: true });
