import { createServer } from "node:http";
import type { AddressInfo } from "node:net";

/** An OIDC issuer on loopback that gives a new id-token for the refresh token `once`, and writes down who asks. */
export interface Issuer {
  readonly url: string;
  /** Paths, in the order they were asked for. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

export async function startIssuer(): Promise<Issuer> {
  const asked: string[] = [];
  let url = "";
  const server = createServer((request, response) => {
    const path = request.url ?? "";
    asked.push(path);
    const discovery = { issuer: url, token_endpoint: `${url}/token`, authorization_endpoint: `${url}/auth` };
    const tokens = { token_type: "Bearer", access_token: "a", id_token: idToken(3600), refresh_token: "twice" };
    response.writeHead(200, { "Content-Type": "application/json" });
    response.end(JSON.stringify(path === "/token" ? tokens : discovery));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const close = () =>
    new Promise<void>((resolve) => {
      server.closeAllConnections();
      server.close(() => resolve());
    });
  return { url, asked, close };
}

/** A JSON web token that is good for so many seconds from now; nobody here checks its signature. */
export function idToken(seconds: number): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return [part({ alg: "none" }), part({ exp: Math.floor(Date.now() / 1000) + seconds }), "c2ln"].join(".");
}

/** A user entry with this id-token and a refresh token that is good for one use. */
export function oidcUser(issuer: Issuer, token: string): object {
  const settings = { "idp-issuer-url": issuer.url, "client-id": "kubectl", "client-secret": "s" };
  return {
    "auth-provider": { name: "oidc", config: { ...settings, "id-token": token, "refresh-token": "once" } },
  };
}
