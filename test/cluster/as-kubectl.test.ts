import { readFileSync } from "node:fs";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kubectlCases } from "./as-kubectl-cases.ts";
import { placeOf } from "./kubectl-case.ts";
import { cameOf, ourClient, startWorld, type World } from "./kubectl-world.ts";

let world: World;
beforeAll(async () => {
  world = await startWorld();
});
afterAll(() => world.close());

/**
 * Where Kubernetes' JavaScript client and kubectl part ways, row by row, and the test that holds this program to
 * kubectl. A row without a file is one of test/cluster/as-kubectl-cases.ts, tried below, and against a stock kubectl by
 * `npm run test:e2e`; the others stand in the file named.
 */
const rows: readonly (readonly [about: string, file?: string, title?: string])[] = [
  ["KUBECONFIG=a:b, both set current-context"],
  ["a file in the list is missing"],
  ["the same cluster, user and context name twice"],
  ["an empty file in the list, or only separators"],
  ["one entry without a server"],
  ["a user's tokenFile"],
  ["a user's tokenFile", "credentials.test.ts", "is read again after a minute, and once on a 401"],
  ["as, as-uid, as-groups, as-user-extra"],
  ["several groups to impersonate"],
  ["an exec plugin with command ./x"],
  ["KUBERNETES_EXEC_INFO and provideClusterInfo"],
  ["interactiveMode"],
  ["interactiveMode", "exec-plugin.test.ts", "interactiveMode $mode with a terminal $terminal: stdin is $stdin"],
  [
    "a plugin's stderr and prompt",
    "../e2e/login.test.ts",
    "with interactiveMode %s shows the prompt, takes what is typed, and asks once",
  ],
  ["an exec plugin under parallel load"],
  ["a plugin that is not found or fails"],
  ["401"],
  [
    "the cache of plugin tokens",
    "login-again.test.ts",
    "two kubeconfigs with a user of the same name get a token each",
  ],
  ["OIDC", "login-again.test.ts", "spends no refresh token and leaves the kubeconfig as it was"],
  ["an http:// server, as kubectl proxy serves it"],
  ["a context without a user"],
  ["in a pod", "in-cluster.test.ts", "the pod's service account is used"],
  ["certificate-authority(-data), client certificate, tls-server-name, insecure-skip-tls-verify"],
  [
    "rotated client certificates",
    "connect.test.ts",
    "uses a certificate that a login plugin rotated, for REST and for exec",
  ],
  ["proxy-url http, with a password, tls-server-name or without a check"],
  ["proxy-url https, socks5"],
  ["HTTPS_PROXY and NO_PROXY"],
  ["HTTPS_PROXY and NO_PROXY", "proxy.test.ts", "$server with $env: $uses"],
  ["disable-compression"],
  ["flags over the kubeconfig"],
  ["auth-providers that kubectl dropped"],
  ["the kuberc's credentialPluginPolicy"],
];

describe("each row in which the client library differs from kubectl", () => {
  it.each(rows)("%s has its test", (about, file, title) => {
    if (file === undefined) expect(kubectlCases.map((one) => one.about)).toContain(about);
    else expect(readFileSync(new URL(file, import.meta.url), "utf8")).toContain(`"${title}"`);
  });

  it("and no case stands outside the rows", () => {
    const known = rows.map(([about]) => about);
    expect(kubectlCases.filter(({ about }) => !known.includes(about))).toEqual([]);
  });
});

describe("as kubectl does", () => {
  it.each(kubectlCases)("$about: $title", async (one) => {
    const execs = one.about === "an exec plugin under parallel load" ? 50 : 1;
    const came = await cameOf(world, placeOf(one, world), ourClient(execs));
    if (one.says === undefined) expect(came.said).toBe("");
    else expect(came.said).toMatch(one.says.ours);
    const list = one.about === "401" ? came.lists.slice(1) : came.lists;
    expect(list).toHaveLength(one.seen === null ? 0 : 1);
    expect(came.execs).toHaveLength(one.seen === null ? 0 : execs);
    for (const seen of list) expect(seen).toMatchObject(one.seen ?? {});
    for (const seen of came.execs) expect({ ...seen, gzip: one.seen?.gzip }).toMatchObject({ ...one.seen });
    expect([...new Set(came.proxied)]).toEqual(one.proxied?.(world) ?? []);
    expect(came.pluginRuns).toHaveLength(one.runs ?? 0);
    for (const run of came.pluginRuns) expect(run).toMatchObject(one.told?.(world) ?? {});
  });
});
