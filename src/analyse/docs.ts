import type { DocsKey } from "./rule.ts";

const stable = "https://docs.cilium.io/en/stable/";

/** Every documentation link a finding can carry. */
export const docsLinks: Readonly<Record<DocsKey, string>> = {
  firewall: `${stable}operations/system_requirements/#firewall-rules`,
  requirements: `${stable}operations/system_requirements/`,
  health: `${stable}operations/troubleshooting/#checking-cluster-connectivity-health`,
  "node-to-node": `${stable}operations/troubleshooting/#node-to-node-traffic-is-being-dropped`,
  conntrack: `${stable}operations/troubleshooting/#handling-drop-ct-map-insertion-failed`,
  kvstore: `${stable}operations/troubleshooting/#etcd-kvstore`,
  clustermesh: `${stable}operations/troubleshooting_clustermesh/`,
  routing: `${stable}network/concepts/routing/`,
  ipam: `${stable}network/concepts/ipam/cluster-pool/`,
  wireguard: `${stable}security/network/encryption-wireguard/`,
  ipsec: `${stable}security/network/encryption-ipsec/`,
  "host-firewall": `${stable}security/host-firewall/`,
  policy: `${stable}network/kubernetes/policy/`,
  vmware: `${stable}installation/k8s-install-broadcom-vmware-esxi-nsx/`,
  chaining: `${stable}installation/cni-chaining/`,
};
