import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { runCommand } from "../bundle/run-command.ts";

/** Faults injected into a live five-node mesh of Cilium 1.19.3, and what every agent said to `check` meanwhile. */
const folderOf = (fault: string) => fileURLToPath(new URL(`../fixtures/lab-check/${fault}`, import.meta.url));

interface Line {
  readonly check: string;
  readonly id: string;
  readonly nodes: readonly string[];
  readonly status: "ok" | "warning" | "failed" | "not run";
}

async function lookInto(fault: string) {
  const { code, stdout } = await runCommand(["check", "-o", "json", "--all", "--from", folderOf(fault)]);
  const lines: readonly Line[] = JSON.parse(stdout).lines;
  const found = lines.filter(({ status }) => status === "warning" || status === "failed");
  return {
    code,
    lines,
    found: found.map(({ nodes, status, check, id }) => `${nodes.join(" ")} ${status} ${check} ${id}`).sort(),
  };
}

describe("check, of faults recorded live", () => {
  it.each([
    ["ip-forward-off", ["worker-3 warning ip-forwarding ip-forward-disabled"]],
    ["input-drops-vxlan", ["worker-2 failed input-chain vxlan-udp-blocked"]],
    ["mtu-differs", ["worker-4 warning device-mtu mtu-too-large"]],
    ["forward-drop", ["worker-5 warning forward-chain forward-drop"]],
    ["ipcache-entry-gone", ["worker-1 warning ipcache-agreement ipcache-agreement"]],
    ["config-skew", ["worker-3 warning agent-config config-skew"]],
    [
      "foreign-rule",
      [
        "worker-5 failed failing-controllers local-health-endpoint-broken",
        "worker-5 warning foreign-routing foreign-routing",
      ],
    ],
  ])("%s: names the node and the setting, and nothing else", async (fault, expected) => {
    const { code, found } = await lookInto(fault);
    expect(found).toEqual(expected);
    expect(code).toBe(1);
  });

  it("agent-stopped: what its agent would have said is not run; only what the API tells of it is ok", async () => {
    const { lines } = await lookInto("agent-stopped");
    const own = lines.filter(({ nodes }) => nodes.includes("worker-4"));
    expect(own.length).toBeGreaterThan(10);
    expect(own.filter(({ status }) => status === "ok").map(({ check }) => check)).toEqual([
      "kernel-version",
      "agent-version",
      "pod-ranges",
    ]);
  });
});

describe("ping, of the same", () => {
  it("says who does not answer, and exits with 3", async () => {
    const { code, stdout } = await runCommand(["ping", "--from", folderOf("agent-stopped")]);
    expect(code).toBe(3);
    expect(stdout).toMatch(/^worker-4 +NO ANSWER /m);
  });

  it.each(["ip-forward-off", "input-drops-vxlan", "foreign-rule"])(
    "finds every health API up with %s",
    async (fault) => {
      expect((await runCommand(["ping", "--from", folderOf(fault)])).code).toBe(0);
    },
  );
});
