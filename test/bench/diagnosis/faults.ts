import type { Fault } from "./fault.ts";
import { encryptionFaults } from "./faults-encryption.ts";
import { filterFaults } from "./faults-filters.ts";
import { memberFaults } from "./faults-members.ts";
import { policyFaults } from "./faults-policy.ts";
import { routingFaults } from "./faults-routing.ts";
import { viewFaults } from "./faults-view.ts";

/** Every way to break a cluster, in the catalogue's order. */
export const faults: readonly Fault[] = [
  ...viewFaults,
  ...memberFaults,
  ...filterFaults,
  ...encryptionFaults,
  ...routingFaults,
  ...policyFaults,
];
