import type { BundleWriter } from "../bundle/bundle-writer.ts";
import type { Refusal } from "../collect/collect.ts";
import { type Capture, captureIds } from "../model/capture.ts";
import type { Facts, Source } from "../model/facts.ts";
import type { KubeList } from "../model/kube.ts";
import { captureKey } from "./bundle-plan.ts";
import type { Tap } from "./look.ts";

/** What happens to a snapshot between its reading and its writing: nothing, or stand-ins for names and addresses. */
export interface SnapshotSteps {
  readonly source: Source;
  list(list: KubeList): KubeList;
  capture(capture: Capture): Capture;
  text(text: string): string;
  /** Facts of the changed snapshot; null where nothing is changed. */
  readonly facts: (() => Facts) | null;
  /** Real names by stand-in, and the key; null where nothing is changed. */
  readonly key: { readonly hex: string; known(): ReadonlyMap<string, string> } | null;
}

export function plainSteps(source: Source): SnapshotSteps {
  return { source, list: (list) => list, capture: (capture) => capture, text: (text) => text, facts: null, key: null };
}

export interface BundleTap extends Tap {
  /** What has been captured, by `captureKey`. */
  readonly done: ReadonlySet<string>;
  isRefused(): boolean;
  /** Writes what was held back. */
  flush(): Promise<void>;
}

/**
 * Writes what is read. Where names become stand-ins, an agent's captures of the first round are held until all of them
 * are there: the names that its lists hold must be known when its free texts are written.
 */
export function bundleTap(writer: BundleWriter, steps: SnapshotSteps, log: (line: string) => void): BundleTap {
  const done = new Set<string>();
  const held = new Map<string, Capture[]>();
  let refused = false;
  const write = (captures: readonly Capture[]) => writeAll(writer, steps, captures);
  const take = async (capture: Capture): Promise<void> => {
    done.add(captureKey(capture.node, capture.id));
    if (steps.facts === null || !isBase(capture)) return write([capture]);
    const captures = [...(held.get(capture.node) ?? []), capture];
    held.set(capture.node, captures);
    if (captures.length < captureIds.length) return;
    held.delete(capture.node);
    return write(captures);
  };
  return {
    done,
    isRefused: () => refused,
    list: (list) => writer.list(steps.list(list)),
    capture: take,
    refused: (refusal: Refusal) => {
      refused = true;
      log(`exec is not allowed: ${refusal.message}`);
      writer.fail("agents", "exec", refusal.message);
    },
    flush: async () => {
      for (const captures of held.values()) await write(captures);
      held.clear();
    },
  };
}

function isBase({ id }: Capture): boolean {
  return captureIds.some((base) => base === id);
}

/** Lists before free texts. */
async function writeAll(writer: BundleWriter, steps: SnapshotSteps, captures: readonly Capture[]): Promise<void> {
  const listsFirst = [...captures].sort((a, b) => rank(a) - rank(b));
  for (const capture of listsFirst) await writer.capture(steps.capture(capture));
}

function rank({ id }: Capture): number {
  return id.endsWith("-list.json") ? 0 : 1;
}
