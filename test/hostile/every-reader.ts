import { credentialReaders } from "./credentials.ts";
import { evidenceReaders } from "./evidence.ts";
import { factsReaders } from "./facts.ts";
import { objects } from "./objects.ts";
import type { Reader } from "./reader.ts";
import { replies } from "./replies.ts";
import { savedStates } from "./saved.ts";
import { scans } from "./scans.ts";
import { wire } from "./wire.ts";

/** Every reader of something from outside. */
export const readers: readonly Reader[] = [
  ...objects,
  ...replies,
  ...scans,
  ...evidenceReaders,
  ...factsReaders,
  ...wire,
  ...credentialReaders,
  ...savedStates,
];
