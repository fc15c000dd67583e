/** A CiliumClusterwideNetworkPolicy with one ingress or egress rule. */
export function clusterwidePolicy(
  name: string,
  selector: object,
  more: { readonly on?: "endpoint" | "node"; readonly way?: "ingress" | "egress" } = {},
): object {
  const key = more.on === "node" ? "nodeSelector" : "endpointSelector";
  return {
    metadata: { name },
    spec: { [key]: selector, [more.way ?? "ingress"]: [{ fromEntities: ["health"] }] },
  };
}

/** An endpoint list with the health endpoint (and the host's, where said) under a policy. */
export function enforcedEndpoints(
  entries: readonly Readonly<Record<string, unknown>>[],
  health: string,
  more: { readonly host?: string; readonly allowed?: readonly number[]; readonly ports?: readonly string[] } = {},
): readonly Readonly<Record<string, unknown>>[] {
  const ingress = (more.ports ?? []).map((port) => {
    const [number, protocol] = port.split("/");
    return { rule: `{"port":${number},"protocol":"${protocol}","l7-rules":[]}` };
  });
  const realized = {
    "policy-enabled": health,
    ...(more.allowed === undefined ? {} : { "allowed-ingress-identities": more.allowed }),
    l4: { ingress, egress: [] },
  };
  const [first = {}] = entries;
  const status = typeof first["status"] === "object" ? first["status"] : {};
  const host = {
    id: 419,
    status: {
      state: "ready",
      identity: { id: 1, labels: ["reserved:host"] },
      policy: { realized: { "policy-enabled": more.host ?? "none" } },
    },
  };
  return [{ ...first, status: { ...status, policy: { realized } } }, ...(more.host === undefined ? [] : [host])];
}

/** `cilium-dbg bpf metrics list -o json` with some drops beside ordinary traffic. */
export function bpfMetrics(drops: Readonly<Record<string, number>> = {}): string {
  const row = (reason: string, packets: number) => ({
    reason,
    direction: "ingress",
    packets,
    bytes: packets * 98,
    line: 2381,
    file: "bpf_lxc.c",
  });
  return JSON.stringify([
    row("Success", 1004),
    ...Object.entries(drops).map(([reason, packets]) => row(reason, packets)),
  ]);
}
