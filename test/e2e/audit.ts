import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, it } from "vitest";
import { tallyCaptures } from "../../src/collect/short-captures.ts";
import { projectRoot } from "./build.ts";
import type { Rig } from "./rig.ts";
import { recordedScenario } from "./scenario.ts";

/** What a run leaves in the audit log, a row of docs/security.md. */
interface Row {
  readonly agents: number;
  readonly execs: number;
  readonly events: number;
  readonly megabytes: number;
}

function documentedRows(): readonly Row[] {
  const text = readFileSync(join(projectRoot, "docs", "security.md"), "utf8");
  return text.split("\n").flatMap((line) => {
    const cells = /^\| ([\d,]+) \| ([\d,]+) \| ([\d,]+) \| ([\d.]+) MB \|$/.exec(line)?.slice(1) ?? [];
    const [agents, execs, events, megabytes] = cells.map((cell) => Number(cell.replaceAll(",", "")));
    if (agents === undefined || execs === undefined || events === undefined || megabytes === undefined) return [];
    return [{ agents, execs, events, megabytes }];
  });
}

const bytesOf = (audit: readonly string[]) => audit.reduce((sum, line) => sum + Buffer.byteLength(line) + 1, 0);

/** That docs/security.md says of the audit log what a real API server writes there. */
export function describeAudit(rig: () => Rig): void {
  describe("the audit log of a run", () => {
    const rows = documentedRows();
    let small: Pick<Row, "execs" | "events"> & { readonly bytes: number };
    let large: typeof small;
    beforeAll(async () => {
      await rig().show(recordedScenario("healthy"));
      const { execs, audit } = await rig().observed(() => rig().kubectl(["cilium-health"]));
      // Of five agents.
      small = { execs: execs.length / 5, events: audit.length / 5, bytes: bytesOf(audit) / 5 };
      const one = await rig().observed(async () => {
        for (const { argv } of tallyCaptures(() => ({
          oldest: "2031-05-02T09:04:30Z",
          newest: "2031-05-02T09:24:30Z",
        }))) {
          await rig().kubectl(["-n", "kube-system", "exec", "cilium-1", "-c", "cilium-agent", "--", ...argv]);
        }
      });
      large = { execs: one.execs.length, events: one.audit.length, bytes: bytesOf(one.audit) };
    });

    it("has four rows in the documentation", () =>
      expect(rows.map(({ agents }) => agents)).toEqual([5, 100, 1000, 5000]));

    it.each(rows)("of $agents agents is what the documentation says", ({ agents, execs, events, megabytes }) => {
      const each = agents < 200 ? small : large;
      expect([execs, events]).toEqual([agents * each.execs, agents * each.events]);
      const measured = (agents * each.bytes) / 1e6;
      expect(Math.abs(measured / megabytes - 1), `${measured} MB`).toBeLessThan(0.15);
    });

    it("holds no bodies, whatever its level", async () => {
      const { audit } = await rig().observed(() => rig().kubectl(["cilium-health"]));
      expect(audit.filter((line) => !line.includes('"level":"RequestResponse"'))).toEqual([]);
      expect(audit.filter((line) => /"(?:request|response)Object"/.test(line))).toEqual([]);
    });
  });
}
