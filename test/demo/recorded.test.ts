import { existsSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { listScenarios, readScenario, startDemo } from "../../src/demo/index.ts";
import { recordedCommands } from "../../src/demo/recorded-commands.ts";
import { accessOf, channel, exec, statusOf } from "./wire.ts";

const base = new URL("../../src/demo/scenarios/", import.meta.url);
const names = readdirSync(base, { withFileTypes: true }).filter((entry) => entry.isDirectory());

/** The recorded commands that this node's folder holds an output of. */
function commandsOf(folder: URL) {
  return recordedCommands.filter(({ file }) => existsSync(new URL(file, folder)));
}

function bytesOf(folder: URL, file: string): Buffer {
  const url = new URL(file, folder);
  return existsSync(url) ? readFileSync(url) : Buffer.alloc(0);
}

function exitCodeOf(folder: URL, file: string): number {
  return Number(bytesOf(folder, `${file}.rc`).toString("utf8"));
}

describe("the recorded scenarios", () => {
  it("are nine, each with the way its fault was injected", async () => {
    const scenarios = await listScenarios(base);
    expect(scenarios).toHaveLength(9);
    expect(scenarios.find((one) => one.name === "vxlan-blocked-one-node")?.how).toBe(
      "udp/8472 dropped on input of worker-2",
    );
  });

  it("are named when an unknown one is asked for", async () => {
    await expect(readScenario(base, "../healthy")).rejects.toMatchObject({
      exitCode: 2,
      hint: expect.stringContaining("healthy"),
    });
  });
});

describe.each(names.map((entry) => entry.name))("scenario %s", (name) => {
  const nodesFolder = new URL(`${name}/nodes/`, base);
  const nodes = readdirSync(nodesFolder).map((node) => ({ node, folder: new URL(`${node}/`, nodesFolder) }));

  it("answers every recorded command of every agent with the recorded bytes", async () => {
    const scenario = await readScenario(base, name);
    for (const { node, folder } of nodes) {
      for (const { argv, file } of commandsOf(folder)) {
        const reply = scenario.reply(node, argv);
        if (reply.kind !== "output") throw new Error(`${node} ${argv.join(" ")}: ${reply.kind}`);
        expect([...reply.stdout], `${node} ${file}`).toEqual([bytesOf(folder, file)]);
        expect(reply.exitCode).toBe(exitCodeOf(folder, file));
      }
    }
  });

  it("sends the same bytes, stderr and exit code over the exec protocol", async () => {
    const demo = await startDemo({ scenario: await readScenario(base, name) });
    const access = accessOf(demo);
    const folder = new URL("worker-1/", nodesFolder);
    for (const { argv, file } of commandsOf(folder)) {
      const reply = await exec(access, "cilium-1", argv);
      expect(channel(reply, 1).equals(bytesOf(folder, file)), file).toBe(true);
      expect(channel(reply, 2).equals(bytesOf(folder, `${file}.stderr`)), file).toBe(true);
      const failed = { status: "Failure", details: { causes: [{ reason: "ExitCode", message: "1" }] } };
      expect(statusOf(reply)).toMatchObject(exitCodeOf(folder, file) === 0 ? { status: "Success" } : failed);
    }
    await demo.close();
  });
});

describe("an agent whose node is down", () => {
  const text = /^error sending request: Post "https:\/\/172\.31\.0\.14:10250\/.*no route to host$/;

  it.each([
    ["v5: the error comes in the status frame", ["v5.channel.k8s.io"]],
    ["v5 is preferred when both are offered", ["v4.channel.k8s.io", "v5.channel.k8s.io"]],
  ])("%s", async (_title, protocols) => {
    const demo = await startDemo({ scenario: await readScenario(base, "node-down") });
    const reply = await exec(accessOf(demo), "cilium-4", ["date", "-u"], { protocols });
    expect(statusOf(reply)).toMatchObject({
      code: 500,
      reason: "InternalError",
      details: { causes: [{ message: expect.stringMatching(text) }] },
    });
    await demo.close();
  });

  it("v4: the error comes before the upgrade", async () => {
    const demo = await startDemo({ scenario: await readScenario(base, "node-down") });
    const reply = await exec(accessOf(demo), "cilium-4", ["date", "-u"], { protocols: ["v4.channel.k8s.io"] });
    expect(reply).toMatchObject({ kind: "refused", code: 500 });
    expect(reply.kind === "refused" && JSON.parse(reply.text)).toMatchObject({ message: expect.stringMatching(text) });
    await demo.close();
  });
});
