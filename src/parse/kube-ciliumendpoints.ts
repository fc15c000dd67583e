import type { AnnouncedEndpoint } from "../model/lists.ts";
import { arrayAt, numberAt, objectAt, stringAt } from "./json.ts";

/** A cilium.io/v2 CiliumEndpoint; null for an object without a name. It is named after its pod. */
export function parseCiliumEndpoint(item: unknown): AnnouncedEndpoint | null {
  const metadata = objectAt(item, "metadata");
  const name = stringAt(metadata, "name");
  if (name === "") return null;
  const status = objectAt(item, "status");
  const networking = objectAt(status, "networking");
  const owner = stringAt(objectAt(status, "external-identifiers"), "k8s-pod-name");
  return {
    pod: `${stringAt(metadata, "namespace")}/${owner || name}`,
    identity: numberAt(objectAt(status, "identity"), "id"),
    ips: arrayAt(networking, "addressing").flatMap((address) =>
      ["ipv4", "ipv6"].map((family) => stringAt(address, family)).filter((ip) => ip !== ""),
    ),
    state: stringAt(status, "state"),
    nodeIP: stringAt(networking, "node"),
  };
}
