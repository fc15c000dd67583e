import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { parseRequest } from "../../src/cli/parse-request.ts";
import type { Cluster, Environment } from "../../src/cluster/cluster.ts";
import { openCluster } from "../../src/cluster/connect.ts";
import { HealthError } from "../../src/model/errors.ts";
import { fixtureTls } from "./api-double.ts";
import { httpProxy, socksProxy, type TestProxy } from "./proxies.ts";
import { podsPath, type Seen, type SeenServer, seenServer } from "./seen-server.ts";

/** API servers and proxies that kubectl and this program are sent to alike. */
export interface World {
  readonly one: SeenServer;
  readonly two: SeenServer;
  readonly plain: SeenServer;
  readonly proxies: Readonly<Record<"http" | "https" | "socks5", TestProxy>>;
  close(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  const [one, two, plain] = [await seenServer("one"), await seenServer("two"), await seenServer("plain", null)];
  const tls = { cert: fixtureTls("server.crt"), key: fixtureTls("server.key") };
  const proxies = { http: await httpProxy(), https: await httpProxy(tls), socks5: await socksProxy() };
  const all = [one.api, two.api, plain.api, ...Object.values(proxies)];
  const close = async () => {
    for (const server of all) await server.close();
  };
  return { one, two, plain, proxies, close };
}

/** Files in a fresh folder, which is also the home and the working directory. */
export interface Place {
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  readonly flags: readonly string[];
}

/** What came of one program's requests at one place. */
export interface Came {
  readonly lists: readonly Seen[];
  readonly execs: readonly Seen[];
  /** What the proxies were asked for. */
  readonly proxied: readonly string[];
  /** KUBERNETES_EXEC_INFO of each run of the login plugin. */
  readonly pluginRuns: readonly unknown[];
  /** The one error, as it is shown; "" when all went well. */
  readonly said: string;
}

type Act = (folder: string, place: Place) => Promise<string>;

/** Lets `act` run at the place, and gives what the servers saw of it. */
export async function cameOf(world: World, place: Place, act: Act): Promise<Came> {
  const folder = mkdtempSync(join(tmpdir(), "as-kubectl-"));
  const servers = [world.one, world.two, world.plain];
  const before = {
    lists: servers.map(({ lists }) => lists.length),
    execs: servers.map(({ execs }) => execs.length),
    asked: Object.values(world.proxies).map(({ asked }) => asked.length),
  };
  try {
    for (const [name, text] of Object.entries(place.files)) {
      const file = join(folder, name);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      if (text.startsWith("#!")) chmodSync(file, 0o755);
    }
    const said = await act(folder, place);
    const runs = join(folder, "runs");
    return {
      lists: servers.flatMap(({ lists }, at) => lists.slice(before.lists[at])),
      execs: servers.flatMap(({ execs }, at) => execs.slice(before.execs[at])),
      proxied: Object.values(world.proxies).flatMap(({ asked }, at) => asked.slice(before.asked[at])),
      pluginRuns: existsSync(runs) ? readFileSync(runs, "utf8").split("\n").filter(Boolean).map(parsed) : [],
      said: said.replaceAll(folder, "<folder>"),
    };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function parsed(line: string): unknown {
  return JSON.parse(line);
}

function environmentAt(folder: string, place: Place): Environment {
  return {
    env: { PATH: process.env["PATH"], HOME: folder, ...place.env },
    homeDir: folder,
    cwd: folder,
    platform: "linux",
    stdinIsTerminal: false,
    lendTerminal: (run) => run(),
    notice: () => {},
    userAgent: "kubectl-cilium_health/test",
  };
}

/** This program's client: the list of pods, then so many commands at once. */
export function ourClient(execs = 1): Act {
  return async (folder, place) => {
    const request = parseRequest([...place.flags]);
    if (request.kind !== "status") throw new Error(JSON.stringify(request));
    try {
      const cluster = await openCluster(request.connection, environmentAt(folder, place));
      const said = await listAndExec(cluster, execs);
      cluster.close();
      return said;
    } catch (error) {
      if (error instanceof HealthError) return `${error.message}\n${error.hint}`;
      throw error;
    }
  };
}

async function listAndExec(cluster: Cluster, execs: number): Promise<string> {
  const { signal } = new AbortController();
  const pods = { group: "", version: "v1", plural: "pods", namespace: "x", labelSelector: null, fieldSelector: null };
  const command = { namespace: "x", pod: "p", container: "c", argv: ["true"], timeoutMs: 30_000, maxBytes: 1000 };
  const listed = await cluster.list(pods, signal);
  if (listed.kind !== "ok") return listed.message;
  const outcomes = await Promise.all(Array.from({ length: execs }, () => cluster.exec(command, signal)));
  const failed = outcomes.find(({ kind }) => kind !== "ok");
  return failed === undefined ? "" : JSON.stringify(failed);
}

/** Stock kubectl: the list of pods, then, if asked for, one command. */
export function kubectlClient(kubectl: string, withExec: boolean): Act {
  return async (folder, place) => {
    const call = (...args: readonly string[]) => ended(kubectl, [...args, ...place.flags], folder, place);
    const listed = await call("get", "--raw", podsPath);
    if (listed !== "" || !withExec) return listed;
    return ended(kubectl, ["exec", "-n", "x", "p", "-c", "c", ...place.flags, "--", "true"], folder, place);
  };
}

/** stderr of a failed command, "" of one that went well; no terminal, nothing of the tests' own environment. */
function ended(command: string, args: readonly string[], folder: string, place: Place): Promise<string> {
  const env = { PATH: process.env["PATH"], HOME: folder, ...place.env };
  const child = spawn(command, args, { cwd: folder, env, stdio: ["ignore", "ignore", "pipe"] });
  let stderr = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    stderr += text;
  });
  return new Promise((resolve, reject) => {
    child.on("error", reject).on("close", (code) => resolve(code === 0 ? "" : stderr.trim() || `code ${code}`));
  });
}
