import { describe, expect, it } from "vitest";
import type { Auth, Connection } from "../../src/cluster/connection.ts";
import { openCredentials } from "../../src/cluster/credentials.ts";
import { HealthError } from "../../src/model/errors.ts";
import {
  anonymous,
  FakeWorld,
  firstPair,
  noTerminal,
  opened,
  pem,
  secondPair,
  start,
  withBearer,
} from "./connections.ts";

function fileCertificate(): Auth["certificate"] {
  return { certificate: { kind: "file", path: "/c.pem" }, key: { kind: "file", path: "/k.pem" } };
}

describe("the headers of a request", () => {
  it.each<[string, Auth["bearer"], string | undefined]>([
    ["nobody", { kind: "none" }, undefined],
    ["a token", { kind: "token", token: "t" }, "Bearer t"],
    ["a user name and password", { kind: "basic", username: "ada", password: "p:w" }, "Basic YWRhOnA6dw=="],
    ["a token file, without its line break", { kind: "tokenFile", path: "/token", fallback: "" }, "Bearer from-file"],
    [
      "a token file that wins over the token beside it",
      { kind: "tokenFile", path: "/token", fallback: "t" },
      "Bearer from-file",
    ],
    ["the token beside a file that is gone", { kind: "tokenFile", path: "/gone", fallback: "t" }, "Bearer t"],
  ])("carry %s", async (_what, bearer, expected) => {
    const world = new FakeWorld();
    world.files.set("/token", "from-file\n");
    const { authorization } = await opened(withBearer(bearer), world);
    expect(await authorization()).toBe(expected);
  });

  it("keep several groups apart and escape what a header name cannot hold", async () => {
    const impersonation = {
      user: "bäb",
      uid: "17",
      groups: ["g1", "g2, with comma"],
      extra: new Map([
        ["scopes", ["a", "b"]],
        ["exämple.org/a b%", ["c"]],
      ]),
    };
    const { credentials } = await opened({ ...anonymous, impersonation }, new FakeWorld());
    expect(await credentials.headers()).toEqual({
      "Impersonate-User": Buffer.from("bäb").toString("latin1"),
      "Impersonate-Uid": "17",
      "Impersonate-Group": ["g1", "g2, with comma"],
      "Impersonate-Extra-scopes": ["a", "b"],
      "Impersonate-Extra-ex%C3%A4mple.org%2Fa%20b%25": ["c"],
    });
  });

  it("a token with a line break is refused without being shown", async () => {
    const opening = openCredentials(withBearer({ kind: "token", token: "sec\nret" }), noTerminal, new FakeWorld());
    await expect(opening).rejects.toThrow("the credentials contains a line break");
    await expect(opening).rejects.not.toThrow("sec");
  });
});

describe("a token file", () => {
  it("is read again after a minute, and once on a 401", async () => {
    const world = new FakeWorld();
    world.files.set("/token", "one");
    const { credentials, authorization } = await opened(
      withBearer({ kind: "tokenFile", path: "/token", fallback: "" }),
      world,
    );
    world.files.set("/token", "two");
    world.time += 59_000;
    expect(await authorization()).toBe("Bearer one");
    world.time += 1_000;
    expect(await authorization()).toBe("Bearer two");
    world.files.set("/token", "three");
    expect(await credentials.refresh(await credentials.headers())).toBe(true);
    expect(await authorization()).toBe("Bearer three");
  });

  it("that goes away leaves the last token in use", async () => {
    const world = new FakeWorld();
    world.files.set("/token", "one");
    const { authorization } = await opened(withBearer({ kind: "tokenFile", path: "/token", fallback: "" }), world);
    world.files.clear();
    world.time += 3_600_000;
    expect(await authorization()).toBe("Bearer one");
  });

  it.each([
    ["missing", undefined, 'cannot read the token of user "u" from /token: no such file'],
    ["empty", " \n", 'cannot read the token of user "u" from /token: it is empty'],
  ])("that is %s at the start is an error", async (_what, text, message) => {
    const world = new FakeWorld();
    if (text !== undefined) world.files.set("/token", text);
    const bearer = { kind: "tokenFile", path: "/token", fallback: "" } as const;
    await expect(openCredentials(withBearer(bearer), noTerminal, world)).rejects.toThrow(message);
  });
});

describe("a client certificate", () => {
  it("is the same TLS identity until its files change", async () => {
    const world = new FakeWorld();
    world.files.set("/c.pem", firstPair.certificate).set("/k.pem", firstPair.key);
    const { credentials } = await opened(withBearer({ kind: "none" }, fileCertificate()), world);
    const before = credentials.tls();
    expect(before).toMatchObject({
      cert: firstPair.certificate,
      key: firstPair.key,
      servername: "one.test",
      rejectUnauthorized: true,
    });
    world.time += 60_000;
    await credentials.headers();
    expect(credentials.tls()).toBe(before);
    world.files.set("/c.pem", secondPair.certificate).set("/k.pem", secondPair.key);
    world.time += 60_000;
    await credentials.headers();
    expect(credentials.tls()).not.toBe(before);
    expect(credentials.tls().cert).toBe(secondPair.certificate);
  });

  it("whose file is torn while it is replaced leaves the old one in use", async () => {
    const world = new FakeWorld();
    world.files.set("/c.pem", firstPair.certificate).set("/k.pem", firstPair.key);
    const { credentials } = await opened(withBearer({ kind: "none" }, fileCertificate()), world);
    world.files.set("/k.pem", secondPair.key);
    expect(await credentials.refresh(await credentials.headers())).toBe(false);
    expect(credentials.tls().key).toBe(firstPair.key);
  });

  it.each([
    ["no PEM", "nonsense", firstPair.key],
    ["another certificate's key", firstPair.certificate, secondPair.key],
  ])("with %s is an error that names the user", async (_what, certificate, key) => {
    const world = new FakeWorld();
    world.files.set("/c.pem", certificate).set("/k.pem", key);
    const opening = openCredentials(withBearer({ kind: "none" }, fileCertificate()), noTerminal, world);
    await expect(opening).rejects.toThrow('client certificate and key of user "u" cannot be used');
  });
});

describe("the server's side of TLS", () => {
  it.each<[string, Partial<Connection>, object]>([
    ["checks the host", { server: "https://api.test:6443" }, { servername: "api.test", rejectUnauthorized: true }],
    ["checks an IPv6 address without its brackets", { server: "https://[::1]:6443" }, { servername: "::1" }],
    ["checks tls-server-name instead", { tlsServerName: "other.test" }, { servername: "other.test" }],
    ["checks nothing where told so", { insecureSkipTlsVerify: true }, { rejectUnauthorized: false, ca: [] }],
    ["trusts the kubeconfig's authority alone", { caPem: pem("ca.pem") }, { ca: [pem("ca.pem")] }],
  ])("%s", async (_what, connection, expected) => {
    const { credentials } = await opened({ ...anonymous, ...connection }, new FakeWorld());
    expect(credentials.tls()).toMatchObject(expected);
  });

  it("trusts the system's authorities where the kubeconfig names none", async () => {
    const world = Object.assign(new FakeWorld(), { authorities: () => [pem("ca.pem")] });
    const { credentials } = await opened(anonymous, world);
    expect(credentials.tls().ca).toEqual([pem("ca.pem")]);
  });

  it.each(["", "nonsense"])("refuses an authority without a certificate: %j", async (caPem) => {
    const opening = openCredentials({ ...anonymous, caPem }, noTerminal, new FakeWorld());
    await expect(opening).rejects.toThrow('certificate-authority of cluster "k"');
  });
});

describe("an OIDC auth-provider", () => {
  const token = (claims: unknown) => `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.c2ln`;
  const expiring = (seconds: number) => token({ exp: start / 1000 + seconds });

  it("uses the id-token until 10 s before its end, then says how to renew it", async () => {
    const world = new FakeWorld();
    const { authorization } = await opened(withBearer({ kind: "oidc", idToken: expiring(60) }), world);
    world.time += 49_000;
    expect(await authorization()).toBe(`Bearer ${expiring(60)}`);
    world.time += 1_000;
    await expect(authorization()).rejects.toThrow('the OIDC id-token of user "u" expired at 2030-01-01T00:01:00.000Z');
  });

  it.each([
    ["expired", expiring(5), "expired at"],
    ["absent", "", "is not in the kubeconfig"],
    ["no JSON web token", "abc", "is not a JSON web token"],
    ["one with a torn payload", "a.!!.c", "is not a JSON web token"],
    ["one without an expiry", token({}), "has no expiry"],
    [
      "one that expires beyond any calendar",
      `e30.${Buffer.from('{"exp":-1e300}').toString("base64url")}.s`,
      "has no expiry",
    ],
  ])("that is %s ends the run with exit code 3 and one thing to do", async (_what, idToken, message) => {
    const error = await openCredentials(withBearer({ kind: "oidc", idToken }), noTerminal, new FakeWorld()).catch(
      (thrown: unknown) => thrown,
    );
    expect(error).toBeInstanceOf(HealthError);
    expect(error).toMatchObject({
      exitCode: 3,
      message: expect.stringContaining(message),
      hint: expect.stringContaining("Run any kubectl command"),
    });
  });
});
