import { allow, type Fault, victim, victims } from "./fault.ts";
import { agentOf, configure } from "./faults-view.ts";
import { ownMachines, type World } from "./world.ts";

/** The catalogue's 3E and 3F, and slow pairs. */
export const policyFaults: readonly Fault[] = [
  {
    name: "policy-blocks-health by a clusterwide policy",
    causes: ["policy-blocks-health"],
    separable: "facts",
    local: false,
    inject: (world) => lockHealth(world),
  },
  {
    name: "policy-blocks-health with only 4240/tcp allowed",
    causes: ["policy-blocks-health"],
    separable: "facts",
    local: false,
    inject: (world) => {
      lockHealth(world);
      for (const machine of ownMachines(world)) machine.health.allowed = allow("tcp");
    },
  },
  {
    name: "policy-blocks-health by enable-policy always",
    causes: ["policy-blocks-health"],
    separable: "facts",
    local: false,
    inject: (world) => {
      configure(world, { enablePolicy: "always" });
      for (const machine of ownMachines(world)) machine.health.allowed = allow();
    },
  },
  {
    name: "host-policy-blocks-probes",
    causes: ["host-policy-blocks-probes"],
    separable: "facts",
    local: true,
    needs: { hostFirewall: true, encryption: "disabled", leastNodes: 4 },
    inject: (world, dice) => {
      const machine = victim(world, dice);
      machine.hostAllowed = allow("udp");
      world.policies.push(
        policy("lock-nodes", { nodeSelector: { matchLabels: { "kubernetes.io/hostname": machine.name } } }),
      );
    },
  },
  {
    name: "host-policy-blocks-probes and the tunnel",
    causes: ["host-policy-blocks-probes"],
    separable: "facts",
    local: true,
    needs: { hostFirewall: true, encryption: "disabled", routing: "tunnel", leastNodes: 4 },
    inject: (world, dice) => {
      const machine = victim(world, dice);
      machine.hostAllowed = allow();
      world.policies.push(
        policy("lock-nodes", { nodeSelector: { matchLabels: { "kubernetes.io/hostname": machine.name } } }),
      );
    },
  },
  {
    name: "ct-or-nat-map-full",
    causes: ["ct-or-nat-map-full"],
    separable: "command",
    local: true,
    inject: (world, dice) => {
      const machine = victim(world, dice);
      machine.counters.drops.set("CT: Map insertion failed", 9000);
      const others = ownMachines(world).filter((one) => one !== machine);
      for (const [at, from] of others.entries()) {
        if (at < 2 || dice.chance(0.5)) from.agent?.missed.set(`${machine.index}/endpoint/http`, "silent");
      }
    },
  },
  {
    name: "config-skew of the tunnel protocol",
    causes: ["config-skew"],
    separable: "command",
    local: false,
    needs: { routing: "tunnel", tunnelProtocol: "vxlan", encryption: "disabled", leastNodes: 6, clusters: 1 },
    inject: (world, dice) => {
      const own = ownMachines(world);
      const change = dice.pick([
        { tunnelProtocol: "geneve", tunnelPort: 6081 },
        { tunnelProtocol: "vxlan", tunnelPort: 8223 },
      ] as const);
      world.configured = { ...world.configured, ...change };
      for (const machine of victims(world, dice, Math.min(own.length - 3, Math.floor(own.length / 2)))) {
        const agent = agentOf(machine);
        agent.runs = { ...agent.runs, ...change };
        agent.age = 1800;
      }
    },
  },
  {
    name: "stale-tunnel-entry",
    causes: ["stale-tunnel-entry"],
    separable: "command",
    local: true,
    needs: { routing: "tunnel", encryption: "disabled", leastNodes: 6 },
    inject: (world, dice) => {
      const [from, to, other] = victims(world, dice, 3);
      if (to !== undefined) from?.agent?.wrongTunnelEnd.set(to.index, other?.ips[0] ?? "");
    },
  },
  {
    name: "clustermesh-underlay",
    causes: ["clustermesh-underlay"],
    separable: "facts",
    local: false,
    needs: { clusters: 2, routing: "tunnel" },
    inject: (world) => {
      world.cuts.push({
        filter: { protocol: "any", port: null, action: "drop", stateful: false },
        cuts: (from, to) => from.remote !== to.remote,
      });
    },
  },
  {
    name: "clustermesh-not-connected",
    causes: ["clustermesh-not-connected"],
    separable: "facts",
    local: false,
    green: true,
    needs: { clusters: 2, routing: "tunnel" },
    inject: (world) => {
      for (const machine of ownMachines(world)) {
        machine.agent?.meshErrors.set("other", "0/1 connected: x509: certificate signed by unknown authority");
      }
    },
  },
  {
    name: "clustermesh-config-mismatch in pod CIDRs",
    causes: ["clustermesh-config-mismatch"],
    separable: "facts",
    local: false,
    green: true, // each agent's map has one address apiece, so the probes still find their node
    needs: { clusters: 2, routing: "tunnel", families: 1 },
    inject: (world) => {
      const own = ownMachines(world);
      world.machines
        .filter((machine) => machine.remote)
        .forEach((machine, at) => {
          const twin = own[at % own.length];
          const cidr = twin?.podCIDRs[0] ?? "";
          machine.podCIDRs = [cidr];
          machine.healthIPs = [cidr.replace("0/24", "251")];
          if (machine.announced !== null) {
            machine.announced.podCIDRs = [cidr];
            machine.announced.healthIPs = [...machine.healthIPs];
          }
        });
    },
  },
  {
    name: "clustermesh-config-mismatch in the tunnel protocol",
    causes: ["clustermesh-config-mismatch"],
    separable: "outside", // nothing that one context shows tells how the other cluster's agents run
    local: false,
    needs: { clusters: 2, routing: "tunnel", tunnelProtocol: "vxlan", encryption: "disabled" },
    inject: (world) => {
      for (const machine of world.machines) {
        if (!machine.remote || machine.agent === null) continue;
        machine.agent.runs = { ...machine.agent.runs, tunnelProtocol: "geneve", tunnelPort: 6081 };
      }
    },
  },
  {
    name: "ipv6-secondary-path-broken",
    causes: ["ipv6-secondary-path-broken"],
    separable: "facts",
    local: false,
    needs: { families: 2, nodeEncryption: false },
    inject: (world) => {
      for (const machine of world.machines) {
        machine.ips = machine.ips.map((ip, slot) => (slot === 1 ? `${ip}f` : ip));
      }
    },
  },
  {
    name: "slow-path",
    causes: ["slow-path"],
    separable: "facts",
    local: true,
    green: true,
    needs: { leastNodes: 8 },
    inject: (world, dice) => {
      const machine = victim(world, dice);
      for (const peer of ownMachines(world)) {
        if (peer === machine) continue;
        world.slow.add(`${machine.index}/${peer.index}`);
        world.slow.add(`${peer.index}/${machine.index}`);
      }
    },
  },
];

function lockHealth(world: World): void {
  world.policies.push(policy("lock-health", { endpointSelector: { matchLabels: { "reserved:health": "" } } }));
  for (const machine of ownMachines(world)) machine.health.allowed = allow();
}

function policy(name: string, selector: object): object {
  return { metadata: { name }, spec: { ...selector, ingress: [{ fromEntities: ["health"] }] } };
}
