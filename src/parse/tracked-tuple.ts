import type { TrackedTuple } from "../model/conntrack.ts";

const directions = { IN: "in", OUT: "out", SVC: "service" } as const;

const shape = /^([A-Za-z][A-Za-z0-9-]{0,19}|\d{1,3}) (IN|OUT|SVC) (\S{3,60}) -> (\S{3,60}) (related )?/;

/**
 * `TCP IN 192.0.2.1:38598 -> 192.0.2.2:4240 `, the start of a line of `bpf ct list` and of `bpf nat list`, and what
 * follows it (pkg/tuple, pkg/maps/ctmap/types.go, Dump; alike from 1.8 to 1.19). IPv6 addresses have no brackets there.
 * null for every other line.
 */
export function readTuple(line: string): { readonly tuple: TrackedTuple; readonly rest: string } | null {
  const [whole, protocol = "", direction, from = "", to = "", related] = shape.exec(line) ?? [];
  if (whole === undefined || (direction !== "IN" && direction !== "OUT" && direction !== "SVC")) return null;
  const [source, destination] = [readSocket(from), readSocket(to)];
  if (source === null || destination === null) return null;
  return {
    tuple: {
      protocol,
      direction: directions[direction],
      sourceIP: source.ip,
      sourcePort: source.port,
      destinationIP: destination.ip,
      destinationPort: destination.port,
      related: related !== undefined,
    },
    rest: line.slice(whole.length),
  };
}

/** What looks like an address; whose it is, if anybody's, is told elsewhere. */
const address = /^(?:\d{1,3}(?:\.\d{1,3}){3}|(?=.*:.*:)[0-9a-fA-F:.]{2,45})$/;

/** `192.0.2.1:4240`, `2001:db8::1:4240` and `[2001:db8::1]:4240`: the port follows the last colon. */
export function readSocket(text: string): { readonly ip: string; readonly port: number } | null {
  const [, bracketed, plain = "", digits] = /^(?:\[([^\]]*)\]|(.*)):(\d{1,5})$/.exec(text) ?? [];
  const ip = bracketed ?? plain;
  const port = Number(digits);
  return address.test(ip) && port <= 65_535 ? { ip, port } : null;
}
