import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubectlCases } from "../cluster/as-kubectl-cases.ts";
import { config, home, placeOf } from "../cluster/kubectl-case.ts";
import { cameOf, kubectlClient, ourClient, startWorld, type World } from "../cluster/kubectl-world.ts";
import { idToken, oidcUser, startIssuer } from "../cluster/oidc-issuer.ts";
import { kubectlPath } from "./build.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/** The other side of test/cluster/as-kubectl.test.ts: what is expected of this program there, kubectl does here. */
describe("kubectl itself", () => {
  it.each(kubectlCases)("$about: $title", async (one) => {
    const came = await cameOf(world, placeOf(one, world), kubectlClient(kubectlPath(), one.kubectl?.exec !== false));
    const says = one.says?.kubectl ?? one.kubectl?.says;
    if (says === undefined) expect(came.said).toBe("");
    else expect(came.said).toMatch(says);
    for (const seen of came.lists) if (one.about !== "401") expect(seen).toMatchObject(one.seen ?? {});
    for (const seen of came.execs) expect({ ...seen, gzip: one.seen?.gzip }).toMatchObject({ ...one.seen });
    expect(came.lists).toHaveLength(one.seen === null ? 0 : 1);
    expect(came.execs).toHaveLength(says === undefined && one.kubectl?.exec !== false ? 1 : 0);
    expect([...new Set(came.proxied)]).toEqual(one.proxied?.(world) ?? []);
    // Twice: the list and the command are two programs.
    const programs = says === undefined ? 2 : 1;
    expect(came.pluginRuns).toHaveLength((one.runs ?? 0) * programs);
    for (const run of came.pluginRuns) expect(run).toMatchObject(one.told?.(world) ?? {});
  });
});

describe("an expired OIDC id-token", () => {
  it("is renewed and stored by kubectl, and then used here: the refresh token is spent once", async () => {
    const issuer = await startIssuer();
    const files = home(config(world.one, { user: oidcUser(issuer, idToken(-60)) }));
    const came = await cameOf(world, { files: {}, env: {}, flags: [], ...files }, async (folder, place) => {
      const before = await ourClient()(folder, place);
      const byKubectl = await kubectlClient(kubectlPath(), false)(folder, place);
      return [before.split("\n")[0], byKubectl, await ourClient()(folder, place)].join("|");
    });
    await issuer.close();
    expect(came.said).toMatch(/^the OIDC id-token of user "u" expired at [^|]*\|\|$/);
    expect(issuer.asked.filter((path) => path === "/token")).toHaveLength(1);
    const [byKubectl, ours] = came.lists;
    expect(ours?.authorization).toBe(byKubectl?.authorization);
  });
});
