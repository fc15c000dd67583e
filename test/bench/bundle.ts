/**
 * A bundle of 300 nodes, read into facts, against unpacking it and JSON.parse of its JSON members. Measured in pairs,
 * one after the other, in processor time of all threads, so that a busy machine changes little; the ratio of the two
 * medians must not exceed the limit.
 */
import { createReadStream, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createGunzip } from "node:zlib";
import { Parser, type ReadEntry } from "tar";
import { openSavedState } from "../../src/bundle/open-saved-state.ts";
import { baseCaptures } from "../../src/collect/captures.ts";
import { generateMesh, startDemo } from "../../src/demo/index.ts";
import { factsReducer } from "../../src/parse/facts.ts";
import { runCommand } from "../bundle/run-command.ts";

const limit = 1.5;
const nodes = 300;
const rounds = 9;

const folder = mkdtempSync(join(tmpdir(), "bench-bundle-"));
try {
  const file = await makeBundle();
  await unpackAndParse(file);
  await readIntoFacts(file);
  const pairs: { readonly plain: number; readonly ours: number }[] = [];
  for (let round = 0; round < rounds; round++) {
    pairs.push({ plain: await timed(() => unpackAndParse(file)), ours: await timed(() => readIntoFacts(file)) });
  }
  const ratio = median(pairs.map(({ ours }) => ours)) / median(pairs.map(({ plain }) => plain));
  const shown = pairs.map(({ plain, ours }) => `${plain.toFixed(0)}/${ours.toFixed(0)}`).join(" ");
  process.stdout.write(
    `unpack and JSON.parse / read into facts, ms: ${shown}\nratio ${ratio.toFixed(2)}, limit ${limit}\n`,
  );
  if (!(ratio <= limit)) process.exitCode = 1;
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function makeBundle(): Promise<string> {
  const demo = await startDemo({ scenario: generateMesh({ nodes, faults: [{ name: "vxlan-blocked", at: null }] }) });
  const file = join(folder, "b.tar.gz");
  writeFileSync(join(folder, "kubeconfig"), demo.kubeconfig);
  await runCommand(["bundle", "--kubeconfig", join(folder, "kubeconfig"), "--output-file", file]);
  await demo.close();
  return file;
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** Milliseconds of processor time. */
async function timed(work: () => Promise<number>): Promise<number> {
  const started = process.cpuUsage();
  if ((await work()) < nodes) throw new Error("nothing was read");
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1000;
}

/** The least any reader could do. */
async function unpackAndParse(file: string): Promise<number> {
  const parser = new Parser({ strict: true });
  let parsed = 0;
  parser.on("entry", (entry: ReadEntry) => {
    const pieces: Buffer[] = [];
    entry.on("data", (piece: Buffer) => pieces.push(piece));
    entry.on("end", () => {
      if (!entry.path.endsWith(".json") || pieces.length === 0) return;
      JSON.parse(new TextDecoder().decode(Buffer.concat(pieces)));
      parsed++;
    });
  });
  for await (const piece of createReadStream(file).pipe(createGunzip({ chunkSize: 256 * 1024 }))) parser.write(piece);
  parser.end();
  return parsed;
}

async function readIntoFacts(file: string): Promise<number> {
  const state = await openSavedState(file);
  const reducer = factsReducer(state.source, "cilium-agent");
  for (const list of await state.lists()) reducer.addList(list);
  for (const pod of reducer.agents()) {
    for (const { id, argv } of Object.values(baseCaptures)) {
      const capture = await state.capture(pod.node, pod.name, id, argv);
      if (capture !== null) reducer.add(capture);
    }
  }
  await state.close();
  return reducer.finish().nodes.length;
}
