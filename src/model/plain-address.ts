const octet = "(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])";

/**
 * An address as it may stand in a command: IPv4 or IPv6 in its plain form, no zone. bash asks the DNS for whatever is no
 * address, `cafe` and `999.0.2.1` too.
 */
export const plainAddressPattern = `${octet}(?:\\.${octet}){3}|[0-9a-fA-F]{0,4}(?::[0-9a-fA-F]{0,4}){2,7}`;

const plainAddress = new RegExp(`^(?:${plainAddressPattern})$`);

export function isPlainAddress(address: string): boolean {
  return plainAddress.test(address);
}
