import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { execGroups } from "../../src/analyse/exec/exec-groups.ts";
import type { ExecOutput, ExecResult } from "../../src/model/exec.ts";
import { execGroupChunks } from "../../src/render/exec-groups.ts";
import { goldenFile } from "../golden-file.ts";

/** What `exec --show json` gave on a live five-node mesh while a fault was in place (as in test/fixtures/lab-check). */
function recordedExec(fault: string): readonly ExecResult[] {
  const file = new URL(`../fixtures/lab-exec/${fault}.json`, import.meta.url);
  const { agents } = JSON.parse(readFileSync(file, "utf8"));
  return agents.map((agent: ExecResult & Record<"stdout" | "stderr", { readonly content: string }>) => ({
    ...agent,
    stdout: output(agent.stdout.content),
    stderr: output(agent.stderr.content),
  }));
}

function output(content: string): ExecOutput {
  const bytes = Buffer.from(content);
  const digest = createHash("sha256").update(bytes).digest("hex");
  return { bytes, digest, length: bytes.length, cut: false, file: "" };
}

const options = { colorLevel: 0 as const, ascii: true, all: false, noHeaders: false, columns: 80 };

describe("exec --show group, of outputs recorded live under a fault", () => {
  it.each([
    ["ip-forward-off", "worker-3", "0"],
    ["forward-drop", "worker-5", "-A FORWARD -j DROP"],
    ["mtu-differs", "worker-4", "mtu 1400"],
    ["input-drops-vxlan", "worker-2", "-A INPUT -p udp -m udp --dport 8472 -j DROP"],
  ])("%s: the odd node stands alone, and its line is the difference", async (fault, odd, difference) => {
    const groups = execGroups(recordedExec(fault));
    const screen = [...execGroupChunks(groups, options, true)].join("");
    const alone = screen.split("\n\n").filter((part) => part.startsWith(`=== 1 agent: ${odd} `));
    expect(alone).toHaveLength(1);
    expect(alone[0]).toContain(difference);
    expect(screen).toBe(await goldenFile(`exec-${fault}.group`, screen));
  });
});
