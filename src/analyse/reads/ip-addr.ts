import { parseAddress } from "../settings/cidr.ts";
import { readAddresses } from "./link-addresses.ts";

/** The link that bears an address, by `ip -br addr`; "" when none does or either text is no address. */
export function interfaceOf(text: string, ip: string): string {
  const wanted = parseAddress(ip);
  if (wanted === null) return "";
  const owner = readAddresses(text).find((one) => {
    const address = parseAddress(one.ip);
    return address?.family === wanted.family && address.value === wanted.value;
  });
  return owner?.link ?? "";
}
