import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { loadCase } from "./recorded.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario, withoutHealthSocket } from "./scenario.ts";

/** What was recorded, by the command that printed it; the doubles serve models, Cilium's own programs print them. */
const printed: readonly (readonly [file: string, command: string])[] = [
  ["cilium-health-status.json", "cilium-health status -o json"],
  ["cilium-health-status.txt", "cilium-health status"],
  ["cilium-health-status-verbose.txt", "cilium-health status --verbose"],
  ["cilium-status.json", "cilium-dbg status -o json"],
  ["cilium-status-brief.json", "cilium-dbg status --brief -o json"],
  ["cilium-node-list.json", "cilium-dbg node list -o json"],
  ["cilium-endpoint-list.json", "cilium-dbg endpoint list -o json"],
  ["health-endpoint.json", "cilium-dbg endpoint get -l reserved:health -o json"],
  ["cilium-config.json", "cilium-dbg config --all -o json"],
  ["cilium-ip-list.json", "cilium-dbg ip list -o json"],
  ["cilium-service-list.json", "cilium-dbg service list -o json"],
  ["bpf-metrics.json", "cilium-dbg bpf metrics list -o json"],
  ["iptables.txt", "iptables -S"],
  ["ip_forward.txt", "cat /proc/sys/net/ipv4/ip_forward"],
  ["date.txt", "date -u +%Y-%m-%dT%H:%M:%S.%NZ"],
];

function execIn(pod: string, command: string): readonly string[] {
  return ["-n", "kube-system", "exec", pod, "-c", "cilium-agent", "--", ...command.split(" ")];
}

/** The rig itself, before any plugin: what the tests of the plugin stand on. */
export function describeStockKubectl(rig: () => Rig): void {
  describe("stock kubectl exec, through API server and kubelet, reads from Cilium's own programs", () => {
    const recorded = loadCase("vxlan-blocked-one-node");
    beforeAll(() => rig().show(recordedScenario("vxlan-blocked-one-node")));

    it.each(printed)("%s, byte for byte, by %s", async (file, command) => {
      for (const { metadata, spec } of recorded.pods) {
        const folder = recorded.agents.get(String(spec?.["nodeName"])) ?? "";
        const outcome = await rig().kubectl(execIn(metadata.name, command));
        expect(outcome).toEqual({ code: 0, stderr: "", stdout: readFileSync(join(folder, file), "utf8") });
      }
    });
  });

  describe("stock kubectl exec fails as it does in a cluster", () => {
    it("where the agent serves no health API", async () => {
      await rig().show(withoutHealthSocket(recordedScenario("healthy"), "worker-2"));
      const outcome = await rig().kubectl(execIn("cilium-2", "cilium-health status -o json"));
      expect(outcome).toMatchObject({ code: 1, stdout: "" });
      expect(outcome.stderr).toMatch(/^Error: Cannot get status: .*health\.sock: connect: no such file or directory/);
    });

    it("where the kubelet is gone", async () => {
      await rig().show(recordedScenario("node-down"));
      const outcome = await rig().kubectl(execIn("cilium-4", "cilium-health status -o json"));
      expect(outcome).toMatchObject({ code: 1, stdout: "" });
      expect(outcome.stderr).toContain("connection refused");
    });
  });
}
