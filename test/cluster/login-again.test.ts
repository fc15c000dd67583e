import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { config, home, login, loginScript } from "./kubectl-case.ts";
import { cameOf, ourClient, type Place, startWorld, type World } from "./kubectl-world.ts";
import { type Issuer, idToken, oidcUser, startIssuer } from "./oidc-issuer.ts";

let world: World;
let issuer: Issuer;
beforeAll(async () => {
  world = await startWorld();
  issuer = await startIssuer();
});
afterAll(async () => {
  await world.close();
  await issuer.close();
});

function place(part: Partial<Place>): Place {
  return { files: {}, env: {}, flags: [], ...part };
}

describe("plugins of two kubeconfigs with a user of the same name", () => {
  it("two kubeconfigs with a user of the same name get a token each", async () => {
    const script = (token: string) => loginScript.replace("token-2", token);
    const bearers: string[] = [];
    for (const token of ["of-the-first", "of-the-second"]) {
      const files = home(config(world.one, { user: login("../login") }), { login: script(token) });
      const came = await cameOf(world, place(files), ourClient());
      bearers.push(...came.lists.map(({ authorization }) => authorization));
    }
    expect(bearers).toEqual(["Bearer of-the-first", "Bearer of-the-second"]);
  });
});

describe("an OIDC auth-provider", () => {
  it("uses the stored id-token while it is good", async () => {
    const good = idToken(3600);
    const came = await cameOf(world, place(home(config(world.one, { user: oidcUser(issuer, good) }))), ourClient());
    expect(came.said).toBe("");
    expect([...came.lists, ...came.execs].map(({ authorization }) => authorization)).toEqual(
      Array(2).fill(`Bearer ${good}`),
    );
  });

  it("spends no refresh token and leaves the kubeconfig as it was", async () => {
    const text = config(world.one, { user: oidcUser(issuer, idToken(-60)) });
    let after = "";
    const asked = issuer.asked.length;
    const came = await cameOf(world, place(home(text)), async (folder, at) => {
      const said = await ourClient()(folder, at);
      after = readFileSync(join(folder, ".kube/config"), "utf8");
      return said;
    });
    expect(came.said).toMatch(/the OIDC id-token of user "u" expired at .*\nRun any kubectl command/);
    expect([came.lists, came.execs, issuer.asked.slice(asked)]).toEqual([[], [], []]);
    expect(after).toBe(text);
  });
});
