import type { KubeNode } from "../model/kube.ts";
import { arrayAt, isObject, objectAt, stringAt, stringMapAt, stringsAt } from "./json.ts";

/** A v1 Node; null for an object without a name. */
export function parseKubeNode(item: unknown): KubeNode | null {
  const metadata = objectAt(item, "metadata");
  const name = stringAt(metadata, "name");
  if (name === "") return null;
  const spec = objectAt(item, "spec");
  const status = objectAt(item, "status");
  const info = objectAt(status, "nodeInfo");
  const ready = condition(status, "Ready");
  return {
    name,
    labels: stringMapAt(metadata, "labels"),
    annotations: stringMapAt(metadata, "annotations"),
    internalIPs: addresses(status, "InternalIP"),
    podCIDRs: podCIDRs(spec),
    ready: readiness(stringAt(ready, "status")),
    readyMessage: stringAt(ready, "message"),
    readySince: stringAt(ready, "lastTransitionTime"),
    heartbeat: stringAt(ready, "lastHeartbeatTime"),
    taints: arrayAt(spec, "taints").map(taint),
    networkUnavailable: stringAt(condition(status, "NetworkUnavailable"), "status") === "True",
    createdAt: stringAt(metadata, "creationTimestamp"),
    providerID: stringAt(spec, "providerID"),
    osImage: stringAt(info, "osImage"),
    kernelVersion: stringAt(info, "kernelVersion"),
    operatingSystem: stringAt(info, "operatingSystem"),
  };
}

function condition(status: unknown, type: string): unknown {
  return arrayAt(status, "conditions").find((one) => isObject(one) && one["type"] === type);
}

/** A node without a Ready condition is one nobody reports on. */
function readiness(status: string): KubeNode["ready"] {
  return status === "True" || status === "False" ? status : "Unknown";
}

function addresses(status: unknown, type: string): string[] {
  return arrayAt(status, "addresses")
    .filter((address) => stringAt(address, "type") === type)
    .map((address) => stringAt(address, "address"));
}

function taint(json: unknown): string {
  const value = stringAt(json, "value");
  return `${stringAt(json, "key")}${value === "" ? "" : `=${value}`}:${stringAt(json, "effect")}`;
}

function podCIDRs(spec: unknown): string[] {
  const many = stringsAt(spec, "podCIDRs");
  const one = stringAt(spec, "podCIDR");
  return many.length > 0 || one === "" ? many : [one];
}
