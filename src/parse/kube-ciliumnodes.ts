import type { CiliumNode } from "../model/kube.ts";
import { arrayAt, numberAt, objectAt, stringAt, stringMapAt, stringsAt } from "./json.ts";

/** A cilium.io/v2 CiliumNode; null for an object without a name. */
export function parseCiliumNode(item: unknown): CiliumNode | null {
  const metadata = objectAt(item, "metadata");
  const name = stringAt(metadata, "name");
  if (name === "") return null;
  const spec = objectAt(item, "spec");
  const health = objectAt(spec, "health");
  const ipam = objectAt(objectAt(item, "status"), "ipam");
  return {
    name,
    internalIPs: addresses(spec, "InternalIP"),
    ciliumInternalIPs: addresses(spec, "CiliumInternalIP"),
    healthIPs: [stringAt(health, "ipv4"), stringAt(health, "ipv6")].filter((ip) => ip !== ""),
    podCIDRs: stringsAt(objectAt(spec, "ipam"), "podCIDRs"),
    encryptionKey: numberAt(objectAt(spec, "encryption"), "key"),
    bootID: stringAt(spec, "bootid"),
    createdAt: stringAt(metadata, "creationTimestamp"),
    wireguardPublicKey: stringMapAt(metadata, "annotations").get("network.cilium.io/wg-pub-key") ?? "",
    ipamError: stringAt(objectAt(ipam, "operator-status"), "error"),
  };
}

function addresses(spec: unknown, type: string): string[] {
  return arrayAt(spec, "addresses")
    .filter((address) => stringAt(address, "type") === type)
    .map((address) => stringAt(address, "ip"));
}
