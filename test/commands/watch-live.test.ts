import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { clusterSource, watch } from "../../src/commands/watch.ts";
import { generateMesh, startDemo } from "../../src/demo/index.ts";
import { silentIo } from "../recorded-report.ts";

/** A way to the API server that can be closed and opened again. */
class Gate {
  #server: Server | null = null;
  readonly #sockets = new Set<Socket>();
  readonly #target: number;
  port = 0;

  constructor(target: number) {
    this.#target = target;
  }

  open(): Promise<void> {
    const server = createServer((socket) => {
      const beyond = connect(this.#target, "127.0.0.1");
      for (const one of [socket, beyond]) {
        this.#sockets.add(one);
        one.on("error", () => undefined).on("close", () => this.#sockets.delete(one));
      }
      socket.pipe(beyond).pipe(socket);
    });
    this.#server = server;
    return new Promise((resolve) => {
      server.listen(this.port, "127.0.0.1", () => {
        this.port = (server.address() as AddressInfo).port; // never a pipe's name: it listens on TCP
        resolve();
      });
    });
  }

  shut(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    return new Promise((resolve) => {
      if (this.#server === null) resolve();
      else this.#server.close(() => resolve());
    });
  }
}

describe("a watch of a live cluster", () => {
  it("survives a restart of the API server", async () => {
    const demo = await startDemo({ scenario: generateMesh({ nodes: 3 }) });
    const folder = mkdtempSync(join(tmpdir(), "watch-"));
    const gate = new Gate(Number(new URL(demo.server).port));
    try {
      await gate.open();
      const kubeconfig = join(folder, "kubeconfig");
      writeFileSync(kubeconfig, demo.kubeconfig.replace(demo.server, `https://127.0.0.1:${gate.port}`));
      const lines = await watchedThrough(gate, kubeconfig);
      expect(lines.map(({ round, last, error }) => [round, last, error !== null])).toEqual([
        [1, false, false],
        [2, false, true],
        [3, false, false],
        [3, true, false],
      ]);
      expect(lines[1]?.error).toContain(String(gate.port));
      expect(lines[2]?.report?.coverage).toMatchObject({ agents: 3, answered: 3 });
    } finally {
      await gate.shut();
      await demo.close();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

interface Line {
  readonly round: number;
  readonly last: boolean;
  readonly error: string | null;
  readonly report: { readonly coverage: object } | null;
}

/** The gate is shut after the first round and open again after the second; Ctrl-C comes after the third. */
async function watchedThrough(gate: Gate, kubeconfig: string): Promise<Line[]> {
  const written: string[] = [];
  const interrupt = new AbortController();
  const io = { ...silentIo(written), signal: interrupt.signal };
  const request = parseRequest(["-w", "--kubeconfig", kubeconfig]);
  if (request.kind !== "status" || request.watch === null) throw new Error("not a watch");
  let opened = false;
  const source = clusterSource(request, io, async () => {
    const rounds = written.join("").split("\n").length - 1;
    if (rounds === 1) await gate.shut();
    else if (rounds === 3) interrupt.abort();
    else if (!opened) {
      opened = true;
      await gate.open();
    }
  });
  expect(await watch(request, request.watch, io, source)).toBe(130);
  return written
    .join("")
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Line);
}
