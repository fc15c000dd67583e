/** A Service as `cilium-dbg service list` has it; `ending` is a backend that goes away. */
export function service(
  name: string,
  frontend: string,
  backends: readonly string[],
  flags: Readonly<Record<string, string>> = {},
  ending?: string,
): Readonly<Record<string, unknown>> {
  const [namespace, own] = name.split("/");
  const spec = {
    "frontend-address": { ...address(frontend), scope: "external" },
    "backend-addresses": [
      ...backends.map((one) => ({ ...address(one), state: "active" })),
      ...(ending === undefined ? [] : [{ ...address(ending), state: "terminating" }]),
    ],
    flags: {
      type: "ClusterIP",
      extTrafficPolicy: "Cluster",
      intTrafficPolicy: "Cluster",
      namespace,
      name: own,
      ...flags,
    },
  };
  return { spec, status: { realized: spec } };
}

function address(text: string): object {
  const [ip, port] = text.split(":");
  return { ip, port: Number(port), protocol: "TCP" };
}

/** Lines without the check's own id. */
export function listTexts(lines: readonly string[]): string[] {
  return lines.map((line) => line.replace(" service-agreement:", ":"));
}
