import type { PortNeed } from "../../model/ports.ts";

/** A need before it is set against the probes. */
export type Need = Omit<PortNeed, "evidence">;

/** A need with what most have: no cluster beside this one, nothing around it, no note. */
export function need(
  parts: Pick<Need, "kind" | "protocol" | "from" | "to" | "why"> & Partial<Omit<Need, "kind">>,
): Need {
  const { cluster = "", kind } = parts;
  return {
    id: cluster === "" ? kind : `${kind}:${cluster}`,
    port: null,
    usualPort: null,
    inside: "",
    settings: [],
    notes: [],
    ...parts,
    cluster,
  };
}
