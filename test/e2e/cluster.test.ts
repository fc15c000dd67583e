import { afterAll, beforeAll } from "vitest";
import { describeAdmission } from "./admission.ts";
import { describeOptInAdmission } from "./admission-opt-in.ts";
import { describeAudit } from "./audit.ts";
import { describeExamples } from "./examples.ts";
import { describePluginAgents } from "./plugin-agents.ts";
import { describePluginCheck } from "./plugin-check.ts";
import { describePluginDrops } from "./plugin-drops.ts";
import { describePluginLocate } from "./plugin-locate.ts";
import { describePluginNodes } from "./plugin-nodes.ts";
import { describePluginPorts } from "./plugin-ports.ts";
import { describePluginRights } from "./plugin-rights.ts";
import { describePluginStatus } from "./plugin-status.ts";
import { describePluginUsage } from "./plugin-usage.ts";
import { type Rig, startRig } from "./rig.ts";
import { describeStockKubectl } from "./stock-kubectl.ts";

// One cluster for all of it: starting one takes ten seconds, showing it another scenario half a second.
let running: Rig | undefined;

function rig(): Rig {
  if (!running) throw new Error("the rig is not running");
  return running;
}

beforeAll(async () => {
  running = await startRig();
});

afterAll(() => running?.stop());

describeStockKubectl(rig);
describePluginUsage(rig);
describePluginStatus(rig);
describePluginNodes(rig);
describePluginCheck(rig);
describePluginAgents(rig);
describePluginPorts(rig);
describePluginDrops(rig);
describePluginLocate(rig);
describePluginRights(rig);
describeAdmission(rig);
describeOptInAdmission(rig);
describeAudit(rig);
describeExamples(rig);
