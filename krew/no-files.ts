/**
 * The file system as yargs is given it: an empty one. It would look for translations and a package.json, of which the
 * bundle has none, and merely importing node:fs costs a tenth of `--help`'s time, since it readies the streams.
 */
function absent(path: unknown): never {
  throw Object.assign(new Error(`ENOENT: no such file, '${String(path)}'`), { code: "ENOENT" });
}

export const readFileSync: (path: unknown) => never = absent;
export const readdirSync: (path: unknown) => never = absent;
export const statSync: (path: unknown) => never = absent;
export const readdir: (path: unknown) => never = absent;
export const stat: (path: unknown) => never = absent;
export const writeFile: (path: unknown) => never = absent;
