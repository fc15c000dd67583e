/** An IP address as a number, with its family. */
export interface Address {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** An address range: prefix length, first and last address. */
export interface Cidr {
  readonly family: 4 | 6;
  readonly prefix: number;
  readonly low: bigint;
  readonly high: bigint;
}

/** null for a text that is no IPv4 or IPv6 address; a zone (`%eth0`) is left out. */
export function parseAddress(text: string): Address | null {
  const bare = text.trim().split("%")[0] ?? "";
  return bare.includes(":") ? parseIPv6(bare) : parseIPv4(bare);
}

/** null for a text that is no `address/length`; a bare address is a range of one. Host bits are left out. */
export function parseCidr(text: string): Cidr | null {
  const [start = "", length, ...rest] = text.trim().split("/");
  const address = parseAddress(start);
  if (address === null || rest.length > 0) return null;
  const width = address.family === 4 ? 32 : 128;
  if (length !== undefined && !/^\d+$/.test(length)) return null;
  const prefix = length === undefined ? width : Number(length);
  if (prefix > width) return null;
  const size = 1n << BigInt(width - prefix);
  const low = (address.value / size) * size;
  return { family: address.family, prefix, low, high: low + size - 1n };
}

export function contains(range: Cidr, address: Address): boolean {
  return range.family === address.family && range.low <= address.value && address.value <= range.high;
}

/** Equal or nested: ranges of prefixes share addresses in no other way. */
export function overlaps(one: Cidr, other: Cidr): boolean {
  return one.family === other.family && one.low <= other.high && other.low <= one.high;
}

/** Four decimal octets without leading zeros, as Go's netip reads them. */
function parseIPv4(text: string): Address | null {
  const parts = text.split(".");
  if (parts.length !== 4 || !parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256))
    return null;
  return { family: 4, value: parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n) };
}

function parseIPv6(text: string): Address | null {
  const mapped = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(text);
  if (mapped !== null) {
    const low = parseIPv4(mapped[2] ?? "");
    if (low === null) return null;
    return parseIPv6(`${mapped[1] ?? ""}${(low.value >> 16n).toString(16)}:${(low.value & 0xffffn).toString(16)}`);
  }
  const halves = text.split("::");
  if (halves.length > 2) return null;
  const groups = halves.map((half) => (half === "" ? [] : half.split(":")));
  const [head = [], tail = []] = groups;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 1 ? missing !== 0 : missing < 1) return null;
  const all = [...head, ...Array.from({ length: missing }, () => "0"), ...tail];
  if (!all.every((group) => /^[0-9a-fA-F]{1,4}$/.test(group))) return null;
  return { family: 6, value: all.reduce((sum, group) => sum * 65536n + BigInt(`0x${group}`), 0n) };
}
