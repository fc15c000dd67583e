import { spawn } from "node:child_process";
import dns from "node:dns";
import { once } from "node:events";
import net from "node:net";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { config, home, placeOf, trusted } from "./kubectl-case.ts";
import { type Came, cameOf, ourClient, startWorld, type World } from "./kubectl-world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

const { lookup } = dns;
const cleanups: (() => unknown)[] = [];
afterEach(async () => {
  dns.lookup = lookup;
  for (const cleanup of cleanups.splice(0).toReversed()) await cleanup();
});

/** Every name has these addresses, in this order, as a name server that balances or a dual-stack cluster gives them. */
function everyNameIs(...addresses: readonly string[]): void {
  const all = addresses.map((address) => ({ address, family: net.isIP(address) }));
  const answer = (_name: string, _options: unknown, done: (error: null, found: typeof all) => void) => done(null, all);
  dns.lookup = answer as unknown as typeof dns.lookup;
}

type Named = { readonly proxyUrl?: string };

/** A list and a command, to a server that is known by its name. */
function asked({ proxyUrl }: Named = {}): Promise<Came> {
  const server = `https://api.cluster.test:${world.one.port}`;
  const proxy = proxyUrl === undefined ? {} : { "proxy-url": proxyUrl };
  const files = home(config(world.one, { cluster: { ...trusted, server, ...proxy } }));
  const one = { about: "", title: "", seen: {}, place: () => files };
  return cameOf(world, placeOf(one, world), async (folder, place) => {
    const running = ourClient()(folder, place);
    // As set by opening the cluster: 250 ms, Node's own, give up on every address of a far server.
    expect(net.getDefaultAutoSelectFamilyAttemptTimeout()).toBe(2_500);
    net.setDefaultAutoSelectFamilyAttemptTimeout(50);
    return running;
  });
}

function expectReached(came: Came): void {
  expect(came.said).toBe("");
  expect([...came.lists, ...came.execs].map(({ server, sni }) => [server, sni])).toEqual(
    Array(2).fill(["one", "api.cluster.test"]),
  );
}

/** A listener whose queue is full: whoever comes now hears nothing, neither yes nor no. */
async function silentListener(host: string, port: number): Promise<void> {
  const program = `const server = require("node:net").createServer();
    server.on("error", () => process.exit());
    server.listen({ host: "${host}", port: ${port}, backlog: 1 }, () => {
      require("node:fs").writeSync(1, "x");
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
    });`;
  const child = spawn(process.execPath, ["-e", program], { stdio: ["ignore", "pipe", "ignore"] });
  cleanups.push(() => child.kill("SIGKILL"));
  await Promise.race([once(child.stdout, "data"), once(child, "exit")]);
  // Where this machine has no such address, nobody listens there: that is a dead address, and as good here.
  if (child.exitCode !== null) return;
  for (let queued = 0; queued < 2; queued++) {
    const waiting = net.connect({ host, port });
    waiting.on("error", () => {});
    cleanups.push(() => waiting.destroy());
    await once(waiting, "connect");
  }
}

describe("a server of several addresses is reached, for the list and for commands,", () => {
  it.each([
    ["dual stack, nothing listens on the first", ["::1", "127.0.0.1"]],
    ["round robin, nothing listens on the first", ["127.0.0.2", "127.0.0.1"]],
    ["round robin, nothing listens on the second", ["127.0.0.1", "127.0.0.2"]],
    ["of six the last one lives", ["127.0.0.2", "::1", "127.0.0.3", "127.0.0.4", "127.0.0.5", "127.0.0.1"]],
  ])("%s", async (_what, addresses) => {
    everyNameIs(...addresses);
    expectReached(await asked());
  });

  it("the first never answers", async () => {
    await silentListener("::1", world.one.port);
    everyNameIs("::1", "127.0.0.1");
    expectReached(await asked());
  });

  it.each(["http", "socks5"] as const)(
    "through a proxy of kind %s of several addresses, the first one dead",
    async (kind) => {
      everyNameIs("127.0.0.2", "127.0.0.1");
      const came = await asked({ proxyUrl: `${kind}://proxy.test:${world.proxies[kind].port}` });
      expectReached(came);
      expect([...new Set(came.proxied)]).toEqual([`api.cluster.test:${world.one.port}`]);
    },
  );
});

describe("a server of several addresses that are all dead", () => {
  it("is named once, as it is called, with what to look at", async () => {
    everyNameIs("127.0.0.2", "127.0.0.3");
    const came = await asked();
    expect(came.said).toBe(
      `The connection to the server api.cluster.test:${world.one.port} was refused - did you specify the right host or port?`,
    );
  });
});
