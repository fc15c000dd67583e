import { type Fault, victim, victims } from "./fault.ts";
import { type Belief, type Machine, ownMachines, type Settings, type World } from "./world.ts";

/** The catalogue's 3A: the view itself is not to be trusted. */
export const viewFaults: readonly Fault[] = [
  {
    name: "health-checking-disabled",
    causes: ["health-checking-disabled"],
    separable: "facts",
    local: false,
    green: true,
    inject: (world) => configure(world, { healthChecking: false }),
  },
  {
    name: "endpoint-health-disabled",
    causes: ["endpoint-health-disabled"],
    separable: "facts",
    local: false,
    green: true,
    inject: (world) => {
      configure(world, { endpointHealthChecking: false, chaining: "aws-cni" });
      for (const machine of ownMachines(world)) {
        machine.health.exists = false;
        if (machine.announced !== null) machine.announced.healthIPs = [];
      }
    },
  },
  {
    name: "health-daemon-not-ready",
    causes: ["health-daemon-not-ready"],
    separable: "facts",
    local: true,
    green: true,
    inject: (world, dice) => {
      const agent = agentOf(victim(world, dice));
      agent.health = "no-socket";
      agent.age = 90 + dice.below(60);
      agent.restarts = 1;
    },
  },
  {
    name: "agent-api-socket-gone",
    causes: ["agent-api-socket-gone"],
    separable: "facts",
    local: true,
    green: true,
    inject: (world, dice) => {
      const agent = agentOf(victim(world, dice));
      agent.apiGone = true;
      agent.late = 3600;
    },
  },
  {
    name: "probe-results-stale",
    causes: ["probe-results-stale"],
    separable: "facts",
    local: true,
    green: true,
    inject: (world, dice) => {
      agentOf(victim(world, dice)).late = 3600 + dice.below(7200);
    },
  },
  {
    name: "stale-health-endpoint-ip",
    causes: ["stale-health-endpoint-ip"],
    separable: "facts",
    local: true,
    inject: (world, dice) => {
      const [to, ...observers] = victims(world, dice, Math.min(3, Math.max(2, ownMachines(world).length - 3)));
      if (to === undefined) return;
      const old = to.healthIPs.map((ip) => ip.replace(/[0-9a-f]+$/, "9"));
      for (const from of observers) believe(from, to, { healthIPs: old });
    },
    needs: { leastNodes: 5 },
  },
  {
    name: "local-health-endpoint-broken",
    causes: ["local-health-endpoint-broken"],
    separable: "facts",
    local: true,
    inject: (world, dice) => breakLocally(victim(world, dice)),
  },
  {
    name: "bpf-load-failure",
    causes: ["bpf-load-failure"],
    separable: "command",
    local: true,
    inject: (world, dice) => {
      const machine = victim(world, dice);
      breakLocally(machine);
      machine.health.state = "regenerating";
      machine.kernel = "6.13.0-rc4";
      agentOf(machine).failing.set("endpoint-1200-regeneration-recovery", "regeneration recovery failed");
    },
  },
  {
    name: "udev-mac-policy",
    causes: ["udev-mac-policy", "local-health-endpoint-broken"],
    separable: "command",
    local: false,
    inject: (world) => {
      for (const machine of ownMachines(world)) {
        if (machine.pool !== "pool-1" || world.touched.has(machine.index)) continue;
        machine.osImage = "Ubuntu 21.10";
        machine.health.macChanges = true;
        breakLocally(machine);
        world.touched.add(machine.index);
      }
    },
    needs: { leastNodes: 5 },
  },
  {
    name: "health-endpoint-missing",
    causes: ["health-endpoint-missing"],
    separable: "facts",
    local: true,
    green: true,
    inject: (world, dice) => {
      const machine = victim(world, dice);
      machine.health.exists = false;
      if (machine.announced !== null) machine.announced.healthIPs = [];
    },
  },
  {
    name: "health-port-conflict",
    causes: ["health-port-conflict"],
    separable: "command",
    local: true,
    inject: (world, dice) => {
      victim(world, dice).hostPortBound = false;
    },
  },
  {
    name: "node-ip-link-local",
    causes: ["node-ip-link-local"],
    separable: "facts",
    local: true,
    needs: { families: 1, encryption: "disabled", routing: "tunnel" },
    inject: (world, dice) => {
      const machine = victim(world, dice);
      machine.ips = [`fe80::8064:6bff:fedb:${(machine.index + 1).toString(16)}`];
      if (machine.kube !== null) machine.kube.ips = [...machine.ips];
      if (machine.announced !== null) machine.announced.ips = [...machine.ips];
    },
  },
  {
    name: "health-port-mismatch",
    causes: ["health-port-mismatch"],
    separable: "facts",
    local: false,
    needs: { healthPort: 4244, mostNodes: 60 },
    inject: (world) => {
      for (const machine of world.machines) machine.health.port = 4240;
    },
  },
  {
    name: "ipv6-health-target-nil",
    causes: ["ipv6-health-target-nil"],
    separable: "facts",
    local: false,
    needs: { families: 1, clusters: 1, mostNodes: 60 },
    inject: (world) => {
      configure(world, { ipv4: false });
      for (const from of ownMachines(world)) {
        for (const to of ownMachines(world)) believe(from, to, { ips: ["<nil>"], healthIPs: ["<nil>"] });
      }
    },
  },
];

/** The agent of a machine that has one. */
export function agentOf(machine: Machine): NonNullable<Machine["agent"]> {
  if (machine.agent === null) throw new Error(`${machine.name} has no agent`);
  return machine.agent;
}

/** Changes cilium-config and every agent of this cluster with it. */
export function configure(world: World, change: Partial<Settings>): void {
  world.configured = { ...world.configured, ...change };
  for (const machine of ownMachines(world)) {
    if (machine.agent !== null) machine.agent.runs = { ...machine.agent.runs, ...change };
  }
}

/** Gives one agent a wrong idea of a node. */
export function believe(from: Machine, to: Machine, wrong: Partial<Belief>): void {
  const truth = to.announced ?? { ips: to.ips, healthIPs: to.healthIPs, podCIDRs: to.podCIDRs };
  const { ips, healthIPs, podCIDRs } = truth;
  from.agent?.view.set(to.index, { ips: [...ips], healthIPs: [...healthIPs], podCIDRs: [...podCIDRs], ...wrong });
}

/** The node's own agent cannot reach its health endpoint, and says so. */
function breakLocally(machine: Machine): void {
  machine.health.broken = true;
  const ip = machine.healthIPs[0] ?? "";
  const url = `Get "http://${ip}:4240/hello": context deadline exceeded`;
  machine.agent?.failing.set("cilium-health-ep", `unable to probe health endpoint: ${url}`);
}
