import { readFileSync } from "node:fs";
import { type AddressInfo, createServer } from "node:net";
import { join } from "node:path";
import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, it } from "vitest";
import { burstArgv } from "../../src/collect/locate-burst.ts";
import { projectRoot } from "./build.ts";
import { freePorts } from "./processes.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario, withHostAt } from "./scenario.ts";

const loopback = "127.0.0.1";

/** A listener on loopback that counts what comes. */
async function listener() {
  const seen = { connections: 0, bytes: 0 };
  const server = createServer((socket) => {
    seen.connections++;
    socket.on("data", (piece) => {
      seen.bytes += piece.length;
    });
    socket.on("error", () => {});
    socket.on("end", () => socket.end());
  });
  await new Promise<void>((resolve) => server.listen(0, loopback, resolve));
  const { port } = server.address() as AddressInfo;
  return { port, seen, close: () => new Promise((resolve) => server.close(resolve)) };
}

/** `kubectl cilium-health pair A B --locate`, its script run by the bash of this machine, to an address of loopback. */
export function describePluginLocate(rig: () => Rig): void {
  const schema = JSON.parse(readFileSync(join(projectRoot, "docs", "pair.schema.json"), "utf8"));
  const fits = new Ajv2020({ allErrors: true, allowUnionTypes: true }).compile(schema);
  const locate = async (port: number) => {
    await rig().show(withHostAt(recordedScenario("healthy"), "worker-1", "worker-2", loopback, port));
    const words = ["pair", "worker-1", "worker-2", "--locate", "--target", "host", "--no-confirm", "-o", "json"];
    const { result, execs } = await rig().observed(() => rig().kubectl(["cilium-health", ...words]));
    const document = JSON.parse(result.stdout);
    expect(fits(document), JSON.stringify(fits.errors)).toBe(true);
    const bursts: readonly number[] = document.location.bursts;
    const sent = bursts.reduce((sum, one) => sum + one, 0);
    expect(result.stderr).toContain(
      `Sending ${sent} TCP connections from the agent of worker-1 to ${loopback} port ${port} (host of worker-2), in bursts of ${bursts.join(", ")};`,
    );
    const scripts = execs.filter(({ argv }) => argv[0] === "bash");
    expect(scripts.map(({ pod, argv }) => [pod, argv])).toEqual(
      bursts.map((count) => ["cilium-1", burstArgv(loopback, port, count)]),
    );
    expect(rig().inAgents()).toEqual([]);
    return { location: document.location, sent };
  };

  describe("kubectl cilium-health pair --locate", () => {
    it("opens just as many connections as it says, sends nothing over them, and finds the way open", async () => {
      const { port, seen, close } = await listener();
      const { location, sent } = await locate(port);
      expect(location).toMatchObject({ place: "works", attempts: { opened: sent, refused: 0, silent: 0, failed: 0 } });
      await close();
      expect(seen).toEqual({ connections: sent, bytes: 0 });
    });

    it("says that something refuses where nobody listens, and blames no counter", async () => {
      const [port = 0] = await freePorts(1);
      const { location, sent } = await locate(port);
      expect(location).toMatchObject({
        place: "refused",
        attempts: { opened: 0, refused: sent, silent: 0, failed: 0 },
      });
      expect(location.text).toContain(`${sent} of ${sent} connections were refused`);
    });
  });
}
