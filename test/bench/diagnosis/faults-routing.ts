import { cutBetween, type Fault, filter, twoSides, victim, victims } from "./fault.ts";
import { prefixOf } from "./network.ts";
import { ownMachines } from "./world.ts";

const native = { routing: "native", encryption: "disabled" } as const;
const cloud = { ...native, routerKnowsPods: true, clusters: 1, ipam: "kubernetes" } as const;

/** Local routes are present and correct: all peers on one link. */
const guarded = { ...native, routerKnowsPods: false, manySubnets: false, clusters: 1 } as const;

/** The catalogue's 3D: routing and host settings. */
export const routingFaults: readonly Fault[] = [
  {
    name: "native-no-l2-route",
    causes: ["native-no-l2-route"],
    separable: "facts",
    local: false,
    needs: { ...native, routerKnowsPods: false, manySubnets: true, leastNodes: 6, clusters: 1 },
    inject: () => {}, // the layout itself: peers in several subnets, routes only to those on the same link
  },
  {
    name: "cloud-route-missing",
    causes: ["cloud-route-missing"],
    separable: "facts",
    local: true,
    needs: cloud,
    inject: (world, dice) => {
      const machine = victim(world, dice);
      for (const cidr of machine.podCIDRs) world.lostRoutes.add(cidr);
      if (machine.kube !== null) {
        machine.kube.networkUnavailable = true;
        machine.kube.age = 7200;
      }
    },
  },
  {
    name: "aws-source-dest-check",
    causes: ["aws-source-dest-check"],
    separable: "outside",
    local: false,
    needs: { ...guarded, provider: "aws", ipam: "kubernetes" },
    inject: (world) => {
      world.spoofGuard = true;
    },
  },
  {
    name: "openstack-port-security",
    causes: ["openstack-port-security"],
    separable: "outside",
    local: false,
    needs: { ...guarded, provider: "openstack" },
    inject: (world) => {
      world.spoofGuard = true;
    },
  },
  {
    name: "azure-gcp-ip-forwarding",
    causes: ["azure-gcp-ip-forwarding"],
    separable: "outside",
    local: false,
    needs: { ...guarded, provider: "azure" },
    inject: (world) => {
      world.spoofGuard = true;
    },
  },
  {
    name: "ip-forward-disabled",
    causes: ["ip-forward-disabled"],
    separable: "command",
    local: true,
    needs: { endpointRoutes: true },
    inject: (world, dice) => {
      victim(world, dice).ipForward = false;
    },
  },
  {
    name: "forward-drop",
    causes: ["forward-drop"],
    separable: "command",
    local: true,
    needs: { endpointRoutes: true },
    inject: (world, dice) => {
      victim(world, dice).forwardDrop = "rule";
    },
  },
  {
    name: "rp-filter",
    causes: ["rp-filter"],
    separable: "command",
    local: true,
    needs: { ...native, hostRouting: "Legacy", endpointRoutes: false },
    inject: (world, dice) => {
      const machine = victim(world, dice);
      machine.rpFilter.set(dice.pick(["all", "lxc_health"]), 1);
      machine.osImage = "Debian GNU/Linux 13 (trixie)";
    },
  },
  {
    name: "networkd-foreign-rules",
    causes: ["networkd-foreign-rules"],
    separable: "command",
    local: true,
    needs: { routerKnowsPods: false }, // where the network routes the ranges, the agents install no routes to lose
    inject: (world, dice) => {
      const machine = victim(world, dice);
      machine.podRoutesLost = true;
      machine.osImage = "Ubuntu 22.04.4 LTS";
    },
  },
  {
    name: "nm-cloud-setup",
    causes: ["nm-cloud-setup"],
    separable: "command",
    local: true,
    needs: { ...native, provider: "aws" },
    inject: (world, dice) => {
      const machine = victim(world, dice);
      machine.foreignRuleTable = true;
      machine.osImage = "Red Hat Enterprise Linux 9.4 (Plow)";
    },
  },
  {
    name: "foreign-snat",
    causes: ["foreign-snat"],
    separable: "command",
    local: false,
    needs: { routing: "tunnel", provider: "aws", encryption: "disabled", mostNodes: 60 },
    inject: (world) => {
      for (const machine of ownMachines(world)) machine.foreignSnat = true;
    },
  },
  {
    name: "neighbor-stale",
    causes: ["neighbor-stale"],
    separable: "command",
    local: true,
    needs: { manySubnets: false, families: 1, leastNodes: 5 },
    inject: (world, dice) => {
      const [from, to] = victims(world, dice, 2);
      from?.neighbours.set(to?.ips[0] ?? "", dice.pick(["PERMANENT", "FAILED"]));
      from?.agent?.failing.set("node-neighbor-link-updater", "unable to update neighbor: no such device");
    },
  },
  {
    name: "pod-cidr-overlaps-nodes",
    causes: ["pod-cidr-overlaps-nodes"],
    separable: "facts",
    local: false, // the range holds every node's address: no probe passes anywhere, and nothing beside it can be seen
    needs: { families: 1, manySubnets: false, clusters: 1 },
    inject: (world, dice) => {
      const machine = victim(world, dice);
      const cidr = `${prefixOf(machine.ips[0] ?? "")}.0/24`;
      machine.podCIDRs = [cidr];
      if (machine.kube !== null) machine.kube.podCIDRs = [cidr];
      if (machine.announced !== null) machine.announced.podCIDRs = [cidr];
    },
  },
  {
    name: "pod-cidr-duplicate",
    causes: ["pod-cidr-duplicate"],
    separable: "facts",
    local: true,
    needs: { ...native, families: 1, clusters: 1, leastNodes: 5 },
    inject: (world, dice) => {
      const [one, other] = victims(world, dice, 2);
      if (one === undefined || other === undefined) return;
      other.podCIDRs = [...one.podCIDRs];
      other.healthIPs = one.healthIPs.map((ip) => ip.replace(/\d+$/, "7"));
      if (other.kube !== null) other.kube.podCIDRs = [...one.podCIDRs];
      if (other.announced !== null) {
        other.announced.podCIDRs = [...one.podCIDRs];
        other.announced.healthIPs = [...other.healthIPs];
      }
    },
  },
  {
    name: "health-tcp-4240-blocked between groups, native routing",
    causes: ["health-tcp-4240-blocked"],
    separable: "outside",
    local: false,
    needs: { ...native, leastNodes: 6 },
    inject: (world, dice) => cutBetween(world, twoSides(world, dice), filter("tcp", 4240, "drop", true)),
  },
];
