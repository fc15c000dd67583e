import { HealthError } from "../model/errors.ts";
import type { Impersonation } from "./connection.ts";

/** Headers of one identity. A list becomes several headers of the same name: one joined "g1, g2" would be one group. */
export type RequestHeaders = Readonly<Record<string, string | string[]>>;

/**
 * `Authorization` (null leaves it out) and kubectl's impersonation headers. Throws HealthError for a value that cannot
 * stand in a header; the value is not shown.
 */
export function requestHeaders(authorization: string | null, impersonation: Impersonation | null): RequestHeaders {
  const headers: Record<string, string | string[]> = {};
  if (authorization !== null) headers["Authorization"] = headerValue(authorization, "the credentials");
  if (impersonation === null) return Object.freeze(headers);
  headers["Impersonate-User"] = headerValue(impersonation.user, "the impersonated user");
  if (impersonation.uid !== "") headers["Impersonate-Uid"] = headerValue(impersonation.uid, "the impersonated uid");
  if (impersonation.groups.length > 0) {
    headers["Impersonate-Group"] = impersonation.groups.map((group) => headerValue(group, "an impersonated group"));
  }
  for (const [key, values] of impersonation.extra) {
    if (values.length === 0) continue;
    headers[`Impersonate-Extra-${escapedKey(key)}`] = values.map((one) => headerValue(one, `user-extra "${key}"`));
  }
  return Object.freeze(headers);
}

export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Node wants one character a byte; what goes over the wire is UTF-8, as Go sends it. */
function headerValue(text: string, what: string): string {
  const value = Buffer.from(text, "utf8").toString("latin1");
  if (/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) return value;
  throw new HealthError(`${what} contains a line break or another control character and cannot be sent`, {
    exitCode: 3,
    hint: "Look for a stray line break in the token or name.",
  });
}

/** Bytes outside RFC 7230's token characters, and `%` itself, are percent-encoded (client-go transport, headerKeyEscape). */
function escapedKey(key: string): string {
  return [...Buffer.from(key, "utf8")]
    .map((byte) => {
      const character = String.fromCharCode(byte);
      if (/[!#$&'*+\-.^_`|~0-9A-Za-z]/.test(character)) return character;
      return `%${byte.toString(16).toUpperCase().padStart(2, "0")}`;
    })
    .join("");
}
