import { HealthError } from "../model/errors.ts";
import { parseJsonObject } from "./json-object.ts";

/** An id-token counts as expired this long before its end, as in client-go (plugin/pkg/client/auth/oidc, expiryDelta). */
const expiryDeltaMs = 10_000;

const refreshByKubectl =
  "Run any kubectl command, for example `kubectl version`: it renews the token and stores it. (The refresh token is not used here: it may be good for one use only.)";

/**
 * When the id-token of an OIDC auth-provider stops being usable, in milliseconds since the epoch.
 * Throws HealthError when it already has, at `now`, or is no token at all.
 */
export function idTokenExpiry(userName: string, idToken: string, now: number): number {
  const refused = (problem: string) =>
    new HealthError(`the OIDC id-token of user "${userName}" ${problem}`, { exitCode: 3, hint: refreshByKubectl });
  if (idToken === "") throw refused("is not in the kubeconfig");
  const [, payload, signature, ...rest] = idToken.split(".");
  const claims = signature === undefined || rest.length > 0 ? null : parseJsonObject(fromBase64Url(payload ?? ""));
  if (claims === null) throw refused("is not a JSON web token");
  const exp = claims["exp"];
  const usableUntil = (typeof exp === "number" ? exp * 1000 : 0) - expiryDeltaMs;
  if (now >= usableUntil)
    throw refused(usableUntil > 0 ? `expired at ${isoTime(usableUntil + expiryDeltaMs)}` : "has no expiry");
  return usableUntil;
}

function fromBase64Url(text: string): string {
  return Buffer.from(text, "base64url").toString("utf8");
}

function isoTime(ms: number): string {
  const date = new Date(ms);
  return Number.isNaN(date.getTime()) ? "an unknown time" : date.toISOString();
}
