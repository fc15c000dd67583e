import { type Address, type Cidr, parseCidr } from "../settings/cidr.ts";

/** One line of `ip route`. */
export interface Route {
  readonly to: Cidr;
  readonly isDefault: boolean;
  /** `unicast`, `unreachable`, `blackhole`, `prohibit`, … */
  readonly type: string;
  /** Next hop, "" where the destination is on the link. */
  readonly via: string;
  readonly dev: string;
  readonly metric: number;
  readonly text: string;
}

const types: ReadonlySet<string> = new Set([
  "unicast",
  "local",
  "broadcast",
  "unreachable",
  "blackhole",
  "prohibit",
  "throw",
]);
const anyV4: Cidr = { family: 4, prefix: 0, low: 0n, high: (1n << 32n) - 1n };
const anyV6: Cidr = { family: 6, prefix: 0, low: 0n, high: (1n << 128n) - 1n };

/** Lines that are no route are passed over; a multipath route takes its first next hop. */
export function readRoutes(text: string): Route[] {
  const routes: Route[] = [];
  for (const line of text.split("\n")) {
    if (/^\s+nexthop\s/.test(line)) addNextHop(routes, line);
    else {
      const route = readRoute(line.trim());
      if (route !== null) routes.push(route);
    }
  }
  return routes;
}

function readRoute(line: string): Route | null {
  const words = line.split(/\s+/);
  const type = types.has(words[0] ?? "") ? (words.shift() ?? "") : "unicast";
  const head = words.shift() ?? "";
  const via = after(words, "via");
  const isDefault = head === "default";
  const to = isDefault ? (via.includes(":") ? anyV6 : anyV4) : parseCidr(head);
  if (to === null) return null;
  return {
    to,
    isDefault: to.prefix === 0,
    type,
    via,
    dev: after(words, "dev"),
    metric: Number(after(words, "metric")) || 0,
    text: line,
  };
}

function addNextHop(routes: Route[], line: string): void {
  const last = routes.at(-1);
  if (last === undefined || last.dev !== "") return;
  const words = line.trim().split(/\s+/);
  routes[routes.length - 1] = {
    ...last,
    via: after(words, "via"),
    dev: after(words, "dev"),
    text: `${last.text} ${line.trim()}`,
  };
}

/** The word behind a keyword; `via inet6 ADDRESS` names the family in between. */
function after(words: readonly string[], keyword: string): string {
  const at = words.indexOf(keyword);
  if (at < 0) return "";
  const word = words[at + 1] ?? "";
  return word === "inet" || word === "inet6" ? (words[at + 2] ?? "") : word;
}

/** One table as a function: the route of an address, null when there is none. */
export type RouteLookup = (address: Address) => Route | null;

/** The longest prefix wins, then the lowest metric. Indexed by prefix: tables hold a route for each of thousands of nodes. */
export function routeLookup(routes: readonly Route[]): RouteLookup {
  const byPrefix = new Map<number, Map<string, Route>>();
  for (const route of routes) {
    const level = byPrefix.get(route.to.prefix) ?? new Map<string, Route>();
    byPrefix.set(route.to.prefix, level);
    const key = `${route.to.family} ${route.to.low}`;
    const known = level.get(key);
    if (known === undefined || route.metric < known.metric) level.set(key, route);
  }
  const levels = [...byPrefix].sort((a, b) => b[0] - a[0]);
  return (address) => {
    const bits = address.family === 4 ? 32 : 128;
    for (const [prefix, level] of levels) {
      if (prefix > bits) continue;
      const shift = BigInt(bits - prefix);
      const route = level.get(`${address.family} ${(address.value >> shift) << shift}`);
      if (route !== undefined) return route;
    }
    return null;
  };
}
