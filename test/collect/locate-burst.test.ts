import { spawnSync } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { burstArgv, burstScript, sendBurst } from "../../src/collect/locate-burst.ts";
import { readBurst } from "../../src/parse/burst-lines.ts";
import { pod, said } from "./fake-cluster.ts";

const never = new AbortController().signal;

describe("a burst of connections", () => {
  it("is one fixed script; what varies are arguments of their own", () => {
    const [bash, option, script, name, ...words] = burstArgv("192.0.2.7", 4240, 5);
    expect([bash, option, script, name]).toEqual(["bash", "-c", burstScript, "cilium-health-locate"]);
    expect(words).toEqual(["192.0.2.7", "4240", "5"]);
  });

  it("is never made of words that are no address, no port and no small count", async () => {
    let ran = 0;
    const exec = () => {
      ran++;
      return Promise.resolve(said(""));
    };
    const send = (address: string, port: number, count: number) =>
      (async () => sendBurst(exec, pod("a"), { address, port }, count, never))();
    for (const address of [
      "",
      "example.org",
      "192.0.2.1;id",
      "$(id)",
      "::1%eth0",
      "192.0.2.1/x",
      "a b",
      "-h",
      "cafe",
      "999.0.2.1",
    ]) {
      await expect(send(address, 4240, 5), address).rejects.toThrow(RangeError);
    }
    for (const port of [0, 65_536, 1.5, Number.NaN])
      await expect(send("192.0.2.1", port, 5)).rejects.toThrow(RangeError);
    for (const count of [0, 41, 2.5, -1]) await expect(send("192.0.2.1", 4240, count)).rejects.toThrow(RangeError);
    expect(ran).toBe(0);
    await send("2001:db8::1", 4240, 40);
    expect(ran).toBe(1);
  });

  it("says of each connection how it ended, in a real bash", async () => {
    const server = createServer((socket) => void socket.on("error", () => {}).resume());
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const address = server.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    const [program = "", ...words] = burstArgv("127.0.0.1", port, 4);
    const open = spawnSync(program, words, { encoding: "utf8" });
    server.close();
    expect(readBurst(open.stdout, 4)).toEqual({ opened: 4, refused: 0, silent: 0, failed: new Map(), untried: "" });
    const [, ...refused] = burstArgv("127.0.0.1", 1, 3);
    const closed = spawnSync(program, refused, { encoding: "utf8" });
    expect(readBurst(closed.stdout, 3)).toMatchObject({ opened: 0, refused: 3, silent: 0 });
  });
});

describe("the lines of a burst", () => {
  it.each([
    ["0 \n0 \n124 \n", { opened: 2, silent: 1 }],
    ["1 Connection refused\n", { refused: 1 }],
    ["1 Connection timed out\n", { silent: 1 }],
    ["1 Network is unreachable\n1 Network is unreachable\n", { failed: new Map([["Network is unreachable", 2]]) }],
    [
      "1 \nnonsense\n",
      {
        failed: new Map([
          ["1", 1],
          ["nonsense", 1],
        ]),
      },
    ],
    ["", { opened: 0, refused: 0, silent: 0 }],
  ])("%j", (text, expected) => {
    expect(readBurst(text, 3)).toMatchObject(expected);
  });

  it("count no more connections than were sent, however many an agent prints", () => {
    expect(readBurst("0\n".repeat(30_000), 5)).toMatchObject({ opened: 5 });
    const loud = Array.from({ length: 9 }, (_, at) => `1 no ${at}`).join("\n\n");
    expect(readBurst(loud, 4).failed.size).toBe(4);
  });

  it("count no more than there are, whatever they say", () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.string({ unit: "binary" }), fc.constant("0"))), fc.nat(40), (lines, sent) => {
        const { opened, refused, silent, failed } = readBurst(lines.join("\n"), sent);
        const all = opened + refused + silent + [...failed.values()].reduce((sum, one) => sum + one, 0);
        expect(all).toBeLessThanOrEqual(Math.min(sent, lines.join("\n").split("\n").length));
      }),
    );
  });
});
