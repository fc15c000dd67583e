/** A server's name, or its address: an IPv6 one without the brackets of a URL. */
export function bareHost({ hostname }: URL): string {
  return hostname.replace(/^\[|\]$/g, "");
}

/** One name as one path segment: whatever it holds, it never leaves its place in the path. */
export function pathSegment(name: string): string {
  // encodeURIComponent throws on half a surrogate pair; UTF-8 replaces it.
  const wellFormed = Buffer.from(name).toString();
  // "." and ".." would be folded away by the URL parser, also as %2E: encoded twice they name nothing, and give a 404.
  return /^\.{1,2}$/.test(wellFormed) ? wellFormed.replaceAll(".", "%252E") : encodeURIComponent(wellFormed);
}

/** `path` (from its `/api` or `/apis`) under the server's own prefix, with a query. */
export function apiUrl(server: URL, path: string, query: readonly [string, string][]): URL {
  return new URL(apiAddress(server, path, new URLSearchParams(query).toString()));
}

/** The same as text, with a query that is spelled already; "" is none. */
export function apiAddress(server: URL, path: string, search: string): string {
  const prefix = `${server.origin}${server.pathname.replace(/\/+$/, "")}`;
  return `${prefix}${path}${search === "" ? "" : `?${search}`}`;
}
