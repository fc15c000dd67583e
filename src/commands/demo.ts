import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Request } from "../cli/request.ts";
import {
  type Demo,
  faultCatalogue,
  generateMesh,
  listScenarios,
  parseFault,
  readScenario,
  type Scenario,
  startDemo,
} from "../demo/index.ts";
import { HealthError } from "../model/errors.ts";
import type { ExitCode, Io } from "./io.ts";
import { look } from "./look.ts";
import { renderOptions, writeAll } from "./show.ts";
import { detailOf, shownChunks } from "./status.ts";

type DemoRequest = Extract<Request, { kind: "demo" }>;

/** A simulated cluster, reached over loopback by the very code that reaches a real one. */
export async function demo(request: DemoRequest, io: Io): Promise<ExitCode> {
  if (request.demo.list) return list(io);
  const scenario = await chooseScenario(request, io);
  const server = await startDemo({ scenario });
  let folder: string | null = null;
  try {
    folder = await temporaryFolder();
    const kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, server.kubeconfig, { mode: 0o600 });
    return request.demo.serve ? await serve(server, kubeconfig, io) : await showOnce(request, kubeconfig, io);
  } finally {
    await server.close();
    if (folder !== null) await rm(folder, { recursive: true, force: true });
  }
}

/** For the kubeconfig of this run alone. */
async function temporaryFolder(): Promise<string> {
  try {
    return await mkdtemp(join(tmpdir(), "cilium-health-demo-"));
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new HealthError(`the demo cannot write its kubeconfig to the temporary folder ${tmpdir()}: ${why}`, {
      exitCode: 3,
      hint: "Set TMPDIR to a folder that may be written to.",
      cause: error,
    });
  }
}

async function list(io: Io): Promise<ExitCode> {
  const scenarios = await listScenarios(io.scenarios);
  const faults = Object.entries(faultCatalogue);
  const width = Math.max(
    ...[...scenarios.map(({ name }) => name), ...faults.map(([name]) => name)].map((name) => name.length),
  );
  const lines = [
    "Recorded scenarios (kubectl cilium-health demo SCENARIO):",
    ...scenarios.map(({ name, how }) => `  ${name.padEnd(width)}  ${how}`),
    "",
    "Faults of a generated mesh (kubectl cilium-health demo --nodes 50 --fault FAULT[=WHERE]):",
    ...faults.map(([name, { says }]) => `  ${name.padEnd(width)}  ${says}`),
  ];
  await io.write(`${lines.join("\n")}\n`);
  return 0;
}

async function chooseScenario({ demo: flags }: DemoRequest, io: Io): Promise<Scenario> {
  if (flags.nodes === 0) return readScenario(io.scenarios, flags.scenario);
  const faults = flags.fault === "" ? [] : [parseFault(flags.fault)];
  return generateMesh({ nodes: flags.nodes, seed: flags.seed, faults, now: () => io.now().getTime() });
}

/** Exits 0 when it has shown what it should; the code of a real run is named, or given with --exit-code. */
async function showOnce(request: DemoRequest, kubeconfig: string, io: Io): Promise<ExitCode> {
  const connection = { ...request.connection, kubeconfig, context: null };
  const seen = await look({ ...request, connection }, io, "demo", detailOf(request));
  const { report } = seen;
  await writeAll(shownChunks(seen, request, renderOptions(request.show, io, request.all)), io);
  if (io.signal.aborted) return 130;
  if (request.demo.exitCode) return report.exitCode;
  io.notice(`A real run would have exited with code ${report.exitCode} (${report.summary.verdict}).`);
  return 0;
}

async function serve(server: Demo, kubeconfig: string, io: Io): Promise<ExitCode> {
  const text = [
    `# A simulated cluster is up at ${server.server} until Ctrl-C. In another terminal:`,
    `export KUBECONFIG=${kubeconfig}`,
    "kubectl get nodes",
    "kubectl cilium-health",
  ];
  await io.write(`${text.join("\n")}\n`);
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    else io.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  return 0;
}
