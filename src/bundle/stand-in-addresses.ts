import { createHmac } from "node:crypto";
import { isIPv4, isIPv6 } from "node:net";

/**
 * Stand-ins for addresses that keep subnets: two addresses share exactly as many leading bits as before (the scheme of
 * Crypto-PAn, Xu and others, ICNP 2002). Ranges with a meaning of their own map onto themselves, so a private address
 * stays one, and loopback and link-local stay what they are.
 */
export interface StandInAddresses {
  /** An address, or one with a prefix length; host bits that were 0 behind the prefix stay 0. */
  of(text: string): string;
}

/** Every address below these prefixes keeps the prefix; those of full length stay whole. */
const keptPrefixes4 = [
  "0.0.0.0/8",
  "10.0.0.0/8",
  "100.64.0.0/10",
  "127.0.0.0/8",
  "169.254.0.0/16",
  "172.16.0.0/12",
  "192.168.0.0/16",
  "224.0.0.0/3",
];
const keptPrefixes6 = ["::/96", "::ffff:0:0/96", "64:ff9b::/96", "fc00::/8", "fd00::/8", "fe80::/10", "ff00::/8"];
/** These mean themselves, whole. */
const keptWhole =
  /^(?:0\.0\.0\.0|255\.255\.255\.255|127\.\d+\.\d+\.\d+|169\.254\.169\.254|22[4-9]\..*|23\d\..*|::1?|ff.*)$/i;

export function standInAddresses(key: Uint8Array): StandInAddresses {
  const known = new Map<string, string>();
  const flip4 = flipper(key, "4", keptPrefixes4.map(prefixBits));
  const flip6 = flipper(key, "6", keptPrefixes6.map(prefixBits));
  const map = (text: string): string => {
    const [address = "", length] = text.split("/");
    if (keptWhole.test(address)) return text;
    const bits = bitsOf(address);
    if (bits === "") return text;
    const mapped = bits.length === 32 ? flip4(bits) : flip6(bits);
    if (length === undefined) return spelled(mapped);
    const hostIsZero = !bits.slice(Number(length)).includes("1");
    return `${spelled(hostIsZero ? mapped.slice(0, Number(length)).padEnd(bits.length, "0") : mapped)}/${length}`;
  };
  return {
    of: (text) => {
      const standIn = known.get(text) ?? map(text);
      known.set(text, standIn);
      return standIn;
    },
  };
}

/** Each bit is flipped or not by a keyed function of the bits before it: a bijection that keeps common prefixes. */
function flipper(key: Uint8Array, family: string, kept: readonly string[]): (bits: string) => string {
  const flips = new Map<string, number>();
  const flip = (before: string): number => {
    const known = flips.get(before);
    if (known !== undefined) return known;
    const onTheWay = kept.some((prefix) => prefix.length > before.length && prefix.startsWith(before));
    const bit = onTheWay ? 0 : (createHmac("sha256", key).update(`ip${family}:${before}`).digest()[0] ?? 0) & 1;
    flips.set(before, bit);
    return bit;
  };
  return (bits) => {
    let mapped = "";
    for (let at = 0; at < bits.length; at++) mapped += Number(bits[at]) ^ flip(bits.slice(0, at));
    return mapped;
  };
}

function prefixBits(cidr: string): string {
  const [address = "", length = "0"] = cidr.split("/");
  return bitsOf(address).slice(0, Number(length));
}

/** 32 or 128 characters of 0 and 1; "" for what is no address. */
function bitsOf(address: string): string {
  if (isIPv4(address))
    return address
      .split(".")
      .map((part) => Number(part).toString(2).padStart(8, "0"))
      .join("");
  if (!isIPv6(address)) return "";
  const [plain = ""] = address.split("%");
  const [, head = "", v4 = ""] = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(plain) ?? [];
  const bits4 = v4 === "" ? "" : bitsOf(v4);
  const groups = v4 === "" ? plain : `${head}${hex(bits4.slice(0, 16))}:${hex(bits4.slice(16))}`;
  const [left = "", right] = groups.split("::");
  const first = left === "" ? [] : left.split(":");
  const last = right === undefined || right === "" ? [] : right.split(":");
  const middle = right === undefined ? [] : Array.from({ length: 8 - first.length - last.length }, () => "0");
  return [...first, ...middle, ...last]
    .map((group) => Number.parseInt(group, 16).toString(2).padStart(16, "0"))
    .join("");
}

function hex(bits: string): string {
  return Number.parseInt(bits, 2).toString(16);
}

/** As Go prints it: the longest run of zero groups, two at least, as `::`. */
function spelled(bits: string): string {
  if (bits.length === 32) return [0, 8, 16, 24].map((at) => Number.parseInt(bits.slice(at, at + 8), 2)).join(".");
  const groups = Array.from({ length: 8 }, (_, at) => hex(bits.slice(at * 16, at * 16 + 16)));
  const runs = [...groups.join(":").matchAll(/(?:^|:)0(?::0)+(?=:|$)/g)].map((run) => run[0]);
  const longest = runs.sort((a, b) => b.length - a.length)[0];
  if (longest === undefined) return groups.join(":");
  const [before = "", ...after] = groups.join(":").split(longest);
  return `${before}::${after.join(longest).replace(/^:/, "")}`;
}
