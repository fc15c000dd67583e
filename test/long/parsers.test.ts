import { expect, it } from "vitest";
import { readers } from "../hostile/every-reader.ts";
import { tryReader } from "../hostile/reader.ts";

/** In total; `HOSTILE_CASES=10000000 npm run test:long` tries more, `HOSTILE_SEED` others. */
const cases = Number(process.env["HOSTILE_CASES"] ?? 1_000_000);
const seed = Number(process.env["HOSTILE_SEED"] ?? 8);

it.each(readers)(`hostile $name, this reader's part of ${cases} inputs with seed ${seed}`, async (reader) => {
  const heap = process.memoryUsage().heapUsed;
  await tryReader(reader, Math.ceil(cases / readers.length), seed);
  expect(process.memoryUsage().heapUsed - heap).toBeLessThan(1024 ** 3);
});
