import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { type ProjectManifest, root } from "./bundle.ts";
import type { Notice } from "./notices.ts";
import { PackagingError } from "./programs.ts";

/** Name of the parts list, in the npm package and beside the archives. */
export const sbomFile = "sbom.cdx.json";

interface Component {
  readonly "bom-ref": string;
  readonly name: string;
  readonly version: string;
  readonly [field: string]: unknown;
}

interface Sbom {
  readonly $schema: string;
  readonly bomFormat: string;
  readonly specVersion: string;
  readonly version: number;
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
}

/**
 * The parts list as CycloneDX: what npm knows of the packages that went into the bundle, and Node's version where it is
 * inside. Without time and serial number, so that the same sources give the same bytes. Throws PackagingError for a
 * bundled package that npm does not name.
 */
export function sbomText(project: ProjectManifest, notices: readonly Notice[], node: string | null): string {
  const { $schema, bomFormat, specVersion, version, components, dependencies } = npmSbom();
  const ours = `pkg:npm/${project.name}@${project.version}`;
  const inside = notices.map((notice) => componentOf(notice, components));
  const refs = new Set(inside.map((component) => component["bom-ref"]));
  const kept = dependencies.filter(({ ref }) => refs.has(ref));
  const about = { type: "application", "bom-ref": ours, name: project.name, version: project.version, purl: ours };
  const sbom = {
    ...{ $schema, bomFormat, specVersion, version },
    metadata: { component: { ...about, licenses: [{ license: { id: project.license } }] } },
    components: [...inside, ...(node === null ? [] : [nodeComponent(node)])],
    dependencies: [
      { ref: ours, dependsOn: [...refs, ...(node === null ? [] : [nodeComponent(node)["bom-ref"]])] },
      ...kept.map(({ ref, dependsOn }) => ({ ref, dependsOn: dependsOn.filter((one) => refs.has(one)) })),
    ],
  };
  return `${JSON.stringify(sbom, null, 2)}\n`;
}

function componentOf({ name, version }: Notice, components: readonly Component[]): Component {
  const found = components.find((component) => component["bom-ref"] === `${name}@${version}`);
  if (found === undefined) throw new PackagingError(`${name} ${version} is bundled, but npm does not list it`);
  return found;
}

function nodeComponent(version: string): Component {
  const purl = `pkg:generic/node@${version}`;
  return { "bom-ref": purl, type: "platform", name: "node", version, purl, licenses: [{ license: { id: "MIT" } }] };
}

/** All of the lock: with `--omit dev` npm 11 leaves out what a development tool needs as well, yargs and ws among them. */
function npmSbom(): Sbom {
  const args = ["sbom", "--package-lock-only", "--sbom-format", "cyclonedx", "--sbom-type", "application"];
  const stdout = execFileSync("npm", args, { cwd: fileURLToPath(root), encoding: "utf8", maxBuffer: 1 << 26 });
  return JSON.parse(stdout) as Sbom;
}
