import { randomBytes } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { pseudonymiser } from "../bundle/pseudonymise.ts";
import { HealthError } from "../model/errors.ts";
import type { Source } from "../model/facts.ts";
import { factsReducer } from "../parse/facts.ts";
import type { SnapshotSteps } from "./bundle-tap.ts";

/**
 * The steps of `--pseudonymise`: the snapshot is changed before it is judged, so what is written beside it (report,
 * index) knows the stand-ins alone.
 */
export function pseudonymSteps(source: Source, container: string): SnapshotSteps {
  const key = randomBytes(32);
  const changed = pseudonymiser(key);
  const standIn = changed.source(source);
  const reducer = factsReducer(standIn, container);
  return {
    source: standIn,
    list: (list) => {
      const mapped = changed.list(list);
      reducer.addList(mapped);
      return mapped;
    },
    capture: (capture) => {
      const mapped = changed.capture(capture);
      reducer.add(mapped);
      return mapped;
    },
    text: (text) => changed.text(text),
    facts: () => reducer.finish(),
    key: { hex: key.toString("hex"), known: () => changed.known() },
  };
}

/** Beside the bundle, by a name that says what it is. */
export function keyFileOf(bundle: string): string {
  return `${bundle.replace(/\.tar\.gz$/, "")}.key.json`;
}

/** Who was who: stays here, for its owner alone. */
export async function writeKeyFile(file: string, { key }: SnapshotSteps): Promise<void> {
  if (key === null) return;
  const names = Object.fromEntries([...key.known()].sort());
  const content = `${JSON.stringify({ keep: "Do not send this file: it turns stand-ins back into names.", key: key.hex, names }, null, 2)}\n`;
  await writeFile(file, content, { mode: 0o600, flag: "w" }).catch((error: unknown) => {
    const why = error instanceof Error ? error.message : String(error);
    throw new HealthError(`cannot write the key file ${file}: ${why}`, { exitCode: 3, cause: error });
  });
}
