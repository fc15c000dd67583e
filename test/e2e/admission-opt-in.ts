import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { commandLines } from "../../src/collect/command-lines.ts";
import { monitorArgv } from "../../src/collect/drop-monitor.ts";
import { burstArgv, burstName, burstScript, mostConnections, socketsArgv } from "../../src/collect/locate-burst.ts";
import { optInLines } from "../../src/collect/opt-in-lines.ts";
import { matchesLine } from "../matches-line.ts";
import { refusedByPolicy } from "./admission.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario } from "./scenario.ts";

const user = "on-call";
const loopback = "127.0.0.1";
/** Where nobody listens. */
const closedPort = 1;

const ours: readonly (readonly string[])[] = [
  monitorArgv(1),
  monitorArgv(300),
  monitorArgv(20, "cilium"),
  burstArgv(loopback, closedPort, 1),
  burstArgv("::1", closedPort, mostConnections),
  socketsArgv(loopback),
  socketsArgv("::1"),
];

/** One of our lines with the word at `at` replaced. */
function changed(line: readonly string[], at: number, word: string): readonly string[] {
  return line.map((one, index) => (index === at ? word : one));
}

const burst = burstArgv(loopback, closedPort, 1);

/** That the policy of `access --include drops,locate` adds just these lines, judged by a real API server. */
export function describeOptInAdmission(rig: () => Rig): void {
  const asUser = (...args: readonly string[]) => rig().kubectl([...args, "--context", user]);
  const inAgent = (words: readonly string[]) =>
    rig().kubectl([
      ...["exec", "cilium-1", "-n", "kube-system", "-c", "cilium-agent", "--context", user, "--", ...words],
    ]);
  const applied: string[] = [];
  const apply = async (...flags: readonly string[]) => {
    const { stdout } = await asUser("cilium-health", "access", "-o", "json", ...flags);
    const { manifest, admissionPolicy } = JSON.parse(stdout);
    for (const stdin of [manifest, admissionPolicy]) {
      expect(await rig().kubectl(["apply", "--validate=strict", "-f", "-"], { stdin })).toMatchObject({ code: 0 });
      applied.push(stdin);
    }
  };
  /** The API server watches its policies: one applied counts a moment later. */
  const until = async (words: readonly string[], isRefused: boolean) => {
    for (let tries = 100; tries > 0; tries--) {
      if (refusedByPolicy.test((await inAgent(words)).stderr) === isRefused) return;
      await sleep(100);
    }
    throw new Error(`${words.join(" ")} ${isRefused ? "is let through" : "is refused"} in spite of the policy`);
  };

  describe("admission of what drops and pair --locate run", () => {
    beforeAll(async () => {
      await rig().show(recordedScenario("healthy"));
      await apply();
      await until(monitorArgv(1), true);
    });
    afterAll(async () => {
      for (const stdin of applied.slice(-2)) await rig().kubectl(["delete", "-f", "-"], { stdin });
    });

    it("is refused to a user whose policy does not include it", async () => {
      for (const argv of ours) expect((await inAgent(argv)).stderr, argv.join(" ")).toMatch(refusedByPolicy);
      const { code, stdout, stderr } = await asUser("cilium-health", "drops", "worker-1", "--for", "1s", "-o", "table");
      expect([code, stdout + stderr]).toEqual([3, expect.stringMatching(/worker-1: .*cilium-health-commands/)]);
    });

    describe("once it is included", () => {
      beforeAll(async () => {
        await apply("--include", "drops,locate");
        await until(socketsArgv(loopback), false);
      });

      it("lets each of its lines through, and a whole run", async () => {
        for (const argv of ours) expect((await inAgent(argv)).stderr, argv.join(" ")).not.toMatch(/denied|forbidden/);
        expect((await inAgent(burst)).stdout).toBe("1 Connection refused\n");
        const { result, execs } = await rig().observed(() =>
          asUser("cilium-health", "drops", "worker-1", "--for", "1s", "-o", "table"),
        );
        expect(result.stdout + result.stderr).not.toMatch(/denied|forbidden/);
        const known = [...commandLines, ...optInLines.drops];
        expect(execs.filter(({ argv }) => !known.some((line) => matchesLine(line, argv)))).toEqual([]);
        expect(execs.map(({ argv }) => argv)).toContainEqual(monitorArgv(1));
      });

      it.each([
        ["a shell bounded as the monitor is", [...monitorArgv(5).slice(0, 6), "sh", "-c", "true"]],
        ["a shell after the monitor's words", [...monitorArgv(5), ";", "sh"]],
        ["a monitor of everything", changed(monitorArgv(5), 9, "trace")],
        ["a monitor for longer", changed(monitorArgv(5), 5, "301")],
        ["a monitor without an end", changed(monitorArgv(5), 5, "0")],
        ["a monitor that nothing kills", changed(monitorArgv(5), 4, "0")],
        ["another script", changed(burst, 2, "id")],
        ["our script with more behind it", changed(burst, 2, `${burstScript}; id`)],
        ["our script without its words", ["bash", "-c", burstScript, burstName]],
        ["an address with a semicolon", changed(burst, 4, `${loopback};id`)],
        ["an address with a second line", changed(burst, 4, `${loopback}\nid`)],
        ["an address that is a command", changed(burst, 4, "$(id)")],
        ["a name for an address", changed(burst, 4, "localhost")],
        ["a name of hexadecimal digits", changed(burst, 4, "cafe")],
        ["what only looks like an address", changed(burst, 4, "999.0.2.1")],
        ["a port that there is not", changed(burst, 5, "65536")],
        ["a port with a path", changed(burst, 5, "80/x")],
        ["a connection too many", changed(burst, 6, String(mostConnections + 1))],
        ["another table of the kernel", ["cat", "/proc/net/arp"]],
      ])("refuses %s", async (_what, words) => {
        const outcome = await inAgent(words);
        expect(outcome.code).toBe(1);
        expect(outcome.stderr).toMatch(refusedByPolicy);
      });
    });
  });
}
