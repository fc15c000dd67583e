/** `cat /proc/sys/net/ipv4/ip_forward`: whether the kernel forwards IPv4 at all; null when the text is no answer. */
export function ipForwardOf(text: string): boolean | null {
  const value = text.trim();
  return value === "0" ? false : value === "1" ? true : null;
}

/**
 * `grep -r . /proc/sys/net/ipv4/conf --include=rp_filter`, or the lines of sysctl: the value by interface, `all` and
 * `default` included. 0 off, 1 strict, 2 loose (Documentation/networking/ip-sysctl.rst).
 */
export function reversePathFilters(text: string): Map<string, number> {
  const values = new Map<string, number>();
  for (const line of text.split("\n")) {
    const match =
      /^\/proc\/sys\/net\/ipv4\/conf\/([^/\s]+)\/rp_filter:\s*([0-2])\s*$/.exec(line) ??
      /^net[./]ipv4[./]conf[./](\S+)[./]rp_filter\s*=\s*([0-2])\s*$/.exec(line);
    if (match?.[1] !== undefined) values.set(match[1], Number(match[2]));
  }
  return values;
}

/** Interfaces whose effective value, the larger of `all` and its own, is strict; `all` and `default` are none. */
export function strictInterfaces(values: ReadonlyMap<string, number>): string[] {
  const all = values.get("all") ?? 0;
  return [...values]
    .filter(([name, own]) => name !== "all" && name !== "default" && Math.max(all, own) === 1)
    .map(([name]) => name);
}
