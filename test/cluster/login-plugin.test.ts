import { describe, expect, it } from "vitest";
import { HealthError } from "../../src/model/errors.ts";
import { credential, FakeWorld, firstPair, loginPlugin, opened, secondPair, start, withBearer } from "./connections.ts";

const pluginConnection = withBearer({ kind: "plugin", plugin: loginPlugin });

describe("a login plugin", () => {
  it("runs before anybody asks, and once for 50 who ask together", async () => {
    const world = new FakeWorld();
    world.givesTokens({ token: "one", seconds: 3600 }, { token: "two", seconds: 7200 });
    const { credentials, authorization } = await opened(pluginConnection, world);
    expect(world.runs).toHaveLength(1);
    expect(await Promise.all(Array.from({ length: 50 }, authorization))).toEqual(Array(50).fill("Bearer one"));
    world.time += 3_600_000;
    expect(await Promise.all(Array.from({ length: 50 }, authorization))).toEqual(Array(50).fill("Bearer two"));
    expect(world.runs).toHaveLength(2);
    const refused = await credentials.headers();
    await Promise.all(Array.from({ length: 50 }, () => credentials.refresh(refused)));
    expect(world.runs).toHaveLength(3);
  });

  it.each([
    { life: 3600, kept: 3539, renewed: 3540, rule: "60 s before its credential expires" },
    { life: 40, kept: 19, renewed: 20, rule: "after half the life of a credential that lives shorter than that" },
    { life: -5, kept: 29, renewed: 30, rule: "not at every request when a clock is wrong and it comes expired" },
  ])("runs again $rule", async ({ life, kept, renewed }) => {
    const world = new FakeWorld();
    world.givesTokens({ token: "one", seconds: life }, { token: "two", seconds: 7200 });
    const { authorization } = await opened(pluginConnection, world);
    world.time = start + kept * 1000;
    expect(await authorization()).toBe("Bearer one");
    world.time = start + renewed * 1000;
    expect(await authorization()).toBe("Bearer two");
  });

  it("never runs again for a credential without an expiry", async () => {
    const world = new FakeWorld();
    world.givesTokens({ token: "one", seconds: null }, { token: "two", seconds: null });
    const { authorization } = await opened(pluginConnection, world);
    world.time += 1e12;
    expect(await authorization()).toBe("Bearer one");
  });

  it("runs once on a 401, not again for a second one right after, and not for one that is already answered", async () => {
    const world = new FakeWorld();
    world.givesTokens(...["one", "two", "three"].map((token) => ({ token, seconds: null })));
    const { credentials } = await opened(pluginConnection, world);
    const refused = await credentials.headers();
    expect(await credentials.refresh(refused)).toBe(true);
    expect(await credentials.refresh(refused)).toBe(true);
    expect(world.runs).toHaveLength(2);
    expect(await credentials.refresh(await credentials.headers())).toBe(false);
    expect(world.runs).toHaveLength(2);
    world.time += 60_000;
    expect(await credentials.refresh(await credentials.headers())).toBe(true);
    expect(world.runs).toHaveLength(3);
  });

  it("that gives the refused token again is no reason to try once more", async () => {
    const world = new FakeWorld();
    world.givesTokens({ token: "one", seconds: null });
    const { credentials } = await opened(pluginConnection, world);
    expect(await credentials.refresh(await credentials.headers())).toBe(false);
  });

  it("that fails while the old credential is still good leaves it in use", async () => {
    const world = new FakeWorld();
    world.givesTokens({ token: "one", seconds: 3600 });
    world.answers.push({ kind: "exited", code: 1, stdout: "" });
    const { authorization } = await opened(pluginConnection, world);
    world.time = start + 3_550_000;
    expect(await authorization()).toBe("Bearer one");
    expect(await authorization()).toBe("Bearer one");
    expect(world.runs).toHaveLength(2);
  });

  it("that fails for good is asked once a minute, however many requests there are", async () => {
    const world = new FakeWorld();
    world.givesTokens({ token: "one", seconds: 3600 });
    world.answers.push({ kind: "exited", code: 1, stdout: "" });
    const { authorization } = await opened(pluginConnection, world);
    world.time = start + 3_600_000;
    for (let request = 0; request < 5; request++) await expect(authorization()).rejects.toThrow(HealthError);
    expect(world.runs).toHaveLength(2);
    world.time += 60_000;
    await expect(authorization()).rejects.toThrow("login ended with exit code 1");
    expect(world.runs).toHaveLength(3);
  });

  it("with a new certificate is a new TLS identity at once; with a new token it is not", async () => {
    const world = new FakeWorld();
    const answer = (token: string, pair: typeof firstPair) => ({
      kind: "exited" as const,
      code: 0,
      stdout: credential({ token, clientCertificateData: pair.certificate, clientKeyData: pair.key }),
    });
    world.answers = [answer("one", firstPair), answer("two", firstPair), answer("two", secondPair)];
    const { credentials } = await opened(pluginConnection, world);
    const before = credentials.tls();
    expect(await credentials.refresh(await credentials.headers())).toBe(true);
    expect(credentials.tls()).toBe(before);
    world.time += 60_000;
    expect(await credentials.refresh(await credentials.headers())).toBe(true);
    expect(credentials.tls()).not.toBe(before);
    expect(credentials.tls().cert).toBe(secondPair.certificate);
  });
});
