import { parse, Scalar, stringify } from "yaml";
import type { ProjectManifest } from "./bundle.ts";
import { archiveName, type Platform } from "./platforms.ts";

/** An archive as it was made. */
export interface PackedArchive {
  readonly platform: Platform;
  readonly sha256: string;
}

/** Where a release's files are found: GitHub's address for them. */
export function downloadUrl(repository: string, version: string, file: string): string {
  const base = repository.replace(/^git\+/, "").replace(/\.git$/, "");
  return `${base}/releases/download/v${version}/${file}`;
}

/** The krew manifest of these archives: the template `krew/cilium-health.yaml`, filled in. */
export function krewManifest(template: string, project: ProjectManifest, archives: readonly PackedArchive[]): string {
  const manifest: { spec: Record<string, unknown> } = parse(template);
  const spec = {
    ...manifest.spec,
    version: `v${project.version}`,
    homepage: project.homepage,
    platforms: archives.map((archive) => platformEntry(project, archive)),
  };
  return stringify({ ...manifest, spec }, { lineWidth: 0 });
}

function platformEntry({ repository, version }: ProjectManifest, { platform, sha256 }: PackedArchive): object {
  return {
    selector: { matchLabels: { os: platform.os, arch: platform.arch } },
    uri: downloadUrl(repository.url, version, archiveName(platform, version)),
    sha256: quoted(sha256),
    bin: platform.program,
  };
}

/** Digits alone would be read as a number without quotes. */
function quoted(text: string): Scalar {
  const scalar = new Scalar(text);
  scalar.type = Scalar.QUOTE_DOUBLE;
  return scalar;
}
