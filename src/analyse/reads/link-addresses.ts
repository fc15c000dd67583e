/** One address of `ip -br addr`. */
export interface LinkAddress {
  readonly link: string;
  readonly ip: string;
  readonly prefix: number;
}

/** `eth0@if11  UP  172.31.0.11/24 fe80::1/64`; a line a link, lines without addresses give none. */
export function readAddresses(text: string): LinkAddress[] {
  return text.split("\n").flatMap((line) => {
    const [name = "", , ...addresses] = line.trim().split(/\s+/);
    const [link = ""] = name.split("@", 1);
    return addresses.flatMap((address) => {
      const match = /^([0-9a-fA-F.:]+)\/(\d{1,3})$/.exec(address);
      return match === null ? [] : [{ link, ip: match[1] ?? "", prefix: Number(match[2]) }];
    });
  });
}
