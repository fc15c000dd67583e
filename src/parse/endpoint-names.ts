import { arrayAt, isObject, objectAt, parseJson, stringAt } from "./json.ts";

/** A pod of an agent's endpoint list: its addresses, and `namespace/name`. */
export interface EndpointName {
  readonly ips: readonly string[];
  readonly name: string;
}

/** The pods of `cilium-dbg endpoint list -o json`; empty where the reply is no such list. */
export function readEndpointNames(bytes: Uint8Array): EndpointName[] {
  const json = parseJson(bytes);
  const list = json.ok && Array.isArray(json.value) ? json.value : [];
  return list.filter(isObject).flatMap((endpoint) => {
    const status = objectAt(endpoint, "status");
    const ids = objectAt(status, "external-identifiers");
    const [namespace, pod] = [stringAt(ids, "k8s-namespace"), stringAt(ids, "k8s-pod-name")];
    const ips = arrayAt(objectAt(status, "networking"), "addressing").flatMap((address) =>
      ["ipv4", "ipv6"].map((family) => stringAt(address, family)).filter((ip) => ip !== ""),
    );
    return pod === "" || ips.length === 0 ? [] : [{ ips, name: namespace === "" ? pod : `${namespace}/${pod}` }];
  });
}
