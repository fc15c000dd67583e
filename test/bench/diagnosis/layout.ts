import type { Dice } from "./dice.ts";
import type { Agent, Machine, Settings, World } from "./world.ts";

/** What a fault asks of the cluster it is injected into; the rest is thrown. */
export interface Needs {
  readonly routing?: Settings["routing"];
  readonly tunnelProtocol?: Settings["tunnelProtocol"];
  readonly encryption?: Settings["encryption"];
  readonly nodeEncryption?: boolean;
  readonly endpointRoutes?: boolean;
  readonly hostRouting?: Settings["hostRouting"];
  readonly routerKnowsPods?: boolean;
  readonly hostFirewall?: boolean;
  readonly provider?: Provider;
  readonly clusters?: 1 | 2;
  readonly families?: 1 | 2;
  readonly ipam?: Settings["ipam"];
  readonly kvstore?: boolean;
  readonly healthPort?: number;
  readonly manySubnets?: boolean;
  readonly leastNodes?: number;
  readonly mostNodes?: number;
  readonly version?: string;
}

export type Provider = "aws" | "openstack" | "azure" | "gce" | "vsphere" | "none";

const clock = Date.parse("2031-05-02T09:20:00Z");
const tenDays = 864_000;

/** A healthy cluster that meets the needs. The same seed and size give the same cluster. */
export function layOut(seed: number, size: number, needs: Needs, dice: Dice): World {
  const settings = throwSettings(needs, dice);
  const provider =
    needs.provider ?? dice.pick<Provider>(["aws", "openstack", "azure", "gce", "vsphere", "none", "none"]);
  const zones = Math.min(size, 1 + dice.below(3) + (needs.manySubnets ? 1 : 0));
  const isRouted = settings.routing === "tunnel" || settings.routerKnowsPods;
  const site: Site = {
    seed,
    settings,
    provider,
    version: needs.version ?? dice.pick(["1.19.3", "1.19.3", "1.18.2", "1.17.6", "1.16.12"]),
    subnetPerZone: (isRouted || needs.manySubnets === true) && (needs.manySubnets ?? dice.chance(0.5)),
  };
  const machines = Array.from({ length: size }, (_, at) =>
    machineOf(site, at, Math.floor((at * zones) / size), settings.clusterName, false),
  );
  if (needs.clusters === 2 || (needs.clusters === undefined && isRouted && dice.chance(0.1))) {
    const remote = Math.min(size, 2 + dice.below(4));
    for (let at = 0; at < remote; at++) machines.push(machineOf(site, size + at, 7, "other", true));
  }
  return {
    seed,
    now: clock,
    settings,
    configured: settings,
    machines,
    cuts: [],
    spoofGuard: false,
    lostRoutes: new Set(),
    policies: [],
    slow: new Set(),
    touched: new Set(),
    hidden: new Set(),
  };
}

/** Settings as clusters have them: tunnel more often than native, encryption seldom. */
function throwSettings(needs: Needs, dice: Dice): Settings {
  const routing = needs.routing ?? (dice.chance(0.65) ? "tunnel" : "native");
  const tunnelProtocol = needs.tunnelProtocol ?? (dice.chance(0.75) ? "vxlan" : "geneve");
  const encryption =
    needs.encryption ?? (dice.chance(0.75) ? "disabled" : dice.pick<Settings["encryption"]>(["wireguard", "ipsec"]));
  const nodeEncryption = encryption === "wireguard" && (needs.nodeEncryption ?? dice.chance(0.3));
  const routerKnowsPods = routing === "native" && (needs.routerKnowsPods ?? dice.chance(0.4));
  return {
    clusterName: dice.pick(["default", "prod", "kube-1"]),
    clusterID: 0,
    routing,
    tunnelProtocol,
    tunnelPort: tunnelProtocol === "vxlan" ? 8472 : 6081,
    encryption,
    nodeEncryption,
    endpointRoutes: needs.endpointRoutes ?? dice.chance(0.2),
    hostRouting: needs.hostRouting ?? dice.pick<Settings["hostRouting"]>(["BPF", "Legacy"]),
    directRoutes: routing === "native" && !routerKnowsPods,
    routerKnowsPods,
    hostFirewall: encryption !== "ipsec" && (needs.hostFirewall ?? dice.chance(0.1)),
    healthChecking: true,
    endpointHealthChecking: true,
    healthPort: needs.healthPort ?? 4240,
    families: needs.families ?? (dice.chance(0.2) ? 2 : 1),
    ipv4: true,
    ipam: needs.ipam ?? (dice.chance(0.5) ? "kubernetes" : "cluster-pool"),
    chaining: "none",
    kvstore: needs.kvstore ?? dice.chance(0.1),
    enablePolicy: "default",
    masquerading: dice.chance(0.5) ? "BPF" : "IPTables",
  };
}

interface Site {
  readonly seed: number;
  readonly settings: Settings;
  readonly provider: Provider;
  readonly version: string;
  readonly subnetPerZone: boolean;
}

/** One healthy machine; its index alone decides its addresses. */
function machineOf(site: Site, index: number, zone: number, cluster: string, remote: boolean): Machine {
  const { settings } = site;
  const subnet = (site.subnetPerZone || remote ? zone * 8 : 0) + Math.floor(index / 240);
  const hex = (index + 1).toString(16);
  const both = (v4: string, v6: string) => (settings.families === 2 ? [v4, v6] : [v4]);
  const pods = `10.${100 + (index >> 8)}.${index & 255}`;
  const last = 10 + ((index * 37 + site.seed) % 200);
  const ips = both(`172.20.${subnet}.${1 + (index % 240)}`, `fd00:10:${subnet}::${hex}`);
  const healthIPs = both(`${pods}.${last}`, `fd00:64:0:${hex}::${(last + 4096).toString(16)}`);
  const podCIDRs = both(`${pods}.0/24`, `fd00:64:0:${hex}::/64`);
  const wireguardKey = settings.encryption === "wireguard" ? keyOf(site.seed, index) : "";
  const encryptionKey = settings.encryption === "ipsec" ? 3 : 0;
  const runs = remote ? { ...settings, clusterName: cluster, clusterID: 2 } : settings;
  return {
    index,
    name: `${remote ? "far" : "node"}-${String(index + 1).padStart(3, "0")}`,
    cluster,
    remote,
    zone: `zone-${String.fromCharCode(97 + zone)}`,
    pool: index % 3 === 0 ? "pool-1" : "pool-2",
    subnet: `172.20.${subnet}`,
    controlPlane: index === 0,
    hypervisor: index % 4,
    osImage: "Debian GNU/Linux 12 (bookworm)",
    kernel: "6.12.9",
    providerID: providerID(site.provider, index),
    ips,
    farIPs: [],
    healthIPs,
    routerIPs: both(`${pods}.${last + 1}`, `fd00:64:0:${hex}::${(last + 8192).toString(16)}`),
    podCIDRs,
    powered: true,
    kube: { ips: [...ips], podCIDRs: [...podCIDRs], ready: "True", networkUnavailable: false, age: tenDays },
    announced: {
      ips: [...ips],
      healthIPs: [...healthIPs],
      podCIDRs: [...podCIDRs],
      wireguardKey,
      encryptionKey,
      ipamError: "",
    },
    agent: agentOf(site, index, runs),
    input: [],
    forwardDrop: "",
    ipForward: true,
    rpFilter: new Map(),
    hostAllowed: null,
    health: {
      exists: true,
      broken: false,
      state: "ready",
      allowed: null,
      port: settings.healthPort,
      macChanges: false,
    },
    hostPortBound: true,
    wireguardKey,
    wireguardPeers: new Map(),
    ipsecSecret: 1,
    ipsecNoStates: false,
    ipsecSequenceDone: false,
    badChecksums: false,
    foreignSnat: false,
    podRoutesLost: false,
    foreignRuleTable: false,
    virtual: false,
    neighbours: new Map(),
    counters: { tunnelSent: 0, tunnelReceived: 0, checksumErrors: 0, drops: new Map(), xfrm: new Map() },
  };
}

function agentOf(site: Site, index: number, runs: Settings): Agent {
  return {
    pod: `cilium-${((index + 11) * 7919 + 46_656).toString(36).slice(-5)}`,
    state: "running",
    version: site.version,
    age: tenDays - 3600,
    restarts: 0,
    runs,
    view: new Map(),
    unprobed: new Set(),
    health: "report",
    apiGone: false,
    late: 0,
    skew: 0,
    failing: new Map(),
    kvstoreError: "",
    meshErrors: new Map(),
    missed: new Map(),
    wrongTunnelEnd: new Map(),
  };
}

/** 32 bytes in base64, as WireGuard prints keys. */
export function keyOf(seed: number, index: number): string {
  const bytes = Array.from({ length: 32 }, (_, at) => (seed * 31 + index * 131 + at * 17 + at * at * index) & 255);
  return Buffer.from(bytes).toString("base64");
}

function providerID(provider: Provider, index: number): string {
  const id = (index + 0xabc00).toString(16);
  switch (provider) {
    case "aws":
      return `aws:///eu-west-1a/i-0${id}`;
    case "openstack":
      return `openstack:///${id}-0000-4000-a000-000000000000`;
    case "azure":
      return `azure:///subscriptions/1/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/${id}`;
    case "gce":
      return `gce://project/europe-west1-b/${id}`;
    case "vsphere":
      return `vsphere://${id}-0000-4000-a000-000000000000`;
    case "none":
      return "";
    default: {
      const never: never = provider;
      return never;
    }
  }
}
