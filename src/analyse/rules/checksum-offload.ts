import { tcpAloneLost } from "../evidence/tcp-alone-lost.ts";
import type { Rule } from "../rule.ts";

/** A network card leaves checksums of wrapped TCP wrong (mitchross/talos-argocd-proxmox#1953, projectcalico/calico#7040). */
export const checksumOffload: Rule = {
  causes: [
    {
      id: "checksum-offload",
      severity: "error",
      title: "TCP between pods arrives with wrong checksums",
      meaning:
        "Ping crosses to the pods and TCP does not: a network card or its driver promises to fill in TCP checksums and does not do so for what is inside the tunnel. The receiver throws the segments away and counts them.",
      apart:
        "A blocked tunnel port loses ping too; on VMware the tunnel's port is the reason; an old health address is lost for few observers; a policy that allows ping alone shows as enforcement.",
      confirm:
        "`grep ^Tcp: /proc/net/snmp` in the receiver's agent, run twice, two probe intervals apart, shows the last number, InCsumErrors, growing.",
      fix: "switch the offload off on the node's network card (ethtool -K NIC tx-checksum-ip-generic off), then update kernel or driver",
      docs: "node-to-node",
    },
  ],
  find: (scene) => tcpAloneLost.find(scene, "checksum-offload"),
  wants: (scene) => tcpAloneLost.wants(scene, "checksum-offload"),
};
