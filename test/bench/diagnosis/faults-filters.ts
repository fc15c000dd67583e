import { cutAt, cutBetween, cutEverywhere, type Fault, filter, twoSides, victim } from "./fault.ts";
import { ownMachines } from "./world.ts";

const plain = { encryption: "disabled" } as const;

/** The catalogue's 3C without encryption: filters between nodes. */
export const filterFaults: readonly Fault[] = [
  {
    name: "health-tcp-4240-blocked everywhere",
    causes: ["health-tcp-4240-blocked"],
    separable: "facts",
    local: false,
    needs: { routing: "tunnel", nodeEncryption: false },
    inject: (world) => cutEverywhere(world, filter("tcp", 4240, "drop", true)),
  },
  {
    name: "health-tcp-4240-blocked at one node",
    causes: ["health-tcp-4240-blocked"],
    separable: "facts",
    local: true,
    needs: { routing: "tunnel", nodeEncryption: false },
    inject: (world, dice) => cutAt(world, victim(world, dice), filter("tcp", 4240, "drop", true), "in"),
  },
  {
    name: "icmp-blocked everywhere",
    causes: ["icmp-blocked"],
    separable: "facts",
    local: false,
    needs: { routing: "tunnel", nodeEncryption: false },
    inject: (world) => cutEverywhere(world, filter("icmp", null, "drop", true)),
  },
  {
    name: "icmp-blocked between groups",
    causes: ["icmp-blocked"],
    separable: "facts",
    local: false,
    needs: { routing: "tunnel", nodeEncryption: false, leastNodes: 6 },
    inject: (world, dice) => cutBetween(world, twoSides(world, dice), filter("icmp", null, "drop", true)),
  },
  {
    name: "icmp-blocked at one node",
    causes: ["icmp-blocked"],
    separable: "facts",
    local: true,
    needs: { routing: "tunnel", nodeEncryption: false },
    inject: (world, dice) => cutAt(world, victim(world, dice), filter("icmp", null, "drop", true), "in"),
  },
  {
    name: "underlay-partition",
    causes: ["underlay-partition"],
    separable: "facts",
    local: false,
    needs: { leastNodes: 6 },
    inject: (world, dice) => cutBetween(world, twoSides(world, dice), filter("any")),
  },
  {
    name: "host-input-drop",
    causes: ["host-input-drop"],
    separable: "command",
    local: true,
    needs: { hostFirewall: false },
    inject: (world, dice) => {
      victim(world, dice).input.push(filter("any", null, "drop", true));
    },
  },
  {
    name: "host-firewall-reject",
    causes: ["host-firewall-reject"],
    separable: "command",
    local: true,
    needs: { routing: "tunnel", hostFirewall: false, ...plain },
    inject: (world, dice) => {
      victim(world, dice).input.push(filter("tcp", null, "reject", true), filter("udp", null, "reject"));
    },
  },
  {
    name: "vxlan-udp-blocked at one node",
    causes: ["vxlan-udp-blocked"],
    separable: "command",
    local: true,
    needs: { routing: "tunnel", tunnelProtocol: "vxlan", ...plain },
    inject: (world, dice) => {
      victim(world, dice).input.push(filter("udp", 8472));
    },
  },
  {
    name: "vxlan-udp-blocked at one node's interface",
    causes: ["vxlan-udp-blocked"],
    separable: "command",
    local: true,
    needs: { routing: "tunnel", tunnelProtocol: "vxlan", ...plain },
    inject: (world, dice) => cutAt(world, victim(world, dice), filter("udp", 8472), "in"),
  },
  {
    name: "vxlan-udp-blocked between groups",
    causes: ["vxlan-udp-blocked"],
    separable: "command",
    local: false,
    needs: { routing: "tunnel", tunnelProtocol: "vxlan", leastNodes: 6, ...plain },
    inject: (world, dice) => cutBetween(world, twoSides(world, dice), filter("udp", 8472)),
  },
  {
    name: "vxlan-udp-blocked everywhere",
    causes: ["vxlan-udp-blocked"],
    separable: "command",
    local: false,
    needs: { routing: "tunnel", tunnelProtocol: "vxlan", ...plain },
    inject: (world) => cutEverywhere(world, filter("udp", 8472)),
  },
  {
    name: "geneve-udp-blocked at one node",
    causes: ["geneve-udp-blocked"],
    separable: "command",
    local: true,
    needs: { routing: "tunnel", tunnelProtocol: "geneve", ...plain },
    inject: (world, dice) => {
      victim(world, dice).input.push(filter("udp", 6081));
    },
  },
  {
    name: "geneve-udp-blocked everywhere",
    causes: ["geneve-udp-blocked"],
    separable: "command",
    local: false,
    needs: { routing: "tunnel", tunnelProtocol: "geneve", ...plain },
    inject: (world) => cutEverywhere(world, filter("udp", 6081)),
  },
  {
    name: "vxlan-offload-vmware",
    causes: ["vxlan-offload-vmware"],
    separable: "outside",
    local: false,
    needs: { routing: "tunnel", tunnelProtocol: "vxlan", provider: "vsphere", leastNodes: 6, clusters: 1, ...plain },
    inject: (world) => {
      for (const machine of ownMachines(world)) machine.badChecksums = true;
    },
  },
  {
    name: "checksum-offload",
    causes: ["checksum-offload"],
    separable: "command",
    local: false,
    needs: { routing: "tunnel", provider: "none", leastNodes: 6, clusters: 1, ...plain },
    inject: (world) => {
      for (const machine of ownMachines(world)) {
        machine.badChecksums = machine.pool === "pool-1";
        if (machine.badChecksums) machine.kernel = "6.8.12-virtio";
      }
    },
  },
];
