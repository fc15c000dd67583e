import type { IncomingHttpHeaders } from "node:http";
import { type JsonObject, objectField, parseJsonObject, textField } from "./json-object.ts";

/** An API server's refusal, in the words of its Status body, or in kubectl's when it sent none. */
export interface ServerStatus {
  /** HTTP status. */
  readonly code: number;
  /** `Forbidden`, `NotFound`, …; "" when there was no Status body. */
  readonly reason: string;
  readonly message: string;
  readonly retryAfterSeconds: number | null;
  /** `details.name`: the object the server speaks of; "" when not said. */
  readonly objectName: string;
  /** Whether the body was a Status, as Kubernetes sends it; a proxy's error page is not. */
  readonly isStatus: boolean;
}

/** Reads a refused request's answer. Never throws; a body that is no Status gives a sentence by its HTTP status. */
export function readServerStatus(code: number, headers: IncomingHttpHeaders, body: Uint8Array): ServerStatus {
  const text = new TextDecoder().decode(body).trim();
  const status = parseStatus(text);
  return {
    code,
    reason: textField(status, "reason"),
    message: textField(status, "message").trim() || messageByCode(code, status === null ? text : ""),
    retryAfterSeconds: retryAfter(headers, objectField(status, "details")),
    objectName: textField(objectField(status, "details"), "name"),
    isStatus: status !== null,
  };
}

/** kubectl's sentence (k8s.io/kubectl pkg/cmd/util/helpers.go, StandardErrorMessage). */
export function describeServerStatus(status: ServerStatus): string {
  if (status.code === 401) return `error: You must be logged in to the server (${status.message})`;
  const reason = status.reason || reasonByCode(status.code);
  return reason === "" ? `Error from server: ${status.message}` : `Error from server (${reason}): ${status.message}`;
}

/** A JSON object with `kind: Status`, else null. */
function parseStatus(text: string): JsonObject | null {
  const value = parseJsonObject(text);
  return textField(value, "kind") === "Status" ? value : null;
}

/** Seconds; a date instead of a number (some proxies) counts as not said. */
function retryAfter(headers: IncomingHttpHeaders, details: JsonObject): number | null {
  const header = headers["retry-after"];
  if (typeof header === "string" && /^\d{1,6}$/.test(header.trim())) return Number(header);
  const seconds = details["retryAfterSeconds"];
  return typeof seconds === "number" && Number.isSafeInteger(seconds) && seconds > 0 ? seconds : null;
}

function reasonByCode(code: number): string {
  switch (code) {
    case 400:
      return "BadRequest";
    case 403:
      return "Forbidden";
    case 404:
      return "NotFound";
    case 409:
      return "Conflict";
    case 410:
      return "Expired";
    case 429:
      return "TooManyRequests";
    case 503:
      return "ServiceUnavailable";
    case 504:
      return "Timeout";
    default:
      return code >= 500 ? "InternalError" : "";
  }
}

/** What client-go says where the server said nothing (apimachinery pkg/api/errors, NewGenericServerResponse). */
function messageByCode(code: number, text: string): string {
  const said = firstLine(text);
  switch (code) {
    case 401:
      return "the server has asked for the client to provide credentials";
    case 403:
      return said || "the server refused without saying why";
    case 404:
      return "the server could not find the requested resource";
    case 429:
      return "the server has received too many requests and has asked us to try again later";
    case 503:
      return "the server is currently unable to handle the request";
    case 504:
      return "the server was unable to return a response in the time allotted";
    default:
      if (code >= 500)
        return `an error on the server (${JSON.stringify(said)}) has prevented the request from succeeding`;
      return said || `the server responded with the status code ${code} but did not return more information`;
  }
}

/** A proxy's page in HTML says nothing in its first line. */
function firstLine(text: string): string {
  return text.startsWith("<") ? "" : (text.split("\n")[0] ?? "").trim().slice(0, 300);
}
