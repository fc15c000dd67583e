import { describe, expect, it } from "vitest";
import type { ExecRequest } from "../../src/cluster/cluster.ts";
import { monitorArgv, monitorDrops } from "../../src/collect/drop-monitor.ts";
import type { ExecOutcome } from "../../src/model/capture.ts";
import { bytes } from "../views.ts";
import { pod } from "./fake-cluster.ts";

const never = new AbortController().signal;
const exit = (code: number, stderr = ""): ExecOutcome => ({ kind: "exit", code, stdout: Buffer.alloc(0), stderr });

async function end(...outcomes: readonly ExecOutcome[]) {
  const requests: ExecRequest[] = [];
  const exec = (request: ExecRequest) => {
    requests.push(request);
    return Promise.resolve(outcomes[requests.length - 1] ?? exit(1));
  };
  const kind = (await monitorDrops(exec, pod("a"), 10, () => {}, never)).kind;
  return { kind, asked: requests.map(({ argv }) => argv.join(" ")), requests };
}

describe("the command line of a drop monitor", () => {
  it("is ended by the agent's own side, kindly first", () => {
    expect(monitorArgv(10).join(" ")).toBe("timeout -s INT -k 3 10 cilium-dbg monitor --type drop --json");
  });

  it("gets the time it needs, whatever --timeout says, and hands its events on", async () => {
    const { requests } = await end(exit(124));
    expect(requests[0]).toMatchObject({ timeoutMs: 28_000, pod: "cilium-a", onStdout: expect.any(Function) });
  });
});

describe("how watching an agent ends", () => {
  it.each([
    ["`timeout` interrupted it", exit(124), "watched"],
    ["`timeout` had to kill it: no event came after the interrupt", exit(137), "watched"],
    ["the run was interrupted", { kind: "aborted" } as const, "aborted"],
    ["the image has no `timeout`, says runc", exit(127, ""), "unbounded"],
    [
      "the image has no `timeout`, says containerd",
      { kind: "remote-error", message: 'exec: "timeout": executable file not found in $PATH', stderr: "" } as const,
      "unbounded",
    ],
    ["its `timeout` knows other options", exit(1, "timeout: unrecognized option: k\nBusyBox v1.36"), "unbounded"],
    ["its `timeout` failed itself", exit(125, "timeout: invalid time interval"), "unbounded"],
    ["the agent has no monitor socket", exit(1, "Cannot open monitor socket"), "failed"],
    ["it ended by itself", { kind: "ok", stdout: bytes(""), stderr: "" } as const, "failed"],
    ["the connection died", { kind: "dead-peer", silentMs: 15_000 } as const, "failed"],
  ])("%s", async (_what, outcome, kind) => {
    expect(await end(outcome)).toMatchObject({ kind, asked: [expect.any(String)] });
  });

  it("an agent older than 1.15 has its monitor under the old name", async () => {
    const missing = exit(127, "timeout: failed to run command 'cilium-dbg': No such file or directory");
    expect(await end(missing, exit(124))).toMatchObject({
      kind: "watched",
      asked: [expect.stringContaining("cilium-dbg"), "timeout -s INT -k 3 10 cilium monitor --type drop --json"],
    });
  });
});
