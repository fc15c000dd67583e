import { isJsonObject, textField } from "./json-object.ts";

/** Why no answer came, in one line that names host and port. */
export interface NetworkProblem {
  /** The system's or TLS's code (`ECONNREFUSED`, `CERT_HAS_EXPIRED`), "" when it gave none. */
  readonly code: string;
  readonly message: string;
}

/** `host:port`, the port also where the address leaves it out. */
export function hostAndPort(server: URL): string {
  return `${server.hostname}:${server.port || (server.protocol === "http:" || server.protocol === "ws:" ? "80" : "443")}`;
}

/**
 * Puts an error of a socket, of TLS or of a name lookup into one sentence. Never throws, whatever was thrown at it.
 * With several addresses Node throws an AggregateError without a text of its own: the first error inside speaks.
 */
export function describeNetworkError(thrown: unknown, server: URL): NetworkProblem {
  const error = innermost(thrown);
  const code = codeOf(error);
  const host = hostAndPort(server);
  return { code, message: certificateProblem(error, code, host) ?? connectionProblem(error, code, host) };
}

interface ErrorLike {
  readonly message: string;
  readonly code?: unknown;
  readonly cause?: unknown;
  readonly errors?: unknown;
  /** The refused certificate, with ERR_TLS_CERT_ALTNAME_INVALID. */
  readonly cert?: unknown;
  /** The name it was checked against. */
  readonly host?: unknown;
}

/** Follows `errors[0]` and `cause` down to the error that has the reason; five steps at most. */
function innermost(thrown: unknown): ErrorLike {
  let error: unknown = thrown;
  for (let depth = 0; depth < 5; depth++) {
    if (!(error instanceof Error)) break;
    const { errors, cause }: ErrorLike = error;
    const inner: unknown = Array.isArray(errors) && errors.length > 0 ? errors[0] : cause;
    if (!(inner instanceof Error)) break;
    error = inner;
  }
  return error instanceof Error ? error : { message: typeof error === "string" ? error : "unknown network error" };
}

function codeOf(error: ErrorLike): string {
  return typeof error.code === "string" ? error.code : "";
}

const unknownAuthority = new Set([
  "UNABLE_TO_VERIFY_LEAF_SIGNATURE",
  "UNABLE_TO_GET_ISSUER_CERT",
  "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
  "SELF_SIGNED_CERT_IN_CHAIN",
  "DEPTH_ZERO_SELF_SIGNED_CERT",
  "CERT_UNTRUSTED",
  "CERT_SIGNATURE_FAILURE",
]);

/** The certificates that cannot be used, in Go's words (crypto/x509), which people search for. */
function certificateProblem(error: ErrorLike, code: string, host: string): string | null {
  const before = `Unable to connect to the server ${host}: tls: failed to verify certificate: x509:`;
  if (unknownAuthority.has(code)) {
    return `${before} certificate signed by unknown authority (${code}); check certificate-authority in the kubeconfig or --certificate-authority`;
  }
  if (code === "CERT_HAS_EXPIRED") return `${before} certificate has expired: the server's certificate must be renewed`;
  if (code === "CERT_NOT_YET_VALID") {
    return `${before} certificate is not yet valid: compare this machine's clock with the server's`;
  }
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID") {
    return `${before} certificate is valid for ${namesIn(error.cert)}, not ${nameChecked(error, host)}; check server and tls-server-name in the kubeconfig`;
  }
  if (/^ERR_SSL_.*ALERT/.test(code) || (code === "EPROTO" && / alert /.test(error.message))) {
    return `Unable to connect to the server ${host}: it refused our TLS certificate or settings (${alertOf(error.message)}); check client-certificate and client-key`;
  }
  if (/wrong.version.number|http.request|packet.length.too.long/i.test(`${code} ${error.message}`)) {
    return `Unable to connect to the server ${host}: it does not speak TLS on this port; is its address http:// instead of https://?`;
  }
  return null;
}

function namesIn(certificate: unknown): string {
  const names = textField(isJsonObject(certificate) ? certificate : null, "subjectaltname");
  return names.slice(0, 200) || "other names";
}

function nameChecked(error: ErrorLike, host: string): string {
  const name = typeof error.host === "string" ? error.host : "";
  return name === "" || host.startsWith(name) ? host : `${name} (asked of ${host})`;
}

/** OpenSSL's words inside `…:error:0A000412:SSL routines:ssl3_read_bytes:sslv3 alert bad certificate:…`. */
function alertOf(message: string): string {
  return message.split(":").find((part) => / alert /.test(part)) ?? firstLine(message);
}

function connectionProblem(error: ErrorLike, code: string, host: string): string {
  switch (code) {
    case "ECONNREFUSED":
      return `The connection to the server ${host} was refused - did you specify the right host or port?`;
    case "ENOTFOUND":
    case "EAI_AGAIN":
    case "EAI_NODATA":
      return `Unable to connect to the server ${host}: no such host (${code})`;
    case "ETIMEDOUT":
    case "ESOCKETTIMEDOUT":
      return `Unable to connect to the server ${host}: it did not answer (${code}); is a VPN or proxy needed?`;
    case "EHOSTUNREACH":
    case "ENETUNREACH":
      return `Unable to connect to the server ${host}: no route to it (${code}); is a VPN or proxy needed?`;
    case "ECONNRESET":
    case "EPIPE":
      return `The connection to the server ${host} was cut (${code})`;
    case "EMFILE":
    case "ENFILE":
      return `Unable to connect to the server ${host}: too many open files (${code}); lower --parallel or raise ulimit -n`;
    default: {
      const text = firstLine(error.message) || code || "unknown network error";
      return `Unable to connect to the server ${host}: ${text}`;
    }
  }
}

function firstLine(text: string): string {
  return (text.split("\n")[0] ?? "").trim().slice(0, 300);
}
