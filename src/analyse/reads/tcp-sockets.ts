import { parseAddress } from "../settings/cidr.ts";

/** `TCP_SYN_RECV`, and its half `TCP_NEW_SYN_RECV` which the kernel prints as the same (net/ipv4/tcp_ipv4.c). */
const synReceived = "03";

/**
 * Connections that the kernel answered and whose end it has not heard of, by `/proc/net/tcp` or `/proc/net/tcp6`: to
 * this local port, from one of these addresses. null when the text is no such table.
 */
export function halfOpenFrom(text: string, addresses: readonly string[], port: number): number | null {
  const [heading = "", ...lines] = text.split("\n");
  if (!/^\s*sl\s+local_address\s+re/.test(heading)) return null;
  const wanted = new Set(addresses.flatMap(hexForms));
  return lines.filter((line) => {
    const [, local = "", remote = "", state = ""] = line.trim().split(/\s+/);
    return state === synReceived && hexPort(local) === port && wanted.has((remote.split(":")[0] ?? "").toUpperCase());
  }).length;
}

function hexPort(socket: string): number {
  return Number.parseInt(socket.split(":")[1] ?? "", 16);
}

/** An address as the kernel prints it, in 32-bit words of its own byte order: both orders, one of them is right. */
function hexForms(ip: string): string[] {
  const address = parseAddress(ip);
  if (address === null) return [];
  const digits = address.value
    .toString(16)
    .padStart(address.family === 4 ? 8 : 32, "0")
    .toUpperCase();
  const words = digits.match(/.{8}/g) ?? [];
  const swapped = words.map((word) => (word.match(/../g) ?? []).reverse().join("")).join("");
  // An IPv4 peer of an IPv6 socket.
  const mapped =
    address.family === 4 ? [`0000000000000000FFFF0000${swapped}`, `00000000000000000000FFFF${digits}`] : [];
  return [digits, swapped, ...mapped];
}
