import type { Facts } from "../../model/facts.ts";
import type { Mode } from "./mode.ts";
import { usualTunnelPort } from "./mode.ts";
import { type Need, need } from "./need.ts";
import { listenPort, portOf, urlPort } from "./read-settings.ts";

/** What else the settings switch on: between nodes, or to a service that every node's agent talks to. */
export function serviceNeeds(facts: Facts, mode: Mode): Need[] {
  return [
    ...mode.remotes.map(clustermesh),
    ...kvstore(facts, mode),
    apiServer(facts, mode),
    ...dsr(facts, mode),
    ...hubble(facts, mode),
    ...mutualAuth(facts, mode),
    ...metrics(facts, mode),
  ];
}

function clustermesh(cluster: string): Need {
  return need({
    kind: "clustermesh",
    cluster,
    protocol: "tcp",
    usualPort: 2379,
    from: "agents, KVStoreMesh",
    to: `clustermesh-apiserver of ${cluster}`,
    why: "its nodes and pods",
    settings: [{ name: "Secret cilium-clustermesh", value: "", source: "unknown" }],
    notes: [
      "address and port stand in a Secret, and Secrets are never read: 2379 behind a load balancer, 32379 where the chart's NodePort is used",
    ],
  });
}

/** `etcd-config` names the servers (install/kubernetes/cilium/templates/cilium-configmap.yaml). */
function kvstore({ config }: Facts, { settings }: Mode): Need[] {
  if (config?.get("kvstore") !== "etcd") return [];
  const servers = [...(config.get("etcd-config") ?? "").matchAll(/https?:\/\/[^\s"',\]]+/g)].map(([url]) => url);
  const ports = new Map<number, string[]>();
  for (const url of servers) {
    const port = urlPort(url);
    if (port !== null) ports.set(port, [...(ports.get(port) ?? []), url]);
  }
  const base = {
    kind: "kvstore" as const,
    protocol: "tcp" as const,
    usualPort: 2379,
    from: "nodes",
    why: "kvstore",
    notes: ["etcd's own members need their peer port, 2380 as a rule, between each other, wherever they run"],
  };
  const set = settings.config("kvstore", "");
  if (ports.size === 0) {
    return [need({ ...base, to: "etcd", settings: [set, { name: "etcd-config", value: "", source: "unknown" }] })];
  }
  return [...ports].map(([port, urls]) =>
    need({
      ...base,
      id: ports.size === 1 ? "kvstore" : `kvstore-${port}`,
      port,
      to: "etcd",
      settings: [set, { name: "etcd-config", value: urls.join(" "), source: "cilium-config" }],
    }),
  );
}

function apiServer({ config }: Facts, { settings }: Mode): Need {
  const key = ["k8s-api-server", "k8s-api-server-urls"].find((name) => (config?.get(name) ?? "") !== "");
  const set = key === undefined ? null : settings.config(key, "");
  const port = set === null ? null : urlPort(set.value.split(/[\s,]/)[0] ?? "");
  return need({
    kind: "kube-apiserver",
    protocol: "tcp",
    port,
    usualPort: 6443,
    from: "nodes",
    to: "kube-apiserver",
    why: "cluster state",
    settings: [set ?? { name: "k8s-api-server", value: "", source: "unknown" }],
    notes: set === null ? ["cilium-config does not name the server: agents find it by their pods' environment"] : [],
  });
}

/** Load balancing by direct server return wraps packets between nodes (pkg/datapath/tunnel/cell.go, pkg/loadbalancer). */
function dsr({ config }: Facts, mode: Mode): Need[] {
  const way = config?.get("bpf-lb-mode") ?? "";
  const dispatch = config?.get("bpf-lb-dsr-dispatch") ?? "";
  if (way !== "dsr" && way !== "hybrid") return [];
  const base = {
    kind: "dsr" as const,
    from: "nodes",
    to: "nodes",
    settings: [mode.settings.config("bpf-lb-mode", ""), mode.settings.config("bpf-lb-dsr-dispatch", "opt")],
  };
  if (dispatch === "ipip") return [need({ ...base, protocol: "ipip", why: "Services, DSR over IPIP" })];
  const isTunnelled = mode.routing.value === "tunnel" && mode.tunnel.value === "geneve";
  if (dispatch !== "geneve" || isTunnelled) return [];
  const set = mode.settings.config("tunnel-port", String(usualTunnelPort("geneve")));
  return [need({ ...base, protocol: "udp", port: portOf(set), usualPort: 6081, why: "Services, DSR over Geneve" })];
}

function hubble({ config }: Facts, { settings }: Mode): Need[] {
  const port = listenPort(config?.get("hubble-listen-address") ?? "");
  if (config?.get("enable-hubble") !== "true" || port === null) return [];
  return [
    need({
      kind: "hubble",
      protocol: "tcp",
      port,
      usualPort: 4244,
      from: "hubble-relay",
      to: "nodes",
      why: "Hubble",
      settings: [settings.config("enable-hubble", "false"), settings.config("hubble-listen-address", "")],
    }),
  ];
}

function mutualAuth({ config }: Facts, { settings }: Mode): Need[] {
  if (config?.get("mesh-auth-mutual-enabled") !== "true") return [];
  const set = settings.config("mesh-auth-mutual-listener-port", "");
  return [
    need({
      kind: "mutual-auth",
      protocol: "tcp",
      port: portOf(set),
      usualPort: 4250,
      from: "nodes",
      to: "nodes",
      why: "mutual authentication",
      settings: [settings.config("mesh-auth-mutual-enabled", "false"), set],
    }),
  ];
}

const metricKeys = [
  ["prometheus-serve-addr", "metrics of agents", "metrics-agent"],
  ["operator-prometheus-serve-addr", "metrics of operators", "metrics-operator"],
  ["hubble-metrics-server", "metrics of Hubble", "metrics-hubble"],
] as const;

function metrics({ config }: Facts, { settings }: Mode): Need[] {
  return metricKeys.flatMap(([key, why, id]) => {
    const port = listenPort(config?.get(key) ?? "");
    if (port === null) return [];
    const to = key.startsWith("operator") ? "nodes of cilium-operator" : "nodes";
    return [
      need({
        kind: "metrics",
        id,
        protocol: "tcp",
        port,
        usualPort: port,
        from: "Prometheus",
        to,
        why,
        settings: [settings.config(key, "")],
      }),
    ];
  });
}
