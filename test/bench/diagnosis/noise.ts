import type { Dice } from "./dice.ts";
import { intervalSeconds, minorOf, probeAge, reportAge } from "./print-health.ts";
import { type Agent, beliefOf, type Machine, ownMachines, type World } from "./world.ts";

type Noise = (world: World, dice: Dice) => void;

/** What healthy clusters look like on a usual day; none of it is a fault. */
export const noises: Readonly<Record<string, Noise>> = {
  "restarted agent": restartOne,
  "new node": joinOne,
  "one missed probe": missOne,
  "missing row": (world, dice) => {
    const agent = quiet(world, dice)?.agent;
    if (agent != null) agent.health = "exec-fails";
  },
  "clock skew": (world, dice) => {
    for (const { agent } of ownMachines(world)) {
      if (agent !== null && dice.chance(0.2)) agent.skew = (dice.below(1200) - 600) * 1000;
    }
  },
  "mixed versions": (world, dice) => {
    const version = dice.pick(["1.16.12", "1.17.6", "1.18.2", "1.19.3"]);
    for (const { agent } of ownMachines(world)) if (agent !== null && dice.chance(0.4)) agent.version = version;
  },
  "harmless forwarding": (world, dice) => {
    for (const machine of ownMachines(world)) {
      const harmless = machine.agent?.runs.endpointRoutes === true ? "policy" : dice.pick(["policy", "rule"] as const);
      if (machine.forwardDrop === "" && dice.chance(0.3)) machine.forwardDrop = harmless;
    }
  },
  "usual counters": (world, dice) => {
    for (const { counters } of ownMachines(world)) {
      if (dice.chance(0.5)) counters.drops.set("Policy denied", 1 + dice.below(3));
      if (dice.chance(0.3)) counters.drops.set("Stale or unroutable IP", 1);
      if (dice.chance(0.2) && world.settings.encryption === "ipsec") counters.xfrm.set("XfrmInNoStates", 1);
    }
  },
  "usual sysctls": (world, dice) => {
    for (const machine of ownMachines(world)) {
      if (dice.chance(0.5)) machine.rpFilter.set("eth0", 2);
      if (dice.chance(0.3)) machine.rpFilter.set("default", 2);
    }
  },
  "virtual node": (world, dice) => {
    const machine = quiet(world, dice);
    if (machine === null || ownMachines(world).length < 4) return;
    machine.agent = null;
    machine.announced = null;
    machine.providerID = "aws:///fargate";
    machine.virtual = true;
  },
  "missing rights": (world, dice) => {
    world.hidden.add(dice.pick(["ciliumclusterwidenetworkpolicies", "cilium-config", "nodes"]));
  },
};

/** Adds up to three kinds of noise; the nodes they touch are left alone by faults that come later. */
export function addNoise(world: World, dice: Dice, without: readonly string[] = []): string[] {
  const kinds = Object.keys(noises).filter((name) => !without.includes(name));
  const names = dice.some(kinds, dice.below(4));
  for (const name of names) noises[name]?.(world, dice);
  return names;
}

/** An untouched machine, null where there is none left. */
function quiet(world: World, dice: Dice): Machine | null {
  const free = ownMachines(world).filter((one) => !one.controlPlane && !world.touched.has(one.index));
  if (free.length < 3) return null;
  const machine = dice.pick(free);
  world.touched.add(machine.index);
  return machine;
}

/** Others met its responder while it was away; it has not finished a cycle of its own. */
function restartOne(world: World, dice: Dice): void {
  const machine = quiet(world, dice);
  const agent = machine?.agent ?? null;
  if (machine === null || agent === null) return;
  agent.age = 15 + dice.below(30);
  agent.restarts = 1;
  beginAgain(world, agent, dice);
  for (const from of ownMachines(world)) {
    if (from === machine || from.agent === null) continue;
    for (const target of ["host", "endpoint"] as const) {
      if (wasAway(world, from, from.agent, machine, agent, target)) {
        from.agent.missed.set(`${machine.index}/${target}/http`, "refused");
      }
    }
  }
}

const secondsAway = 40;

/** Whether the last probe of a target fell between the old agent's end and the new one's start. */
function wasAway(
  world: World,
  from: Machine,
  prober: Agent,
  to: Machine,
  restarted: Agent,
  target: "host" | "endpoint",
): boolean {
  const listed = world.machines.filter((one) => beliefOf(from, one) !== null).length;
  const age = minorOf(prober) >= 18 ? probeAge(from, to, target, intervalSeconds(prober, listed)) : reportAge(from);
  return age > restarted.age && age <= restarted.age + secondsAway;
}

/** A fresh agent: no socket yet, no results yet, or results of some peers (formats by version). */
function beginAgain(world: World, agent: Agent, dice: Dice): void {
  if (minorOf(agent) <= 16) agent.health = "no-socket";
  else if (minorOf(agent) === 17) agent.health = "no-results";
  else for (const to of world.machines) if (dice.chance(0.6)) agent.unprobed.add(to.index);
}

/** A node that joined less than a minute ago: not all agents know it yet, none has probed it. */
function joinOne(world: World, dice: Dice): void {
  const machine = quiet(world, dice);
  const agent = machine?.agent ?? null;
  if (machine === null || agent === null || machine.kube === null) return;
  machine.kube.age = 50;
  agent.age = 25;
  beginAgain(world, agent, dice);
  for (const from of ownMachines(world)) {
    if (from === machine || from.agent === null) continue;
    if (dice.chance(0.4)) from.agent.view.set(machine.index, null);
    else from.agent.unprobed.add(machine.index);
  }
}

/** One ping of one pair: it heals next round. */
function missOne(world: World, dice: Dice): void {
  const [from, to] = dice.some(ownMachines(world), 2);
  if (from?.agent == null || to === undefined) return;
  from.agent.missed.set(`${to.index}/${dice.pick(["host", "endpoint"])}/icmp`, "silent");
}
