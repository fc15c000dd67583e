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
const bundle = await rolldown({
  input: new URL("src/kubectl-cilium_health.ts", root).pathname,
  platform: "node",
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
