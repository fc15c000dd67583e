import type { Rule } from "../rule.ts";
import { agentApiSocketGone } from "./agent-api-socket-gone.ts";
import { agentDown } from "./agent-down.ts";
import { agentNotScheduled } from "./agent-not-scheduled.ts";
import { awsSourceDestCheck } from "./aws-source-dest-check.ts";
import { bpfLoadFailure } from "./bpf-load-failure.ts";
import { checksumOffload } from "./checksum-offload.ts";
import { ciliumDeviceDown } from "./cilium-device-down.ts";
import { cloudRouteMissing } from "./cloud-route-missing.ts";
import { clustermeshConfigMismatch } from "./clustermesh-config-mismatch.ts";
import { clustermeshNotConnected } from "./clustermesh-not-connected.ts";
import { clustermeshUnderlay } from "./clustermesh-underlay.ts";
import { configSkew } from "./config-skew.ts";
import { ctOrNatMapFull } from "./ct-or-nat-map-full.ts";
import { duplicateNodeIp } from "./duplicate-node-ip.ts";
import { endpointHealthDisabled } from "./endpoint-health-disabled.ts";
import { foreignSnat } from "./foreign-snat.ts";
import { forwardDrop } from "./forward-drop.ts";
import { healthCheckingDisabled } from "./health-checking-disabled.ts";
import { healthDaemonNotReady } from "./health-daemon-not-ready.ts";
import { healthEndpointMissing } from "./health-endpoint-missing.ts";
import { healthPortConflict } from "./health-port-conflict.ts";
import { healthPortMismatch } from "./health-port-mismatch.ts";
import { healthTcp4240Blocked } from "./health-tcp-4240-blocked.ts";
import { hostFirewallReject } from "./host-firewall-reject.ts";
import { hostFirewallUnknownL4 } from "./host-firewall-unknown-l4.ts";
import { hostInputDrop } from "./host-input-drop.ts";
import { hostPolicyBlocksProbes } from "./host-policy-blocks-probes.ts";
import { icmpBlocked } from "./icmp-blocked.ts";
import { ipForwardDisabled } from "./ip-forward-disabled.ts";
import { ipsecEspBlocked } from "./ipsec-esp-blocked.ts";
import { ipsecStateMismatch } from "./ipsec-state-mismatch.ts";
import { ipv6HealthTargetNil } from "./ipv6-health-target-nil.ts";
import { ipv6SecondaryPathBroken } from "./ipv6-secondary-path-broken.ts";
import { localHealthEndpointBroken } from "./local-health-endpoint-broken.ts";
import { missedProbe } from "./missed-probe.ts";
import { mtuTooLarge } from "./mtu-too-large.ts";
import { nativeNoL2Route } from "./native-no-l2-route.ts";
import { neighborStale } from "./neighbor-stale.ts";
import { networkdForeignRules } from "./networkd-foreign-rules.ts";
import { nmCloudSetup } from "./nm-cloud-setup.ts";
import { nodeDown } from "./node-down.ts";
import { nodeIpChanged } from "./node-ip-changed.ts";
import { nodeIpLinkLocal } from "./node-ip-link-local.ts";
import { nodeMissingFromView } from "./node-missing-from-view.ts";
import { podCidrDuplicate } from "./pod-cidr-duplicate.ts";
import { podCidrOverlapsNodes } from "./pod-cidr-overlaps-nodes.ts";
import { policyBlocksHealth } from "./policy-blocks-health.ts";
import { probeResultsStale } from "./probe-results-stale.ts";
import { rpFilter } from "./rp-filter.ts";
import { servicePathUnprobed } from "./service-path-unprobed.ts";
import { settlingNode } from "./settling-node.ts";
import { slowPath } from "./slow-path.ts";
import { staleHealthEndpointIp } from "./stale-health-endpoint-ip.ts";
import { staleNodeEntry } from "./stale-node-entry.ts";
import { staleTunnelEntry } from "./stale-tunnel-entry.ts";
import { tunnelUdpBlocked } from "./tunnel-udp-blocked.ts";
import { udevMacPolicy } from "./udev-mac-policy.ts";
import { underlayPartition } from "./underlay-partition.ts";
import { unexplainedShape } from "./unexplained-shape.ts";
import { vxlanOffloadVmware } from "./vxlan-offload-vmware.ts";
import { wireguardPeerMismatch } from "./wireguard-peer-mismatch.ts";
import { wireguardUdpBlocked } from "./wireguard-udp-blocked.ts";
import { wireguardUnprobed } from "./wireguard-unprobed.ts";
import { wrongNodeIpPicked } from "./wrong-node-ip-picked.ts";

/** Every rule, in the catalogue's order: an earlier one claims its cells before a later one looks. */
export const rules: readonly Rule[] = [
  settlingNode,
  healthCheckingDisabled,
  endpointHealthDisabled,
  healthDaemonNotReady,
  agentApiSocketGone,
  probeResultsStale,
  ipv6HealthTargetNil,
  healthPortMismatch,
  nodeIpLinkLocal,
  staleHealthEndpointIp,
  udevMacPolicy,
  nmCloudSetup,
  bpfLoadFailure,
  localHealthEndpointBroken,
  healthEndpointMissing,
  healthPortConflict,
  nodeDown,
  staleNodeEntry,
  nodeIpChanged,
  duplicateNodeIp,
  wrongNodeIpPicked,
  nodeMissingFromView,
  agentNotScheduled,
  agentDown,
  missedProbe,
  podCidrOverlapsNodes,
  podCidrDuplicate,
  ciliumDeviceDown,
  ipv6SecondaryPathBroken,
  policyBlocksHealth,
  hostPolicyBlocksProbes,
  hostFirewallUnknownL4,
  clustermeshUnderlay,
  clustermeshConfigMismatch,
  wireguardPeerMismatch,
  configSkew,
  staleTunnelEntry,
  wireguardUdpBlocked,
  ipsecStateMismatch,
  ipsecEspBlocked,
  networkdForeignRules,
  ipForwardDisabled,
  forwardDrop,
  rpFilter,
  underlayPartition,
  hostFirewallReject,
  hostInputDrop,
  tunnelUdpBlocked,
  healthTcp4240Blocked,
  icmpBlocked,
  nativeNoL2Route,
  cloudRouteMissing,
  awsSourceDestCheck,
  foreignSnat,
  vxlanOffloadVmware,
  checksumOffload,
  neighborStale,
  ctOrNatMapFull,
  clustermeshNotConnected,
  slowPath,
  mtuTooLarge,
  wireguardUnprobed,
  servicePathUnprobed,
  unexplainedShape,
];
