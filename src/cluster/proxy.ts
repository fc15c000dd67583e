import { BlockList, isIP, isIPv6 } from "node:net";
import { domainToASCII } from "node:url";
import { HealthError } from "../model/errors.ts";
import type { Environment } from "./cluster.ts";

/**
 * The proxy on the way to `server`; null when there is none. The kubeconfig's `proxy-url` always wins; else HTTPS_PROXY,
 * HTTP_PROXY and NO_PROXY (capitals before small letters) as Go's golang.org/x/net/http/httpproxy reads them: never for
 * localhost or a loopback address. Throws HealthError for a proxy address nobody can use.
 */
export function proxyFor(server: URL, proxyUrl: string | null, env: Environment["env"]): URL | null {
  if (proxyUrl !== null) return parseProxyUrl(proxyUrl, "proxy-url", ["http:", "https:", "socks5:"]);
  const names = server.protocol === "https:" ? ["HTTPS_PROXY", "https_proxy"] : ["HTTP_PROXY", "http_proxy"];
  const variable = names.find((name) => (env[name] ?? "") !== "");
  if (variable === undefined) return null;
  const target = targetOf(server);
  if (isLocal(target.host) || excluded(target, env["NO_PROXY"] || env["no_proxy"] || "")) return null;
  return parseProxyUrl(withScheme(env[variable] ?? ""), variable, ["http:", "https:", "socks5:", "socks5h:"]);
}

/** A proxy's address, its scheme checked. `said` names where it was given. Throws HealthError; a password in it is not shown. */
export function parseProxyUrl(address: string, said: string, schemes: readonly string[]): URL {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url !== null && schemes.includes(url.protocol) && url.hostname !== "") return url;
  const shown = address.replace(/\/\/[^/@]*@/, "//…@");
  const allowed = schemes.map((scheme) => scheme.slice(0, -1)).join(", ");
  throw new HealthError(`the ${said} is "${shown}", which is no proxy address: its scheme must be one of ${allowed}`, {
    exitCode: 3,
  });
}

/** `proxy:3128` stands for `http://proxy:3128`. */
function withScheme(address: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\/./i.test(address) ? address : `http://${address}`;
}

interface TargetHost {
  /** Lower case, without brackets. */
  readonly host: string;
  readonly port: string;
}

function targetOf(server: URL): TargetHost {
  return {
    host: withoutBrackets(server.hostname.toLowerCase()),
    port: server.port || (server.protocol === "https:" ? "443" : "80"),
  };
}

function isLocal(host: string): boolean {
  return host === "localhost" || (isIP(host) !== 0 && loopback.check(host, family(host)));
}

const loopback = new BlockList();
loopback.addSubnet("127.0.0.0", 8, "ipv4");
loopback.addAddress("::1", "ipv6");

/** One entry of NO_PROXY: an address, a CIDR, a domain (`.x` or `*.x`: below it only), each but a CIDR with an optional port; `*` is all. */
function excluded(target: TargetHost, noProxy: string): boolean {
  return noProxy.split(",").some((entry) => matches(target, entry.trim().toLowerCase()));
}

function matches(target: TargetHost, entry: string): boolean {
  if (entry === "") return false;
  if (entry === "*") return true;
  const cidr = parseCidr(entry);
  if (cidr !== null) return isIP(target.host) !== 0 && cidr.check(target.host, family(target.host));
  const { host, port } = splitPort(entry);
  if (host === "" || (port !== "" && port !== target.port)) return false;
  if (isIP(host) !== 0) return sameAddress(host, target.host);
  return matchesDomain(target.host, host.startsWith("*.") ? host.slice(1) : host);
}

function matchesDomain(host: string, domain: string): boolean {
  const ascii = domainToASCII(domain) || domain;
  return ascii.startsWith(".") ? host.endsWith(ascii) : host === ascii || host.endsWith(`.${ascii}`);
}

function parseCidr(entry: string): BlockList | null {
  const [address = "", prefix = "", ...rest] = entry.split("/");
  const bits = Number(prefix);
  if (rest.length > 0 || isIP(address) === 0 || !/^\d{1,3}$/.test(prefix) || bits > (isIPv6(address) ? 128 : 32))
    return null;
  const list = new BlockList();
  list.addSubnet(address, bits, family(address));
  return list;
}

function sameAddress(one: string, other: string): boolean {
  if (isIP(other) === 0) return false;
  const list = new BlockList();
  list.addAddress(one, family(one));
  return list.check(other, family(other));
}

/** `host:80` and `[::1]:80` have a port; `::1` has none. */
function splitPort(entry: string): { host: string; port: string } {
  const match = /^(\[[^\]]*\]|[^:]*):([^:]*)$/.exec(entry);
  return match === null ? { host: entry, port: "" } : { host: withoutBrackets(match[1] ?? ""), port: match[2] ?? "" };
}

function withoutBrackets(host: string): string {
  return host.startsWith("[") && host.endsWith("]") ? host.slice(1, -1) : host;
}

function family(address: string): "ipv4" | "ipv6" {
  return isIPv6(address) ? "ipv6" : "ipv4";
}
