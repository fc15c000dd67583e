import type { Check } from "../check.ts";
import { agentConfig } from "./agent-config.ts";
import { agentVersion } from "./agent-version.ts";
import { bridgeNetfilter } from "./bridge-netfilter.ts";
import { deviceMtu } from "./device-mtu.ts";
import { encryptionState } from "./encryption-state.ts";
import { endpointsAnnounced } from "./endpoints-announced.ts";
import { endpointsReady } from "./endpoints-ready.ts";
import { failingControllers } from "./failing-controllers.ts";
import { foreignRouting } from "./foreign-routing.ts";
import { forwardChain } from "./forward-chain.ts";
import { healthEndpointPresent } from "./health-endpoint-present.ts";
import { inputChain } from "./input-chain.ts";
import { ipForwarding } from "./ip-forwarding.ts";
import { ipListAgreement } from "./ip-list-agreement.ts";
import { ipamExhaustion } from "./ipam-exhaustion.ts";
import { ipcacheAgreement } from "./ipcache-agreement.ts";
import { kernelVersion } from "./kernel-version.ts";
import { mapPressure } from "./map-pressure.ts";
import { podRanges } from "./pod-ranges.ts";
import { redirectAgreement } from "./redirect-agreement.ts";
import { reversePathFiltering } from "./reverse-path-filtering.ts";
import { serviceAgreement } from "./service-agreement.ts";

/** Every check, in the order in which it is shown: the host, the agent and its settings, endpoints, what agents believe. */
export const checks: readonly Check[] = [
  kernelVersion,
  ipForwarding,
  bridgeNetfilter,
  reversePathFiltering,
  forwardChain,
  inputChain,
  foreignRouting,
  deviceMtu,
  agentVersion,
  agentConfig,
  encryptionState,
  podRanges,
  ipamExhaustion,
  mapPressure,
  failingControllers,
  healthEndpointPresent,
  endpointsReady,
  endpointsAnnounced,
  ipcacheAgreement,
  ipListAgreement,
  serviceAgreement,
  redirectAgreement,
];
