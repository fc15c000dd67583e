import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Request } from "../cli/request.ts";
import {
  type ClusterOptions,
  type Demo,
  faultCatalogue,
  generateMesh,
  generateMeshOfTwo,
  listScenarios,
  type MeshOptions,
  parseFault,
  readScenario,
  startClusters,
} from "../demo/index.ts";
import { HealthError } from "../model/errors.ts";
import type { ExitCode, Io } from "./io.ts";
import { lookOver } from "./mesh-look.ts";
import { renderOptions, writeAll } from "./show.ts";
import { detailOf, shownChunks } from "./status.ts";

type DemoRequest = Extract<Request, { kind: "demo" }>;

/** A simulated cluster, reached over loopback by the very code that reaches a real one. */
export async function demo(request: DemoRequest, io: Io): Promise<ExitCode> {
  if (request.demo.list) return list(io);
  const server = await startClusters(await chooseClusters(request, io));
  let folder: string | null = null;
  try {
    folder = await temporaryFolder();
    const kubeconfig = join(folder, "kubeconfig");
    await writeFile(kubeconfig, server.kubeconfig, { mode: 0o600 });
    return request.demo.serve ? await serve(request, server, kubeconfig, io) : await showOnce(request, kubeconfig, io);
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

/** Context of the second cluster of a mesh, and its name. */
const second = "demo-2";

async function chooseClusters({ demo: flags }: DemoRequest, io: Io): Promise<ClusterOptions[]> {
  const context = "demo";
  if (flags.nodes === 0) return [{ context, scenario: await readScenario(io.scenarios, flags.scenario) }];
  const bare: MeshOptions = { nodes: flags.nodes, seed: flags.seed, now: () => io.now().getTime() };
  const first = { ...bare, faults: flags.fault === "" ? [] : [parseFault(flags.fault)] };
  if (flags.clusters === 1) return [{ context, scenario: generateMesh(first) }];
  const [near, far] = generateMeshOfTwo([first, { ...bare, cluster: second }]);
  return [
    { context, scenario: near },
    { context: second, scenario: far },
  ];
}

function contextsBeside({ demo: { clusters } }: DemoRequest): readonly string[] {
  return clusters === 2 ? [second] : [];
}

/** Exits 0 when it has shown what it should; the code of a real run is named, or given with --exit-code. */
async function showOnce(request: DemoRequest, kubeconfig: string, io: Io): Promise<ExitCode> {
  const connection = { ...request.connection, kubeconfig, context: null };
  const flags = { ...request, connection, remoteContexts: contextsBeside(request) };
  const seen = await lookOver(flags, io, detailOf(request), "demo");
  const { report } = seen;
  await writeAll(shownChunks(seen, request, renderOptions(request.show, io, request.all)), io);
  if (io.signal.aborted) return 130;
  if (request.demo.exitCode) return report.exitCode;
  io.notice(`A real run would have exited with code ${report.exitCode} (${report.summary.verdict}).`);
  return 0;
}

async function serve(request: DemoRequest, server: Demo, kubeconfig: string, io: Io): Promise<ExitCode> {
  const others = contextsBeside(request);
  const joined = others.map((context) => ` --remote-context ${context}`).join("");
  const what =
    others.length === 0
      ? `A simulated cluster is up at ${server.server}`
      : `Two simulated clusters of one mesh, the contexts demo and ${others.join()}, are up`;
  const text = [
    `# ${what} until Ctrl-C. In another terminal:`,
    `export KUBECONFIG=${kubeconfig}`,
    "kubectl get nodes",
    ...others.map((context) => `kubectl get nodes --context ${context}`),
    `kubectl cilium-health${joined}`,
    ...(others.length === 0 ? [] : [`kubectl cilium-health matrix${joined}`]),
  ];
  await io.write(`${text.join("\n")}\n`);
  await new Promise<void>((resolve) => {
    if (io.signal.aborted) resolve();
    else io.signal.addEventListener("abort", () => resolve(), { once: true });
  });
  return 0;
}
