// npm run --silent release-notes [-- vX.Y.Z]: the changelog's section for package.json's version. With a tag, refuses one
// that is not that version.
import { readFile } from "node:fs/promises";
import { projectManifest, root } from "./bundle.ts";
import { releaseNotes } from "./changelog.ts";

const [tag] = process.argv.slice(2);
const { version } = await projectManifest();
const notes = releaseNotes(await readFile(new URL("CHANGELOG.md", root), "utf8"), version);

if (tag !== undefined && tag !== `v${version}`) fail(`the tag is ${tag} and package.json's version ${version}`);
else if ("problem" in notes) fail(notes.problem);
else process.stdout.write(notes.text);

function fail(problem: string): void {
  process.stderr.write(`error: ${problem}\n`);
  process.exitCode = 1;
}
