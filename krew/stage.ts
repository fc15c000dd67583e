// npm run stage: the package that is published, in dist/npm. Its libraries are in the bundle, so it depends on nothing.
import { chmod, copyFile, mkdir, rm, writeFile } from "node:fs/promises";
import { bundleProgram, packedScenarios, projectManifest, root, scenariosFile } from "./bundle.ts";
import { noticesOf, noticesText } from "./notices.ts";
import { programName } from "./platforms.ts";
import { sbomFile, sbomText } from "./sbom.ts";

const folder = new URL("dist/npm/", root);

/** kubectl finds completion by this name; npm links it beside the program. */
const completionName = "kubectl_complete-cilium_health";
const completion = `#!/usr/bin/env node
process.argv.splice(2, 0, "__complete");
await import("./${programName}.js");
`;

const project = await projectManifest();
const bundle = await bundleProgram("npm");
await rm(folder, { recursive: true, force: true });
await mkdir(folder, { recursive: true });
for (const { name, text } of bundle.files) await writeFile(new URL(name, folder), text);
await writeFile(new URL(`${completionName}.js`, folder), completion);
for (const name of [programName, completionName]) await chmod(new URL(`${name}.js`, folder), 0o755);
await writeFile(new URL(scenariosFile, folder), await packedScenarios());
for (const name of ["LICENSE", "README.md", "CHANGELOG.md"]) await copyFile(new URL(name, root), new URL(name, folder));
const notices = await noticesOf(bundle.modules);
await writeFile(new URL("THIRD-PARTY-NOTICES", folder), noticesText(notices, null));
await writeFile(new URL(sbomFile, folder), sbomText(project, notices, null));
await writeFile(new URL("package.json", folder), `${JSON.stringify(publishedManifest(), null, 2)}\n`);

function publishedManifest(): object {
  const { name, version, description, license, homepage, repository, engines } = project;
  const keywords = ["cilium", "kubectl", "kubectl-plugin", "kubernetes", "network", "troubleshooting"];
  const bin = { [programName]: `${programName}.js`, [completionName]: `${completionName}.js` };
  const about = { name, version, description, keywords, license, homepage, repository };
  return { ...about, type: "module", bin, engines, publishConfig: { access: "public", provenance: true } };
}
