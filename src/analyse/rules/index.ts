import type { Rule } from "../rule.ts";
import { agentDown } from "./agent-down.ts";
import { endpointHealthDisabled } from "./endpoint-health-disabled.ts";
import { healthCheckingDisabled } from "./health-checking-disabled.ts";
import { nodeDown } from "./node-down.ts";
import { unexplainedShape } from "./unexplained-shape.ts";

/** Every rule, in the catalogue's order: an earlier one claims its cells before a later one looks. */
export const rules: readonly Rule[] = [
  healthCheckingDisabled,
  endpointHealthDisabled,
  nodeDown,
  agentDown,
  unexplainedShape,
];
