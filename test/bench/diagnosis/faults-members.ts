import type { Dice } from "./dice.ts";
import { type Fault, victim, victims } from "./fault.ts";
import { agentOf, believe } from "./faults-view.ts";
import { type Machine, ownMachines, type World } from "./world.ts";

/** The catalogue's 3B: who is in the cluster. */
export const memberFaults: readonly Fault[] = [
  {
    name: "node-down",
    causes: ["node-down"],
    separable: "facts",
    local: true,
    inject: (world, dice) => powerOff(victim(world, dice)),
  },
  {
    name: "stale-node-entry",
    causes: ["stale-node-entry"],
    separable: "facts",
    local: true,
    inject: (world, dice) => {
      const ghost = victim(world, dice);
      powerOff(ghost);
      ghost.kube = null;
      ghost.agent = null;
    },
  },
  {
    name: "stale-node-entry in some views",
    causes: ["stale-node-entry"],
    separable: "facts",
    local: true,
    inject: (world, dice) => {
      const ghost = victim(world, dice);
      const observers = dice.some(living(world, ghost), 2);
      for (const from of observers) believe(from, ghost, {});
      powerOff(ghost);
      ghost.kube = null;
      ghost.agent = null;
      ghost.announced = null;
    },
  },
  {
    name: "node-ip-changed",
    causes: ["node-ip-changed"],
    separable: "facts",
    local: true,
    needs: { leastNodes: 5 },
    inject: (world, dice) => moveNode(world, dice, victim(world, dice)),
  },
  {
    name: "wrong-node-ip-picked",
    causes: ["wrong-node-ip-picked"],
    separable: "command",
    local: true,
    needs: { manySubnets: false, clusters: 1, families: 1 },
    inject: (world, dice) => {
      const machine = victim(world, dice);
      const wrong = `192.168.56.${20 + machine.index}`;
      machine.farIPs = [wrong];
      if (machine.kube !== null) machine.kube.ips = [wrong];
      if (machine.announced !== null) machine.announced.ips = [wrong];
    },
  },
  {
    name: "duplicate-node-ip",
    causes: ["duplicate-node-ip"],
    separable: "facts",
    local: true,
    needs: { families: 1, leastNodes: 5 },
    inject: (world, dice) => {
      const [one, other] = victims(world, dice, 2);
      if (one === undefined || other === undefined) return;
      other.ips = [...one.ips];
      if (other.kube !== null) other.kube.ips = [...one.ips];
      if (other.announced !== null) other.announced.ips = [...one.ips];
    },
  },
  {
    name: "node-missing-from-view",
    causes: ["node-missing-from-view"],
    separable: "facts",
    local: true,
    needs: { kvstore: true },
    inject: (world, dice) => {
      const [blind, ...missing] = victims(world, dice, 2);
      if (blind === undefined) return;
      for (const to of missing) blind.agent?.view.set(to.index, null);
      agentOf(blind).kvstoreError = "etcd: 0/3 connected, has-quorum=false: context deadline exceeded";
    },
    green: true,
  },
  {
    name: "agent-not-scheduled",
    causes: ["agent-not-scheduled"],
    separable: "facts",
    local: true,
    green: true,
    inject: (world, dice) => {
      const machine = victim(world, dice);
      machine.agent = null;
      machine.announced = null;
      machine.health.exists = false;
    },
  },
  {
    name: "agent-down",
    causes: ["agent-down"],
    separable: "facts",
    local: true,
    inject: (world, dice) => {
      const agent = agentOf(victim(world, dice));
      agent.state = "crashing";
      agent.restarts = 9;
    },
  },
];

/** The machine and its network are gone, and Kubernetes has noticed. */
function powerOff(machine: Machine): void {
  machine.powered = false;
  if (machine.kube !== null) machine.kube.ready = "Unknown";
}

function living(world: World, except: Machine): Machine[] {
  return ownMachines(world).filter((machine) => machine !== except && machine.powered && machine.agent !== null);
}

/** A node came back with another address; some agents still hold the old one. */
function moveNode(world: World, dice: Dice, machine: Machine): void {
  const stale = dice.some(living(world, machine), Math.max(1, Math.floor(ownMachines(world).length / 2)));
  for (const from of stale) believe(from, machine, {});
  const next = machine.ips.map((ip) => ip.replace(/[0-9a-f]+$/, (last) => (ip.includes(":") ? `${last}0` : "251")));
  machine.ips = next;
  if (machine.kube !== null) machine.kube.ips = [...next];
  if (machine.announced !== null) machine.announced.ips = [...next];
}
