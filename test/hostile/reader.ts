import fc from "fast-check";

/** A reader of what comes from outside, and what may come. `read` gives all that it keeps. */
export interface Reader {
  readonly name: string;
  readonly input: fc.Arbitrary<unknown>;
  readonly read: (input: never) => unknown;
  /** Inputs that `npm test` tries: fewer where each takes a YAML parser. */
  readonly cases: number;
}

export function reader<T>(
  name: string,
  input: fc.Arbitrary<T>,
  read: (input: T) => unknown,
  cases: number = 10_000,
): Reader {
  return { name, input, read, cases };
}

const untouched = prototypeShape();

/** Runs so many made-up inputs through a reader: it never throws, keeps no more than it got, and touches no prototype. */
export async function tryReader({ input, read }: Reader, runs: number, seed: number): Promise<void> {
  await fc.assert(
    fc.asyncProperty(input, async (value) => {
      const kept = sizeOf(await read(value as never));
      if (kept > 20_000 + 40 * sizeOf(value)) throw new Error(`keeps ${kept} characters`);
    }),
    { seed, numRuns: runs },
  );
  if (prototypeShape() !== untouched) throw new Error("a prototype was changed");
}

function sizeOf(value: unknown): number {
  return value instanceof Uint8Array ? value.length : (JSON.stringify(value, withBigInts) ?? "").length;
}

function withBigInts(_key: string, value: unknown): unknown {
  return typeof value === "bigint" ? String(value) : value;
}

function prototypeShape(): string {
  return [Object.prototype, Array.prototype, Map.prototype]
    .map((one) => Reflect.ownKeys(one).map(String).join())
    .join();
}

/** Maps as lists, so that all of it is seen. */
export function plain(value: unknown): unknown {
  if (value instanceof Map) return [...value];
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, plain(one)]));
}
