import type { NatEntry } from "../model/conntrack.ts";
import { readSocket, readTuple } from "./tracked-tuple.ts";

/**
 * One line of `cilium-dbg bpf nat list` (pkg/maps/nat/{nat,ipv4}.go): `… XLATE_SRC 192.0.2.1:4000 Created=12sec ago
 * NeedsCT=1`; null for a line that is no entry. Without a clock it says `Created=? (raw 12)`, older versions a number.
 */
export function readNatLine(line: string): NatEntry | null {
  const read = readTuple(line);
  if (read === null) return null;
  const [, which, socket = ""] = /^XLATE_(SRC|DST) (\S{3,60})(?: |$)/.exec(read.rest) ?? [];
  const to = readSocket(socket);
  if (which === undefined || to === null) return null;
  const created = / Created=(\d{1,15})sec ago(?: |$)/.exec(read.rest)?.[1];
  return {
    ...read.tuple,
    translated: which === "SRC" ? "source" : "destination",
    toIP: to.ip,
    toPort: to.port,
    createdSecondsAgo: created === undefined ? null : Number(created),
  };
}
