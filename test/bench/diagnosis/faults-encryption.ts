import { cutBetween, cutEverywhere, type Fault, filter, twoSides, victim } from "./fault.ts";
import { agentOf } from "./faults-view.ts";
import { keyOf } from "./layout.ts";
import { ownMachines } from "./world.ts";

const wireguard = { encryption: "wireguard", routing: "tunnel", hostFirewall: false } as const;
const ipsec = { encryption: "ipsec", routing: "tunnel", hostFirewall: false } as const;

/** The catalogue's 3C, as far as encryption has a part in it. */
export const encryptionFaults: readonly Fault[] = [
  {
    name: "wireguard-udp-blocked between groups",
    causes: ["wireguard-udp-blocked"],
    separable: "command",
    local: false,
    needs: { ...wireguard, leastNodes: 6 },
    inject: (world, dice) => cutBetween(world, twoSides(world, dice), filter("udp", 51871)),
  },
  {
    name: "wireguard-udp-blocked everywhere",
    causes: ["wireguard-udp-blocked"],
    separable: "command",
    local: false,
    needs: wireguard,
    inject: (world) => cutEverywhere(world, filter("udp", 51871)),
  },
  {
    name: "wireguard-udp-blocked at one node",
    causes: ["wireguard-udp-blocked"],
    separable: "command",
    local: true,
    needs: wireguard,
    inject: (world, dice) => {
      victim(world, dice).input.push(filter("udp", 51871));
    },
  },
  {
    name: "wireguard-peer-mismatch announced key is old",
    causes: ["wireguard-peer-mismatch"],
    separable: "command",
    local: true,
    needs: wireguard,
    inject: (world, dice) => {
      const machine = victim(world, dice);
      machine.wireguardKey = keyOf(world.seed + 77, machine.index);
      agentOf(machine).age = 5400;
      agentOf(machine).restarts = 1;
    },
  },
  {
    name: "wireguard-peer-mismatch peers hold an old key",
    causes: ["wireguard-peer-mismatch"],
    separable: "command",
    local: true,
    needs: wireguard,
    inject: (world, dice) => {
      const machine = victim(world, dice);
      const old = keyOf(world.seed + 77, machine.index);
      for (const peer of world.machines) if (peer !== machine) peer.wireguardPeers.set(machine.index, old);
      agentOf(machine).age = 5400;
      agentOf(machine).restarts = 1;
    },
  },
  {
    name: "ipsec-esp-blocked",
    causes: ["ipsec-esp-blocked"],
    separable: "command",
    local: false,
    needs: { ...ipsec, leastNodes: 6 },
    inject: (world, dice) => cutBetween(world, twoSides(world, dice), filter("esp")),
  },
  {
    name: "ipsec-esp-blocked everywhere",
    causes: ["ipsec-esp-blocked"],
    separable: "command",
    local: false,
    needs: ipsec,
    inject: (world) => cutEverywhere(world, filter("esp")),
  },
  {
    name: "ipsec-state-mismatch key changed on one node",
    causes: ["ipsec-state-mismatch"],
    separable: "command",
    local: true,
    needs: ipsec,
    inject: (world, dice) => {
      const machine = victim(world, dice);
      machine.ipsecSecret = 2;
      if (machine.announced !== null && dice.chance(0.5)) machine.announced.encryptionKey = 4;
    },
  },
  {
    name: "ipsec-state-mismatch states missing",
    causes: ["ipsec-state-mismatch"],
    separable: "command",
    local: true,
    needs: ipsec,
    inject: (world, dice) => {
      victim(world, dice).ipsecNoStates = true;
    },
  },
  {
    name: "ipsec-state-mismatch sequence exhausted",
    causes: ["ipsec-state-mismatch"],
    separable: "command",
    local: true,
    needs: ipsec,
    inject: (world, dice) => {
      victim(world, dice).ipsecSequenceDone = true;
    },
  },
  {
    name: "host-firewall-unknown-l4",
    causes: ["host-firewall-unknown-l4"],
    separable: "command",
    local: false,
    needs: { encryption: "ipsec", routing: "tunnel", mostNodes: 60 },
    inject: (world) => {
      world.configured = { ...world.configured, hostFirewall: true };
      for (const machine of ownMachines(world)) {
        if (machine.agent !== null) machine.agent.runs = { ...machine.agent.runs, hostFirewall: true };
      }
    },
  },
];
