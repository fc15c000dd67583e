import { tcpAloneLost } from "../evidence/tcp-alone-lost.ts";
import type { Rule } from "../rule.ts";

/** ESXi and NSX spoil TCP inside VXLAN on ports they take for their own (cilium/cilium#21801, rancher/rke2#4517). */
export const vxlanOffloadVmware: Rule = {
  causes: [
    {
      id: "vxlan-offload-vmware",
      severity: "error",
      title: "the hypervisor spoils TCP inside the tunnel",
      meaning:
        "Ping crosses the tunnel and TCP does not: the virtual network card of VMware computes checksums for VXLAN on its well-known ports, and gets those of the packets inside wrong. Pods on different hypervisor hosts can ping each other and nothing else; those on one host do not notice.",
      apart:
        "A blocked tunnel port loses ping too; an old health address is lost for few observers; on other hypervisors the same picture is checksum-offload.",
      confirm:
        "`grep ^Tcp: /proc/net/snmp` in the receiver's agent, run twice, two probe intervals apart, shows the last number, InCsumErrors, growing; on the host `ethtool -k NIC` shows the tunnel's checksum offload on.",
      fix: "move the tunnel to another port (tunnelPort: 8223 in the Helm values) or to Geneve; switching off the card's tunnel offload is a stop-gap",
      docs: "vmware",
    },
  ],
  find: (scene) => tcpAloneLost.find(scene, "vxlan-offload-vmware"),
  wants: (scene) => tcpAloneLost.wants(scene, "vxlan-offload-vmware"),
};
