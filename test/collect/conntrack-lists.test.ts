import { describe, expect, it } from "vitest";
import type { ExecRequest } from "../../src/cluster/cluster.ts";
import { mostListBytes, readList } from "../../src/collect/conntrack-lists.ts";
import type { ExecOutcome } from "../../src/model/capture.ts";
import { pod } from "./fake-cluster.ts";

const agent = pod("worker-1");
const said = (code: number, stderr: string): ExecOutcome => ({ kind: "exit", code, stdout: new Uint8Array(), stderr });
const noMap = "Error: Unable to open /sys/fs/bpf/x: loading pinned map /sys/fs/bpf/x: no such file or directory\n";

async function endOf(list: "ct" | "nat", ...outcomes: readonly ExecOutcome[]) {
  const asked: ExecRequest[] = [];
  const exec = async (request: ExecRequest): Promise<ExecOutcome> => {
    asked.push(request);
    return outcomes[asked.length - 1] ?? { kind: "aborted" };
  };
  const end = await readList(exec, agent, list, () => {}, new AbortController().signal);
  return { end, lines: asked.map(({ argv }) => argv.join(" ")), bytes: asked[0]?.maxBytes };
}

describe("reading a list of tracked connections", () => {
  it.each<[string, "ct" | "nat", ExecOutcome, string, string]>([
    ["to its end", "ct", { kind: "ok", stdout: new Uint8Array(), stderr: "" }, "read", ""],
    ["where BPF does not masquerade", "nat", said(1, noMap), "none", "no NAT map there"],
    ["where there is no map", "ct", said(1, noMap), "none", "no conntrack map there"],
    [
      "that is too long",
      "ct",
      { kind: "too-big", limitBytes: 9 },
      "cut",
      "longer than 16 MiB: what follows was not read",
    ],
    ["that cannot be read", "ct", said(1, "Error: no\n"), "failed", "exited with code 1: Error: no"],
  ])("%s", async (_what, list, outcome, state, message) => {
    expect((await endOf(list, outcome)).end).toEqual({ state, message });
  });

  it("asks the older program where there is no cilium-dbg, for so many bytes at most", async () => {
    const missing = said(127, "");
    const { end, lines, bytes } = await endOf("nat", missing, { kind: "ok", stdout: new Uint8Array(), stderr: "" });
    expect(end.state).toBe("read");
    expect(lines).toEqual(["cilium-dbg bpf nat list", "cilium bpf nat list"]);
    expect(bytes).toBe(mostListBytes);
  });
});
