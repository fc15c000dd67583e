import { chmod, mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { bundleProgram, packedScenarios, root, scenariosFile } from "./bundle.ts";

/** npm run build: the split bundle and the demo's scenarios into dist. What was packaged or staged there stays. */
const dist = new URL("dist/", root);
const others = new Set(["archives", "npm"]);

await mkdir(dist, { recursive: true });
for (const name of await readdir(dist)) {
  if (!others.has(name)) await rm(new URL(name, dist), { recursive: true, force: true });
}
const { files } = await bundleProgram("npm");
for (const { name, text } of files) await writeFile(new URL(name, dist), text);
await chmod(new URL("kubectl-cilium_health.js", dist), 0o755);
await writeFile(new URL(scenariosFile, dist), await packedScenarios());
