import type { Environment } from "./cluster.ts";
import type { Connection } from "./connection.ts";
import { type CredentialTools, credentialSource, type Reading, systemTools } from "./credential-sources.ts";
import { type RequestHeaders, requestHeaders } from "./request-headers.ts";
import { type TlsIdentity, tlsIdentity } from "./tls-identity.ts";

/** Who is asking, as of now. Headers and TLS identity are the same objects for as long as nothing changed. */
export interface Credentials {
  /** Renewed first where it is time to, by one reading however many callers wait. Rejects with HealthError. */
  headers(): Promise<RequestHeaders>;
  /** The TLS side of what `headers()` last gave: ask after it. */
  tls(): TlsIdentity;
  /**
   * After a 401 answered to `refused`, the very object `headers()` gave: reads the source once more, unless it changed since, or
   * was asked for the same reason less than a minute ago. True when there is something else to try. Rejects with HealthError.
   */
  refresh(refused: object): Promise<boolean>;
}

interface Current {
  readonly reading: Reading;
  readonly headers: RequestHeaders;
  readonly tls: TlsIdentity;
  readonly renewAt: number;
}

/** A source that fails is not asked again at every request: a login plugin may be asking a person. */
const pauseMs = 60_000;

/**
 * Reads the credentials a first time, before any fan-out: a login plugin runs here, once, with the terminal.
 * Rejects with HealthError when there are none to be had.
 */
export async function openCredentials(
  connection: Connection,
  environment: Pick<Environment, "env" | "stdinIsTerminal">,
  tools: CredentialTools = systemTools,
): Promise<Credentials> {
  const source = credentialSource(connection, environment, tools);
  let current = madeFrom(connection, await source(), null, tools);
  let renewing: Promise<Current> | null = null;
  let failure: { readonly error: unknown; readonly until: number } | null = null;
  let lastRefresh = Number.NEGATIVE_INFINITY;

  const readAgain = async (): Promise<Current> => {
    try {
      current = madeFrom(connection, await source(), current, tools);
      failure = null;
    } catch (error) {
      const now = tools.now();
      if (now < current.reading.usableUntil) {
        current = { ...current, renewAt: Math.min(current.reading.usableUntil, now + pauseMs) };
      } else {
        failure = { error, until: now + pauseMs };
        throw error;
      }
    }
    return current;
  };
  const renew = (): Promise<Current> => {
    renewing ??= readAgain().finally(() => {
      renewing = null;
    });
    return renewing;
  };

  return {
    async headers() {
      if (renewing !== null) return (await renewing).headers;
      if (tools.now() < current.renewAt) return current.headers;
      if (failure !== null && tools.now() < failure.until) throw failure.error;
      return (await renew()).headers;
    },
    tls: () => current.tls,
    async refresh(refused) {
      if (renewing === null && refused === current.headers) {
        if (tools.now() < lastRefresh + pauseMs) return false;
        lastRefresh = tools.now();
      }
      const after = refused === current.headers ? await renew() : current;
      return after.headers !== refused;
    },
  };
}

/** The old objects where nothing changed: their being the same tells a caller to keep its connections. */
function madeFrom(connection: Connection, reading: Reading, before: Current | null, tools: CredentialTools): Current {
  const { renewAt } = reading;
  const samePair =
    before !== null &&
    before.reading.pair?.certificate === reading.pair?.certificate &&
    before.reading.pair?.key === reading.pair?.key;
  if (before !== null && samePair && before.reading.authorization === reading.authorization)
    return { ...before, reading, renewAt };
  const headers = requestHeaders(reading.authorization, connection.impersonation);
  const tls = samePair ? before.tls : tlsIdentity(connection, reading.pair, tools.authorities);
  return { reading, headers, tls, renewAt };
}
