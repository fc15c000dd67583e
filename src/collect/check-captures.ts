import type { CheckCaptureId, ListCaptureId } from "../model/capture.ts";
import { baseCaptures, type CaptureSpec, confirmingCaptures } from "./captures.ts";

const MiB = 1024 * 1024;

/** What `check` alone asks of every agent. */
export const checkCaptures: Readonly<Record<CheckCaptureId, CaptureSpec>> = {
  // The file is there once br_netfilter is loaded.
  "bridge-nf-call-iptables.txt": {
    id: "bridge-nf-call-iptables.txt",
    argv: ["cat", "/proc/sys/net/bridge/bridge-nf-call-iptables"],
    maxBytes: MiB,
    json: false,
    tail: "",
  },
  // The pattern keeps it to a few lines; without it there are some two thousand (cilium-dbg/cmd/metrics_list.go).
  "bpf-map-pressure.json": {
    id: "bpf-map-pressure.json",
    argv: ["cilium-dbg", "metrics", "list", "-p", "cilium_bpf_map_pressure", "-o", "json"],
    maxBytes: 4 * MiB,
    json: true,
    tail: "",
  },
};

/** Lists that are compared entry by entry; a list of addresses holds every pod of the cluster. */
export const listCaptures: Readonly<Record<ListCaptureId, CaptureSpec>> = {
  "bpf-ipcache.json": confirmingCaptures["bpf-ipcache.json"],
  "cilium-ip-list.json": list("cilium-ip-list.json", "ip", 64),
  "cilium-service-list.json": list("cilium-service-list.json", "service", 64),
  "cilium-lrp-list.json": list("cilium-lrp-list.json", "lrp", 16),
};

function list(id: ListCaptureId, what: string, mebibytes: number): CaptureSpec {
  return { id, argv: ["cilium-dbg", what, "list", "-o", "json"], maxBytes: mebibytes * MiB, json: true, tail: "" };
}

/**
 * What every agent is asked beside the captures of every run. `inFull`: also what grows with the cluster, the routes to
 * every other node.
 */
export function settingCaptures(inFull: boolean): readonly CaptureSpec[] {
  return [
    confirmingCaptures["cilium-config.json"],
    confirmingCaptures["ip_forward.txt"],
    confirmingCaptures["rp_filter.txt"],
    checkCaptures["bridge-nf-call-iptables.txt"],
    confirmingCaptures["iptables.txt"],
    confirmingCaptures["ip-link.json"],
    confirmingCaptures["ip-addr.txt"],
    confirmingCaptures["ip-rule.txt"],
    ...(inFull ? [confirmingCaptures["ip-route.txt"]] : []),
    confirmingCaptures["encrypt-status.json"],
    checkCaptures["bpf-map-pressure.json"],
  ];
}

/** Asked again in full of agents that a short round asked in short, where the lists are wanted. */
export const endpointCapture: CaptureSpec = baseCaptures["cilium-endpoint-list.json"];
