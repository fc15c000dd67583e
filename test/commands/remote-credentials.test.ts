import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import type { IncomingHttpHeaders, IncomingMessage } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TLSSocket } from "node:tls";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parse, stringify } from "yaml";
import { parseRequest } from "../../src/cli/parse-request.ts";
import { run } from "../../src/commands/run.ts";
import { generateMesh, startDemo } from "../../src/demo/index.ts";
import { fixtureTls, startApiDouble } from "../cluster/api-double.ts";
import { silentIo } from "../recorded-report.ts";

let folder = "";
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "remote-credentials-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const now = () => Date.parse("2031-05-02T09:20:00Z");
const fixture = (name: string) => fileURLToPath(new URL(`../fixtures/tls/${name}`, import.meta.url));

interface Entry {
  readonly name: string;
}

interface Config {
  readonly clusters: (Entry & { readonly cluster: { readonly server: string } })[];
  readonly users: (Entry & { readonly user: { readonly token: string } })[];
  readonly contexts: Entry[];
}

interface Asked {
  readonly headers: IncomingHttpHeaders;
  /** Common name of the client certificate, "" without one. */
  readonly client: string;
}

function asked({ headers, socket }: IncomingMessage): Asked {
  const certificate = socket instanceof TLSSocket ? socket.getPeerCertificate() : null;
  return { headers, client: String(certificate?.subject?.CN ?? "") };
}

/** What the other cluster's server is sent by a run in the demo's context with these flags. */
async function sentToOther(flagsOf: (own: { server: string; token: string }) => readonly string[], trusts = true) {
  const seen: Asked[] = [];
  const other = await startApiDouble({
    onRequest: (request, response) => {
      seen.push(asked(request));
      response.writeHead(404).end();
    },
  });
  const demo = await startDemo({ scenario: generateMesh({ nodes: 2, now }) });
  try {
    const config: Config = parse(demo.kubeconfig);
    const authority = trusts
      ? { "certificate-authority-data": Buffer.from(fixtureTls("ca.crt")).toString("base64") }
      : {};
    config.clusters.push({ name: "west", cluster: { server: other.url.origin, ...authority } });
    config.users.push({ name: "west", user: { token: "of-west" } });
    config.contexts.push({ name: "west", ...{ context: { cluster: "west", user: "west" } } });
    const kubeconfig = join(folder, "kubeconfig");
    writeFileSync(kubeconfig, stringify(config));
    const own = { server: config.clusters[0]?.cluster.server ?? "", token: config.users[0]?.user.token ?? "" };
    const argv = ["status", "-o", "json", "--kubeconfig", kubeconfig, "--remote-context", "west", ...flagsOf(own)];
    const request = parseRequest(argv);
    if (request.kind !== "status") throw new Error(JSON.stringify(request));
    const written: string[] = [];
    await run(request, silentIo(written));
    const { coverage } = JSON.parse(written.join(""));
    return { seen, coverage };
  } finally {
    await demo.close();
    await other.close();
  }
}

describe("what --remote-context sends to the other cluster", () => {
  it("is nothing that a flag says of this cluster's server or of who asks it", async () => {
    const { seen, coverage } = await sentToOther(({ server, token }) => [
      ...["--server", server, "--token", token, "--user", "demo", "--cluster", "demo"],
      ...["--client-certificate", fixture("client.crt"), "--client-key", fixture("client.key")],
      "--insecure-skip-tls-verify",
    ]);
    expect(coverage.answered).toBe(2);
    expect(seen.length).toBeGreaterThan(0);
    expect(new Set(seen.map(({ headers }) => headers.authorization))).toEqual(new Set(["Bearer of-west"]));
    expect(new Set(seen.map(({ client }) => client))).toEqual(new Set([""]));
  });

  it("is nothing at all where its certificate is not trusted, whatever --insecure-skip-tls-verify lets pass here", async () => {
    const { seen, coverage } = await sentToOther(() => ["--insecure-skip-tls-verify"], false);
    expect(coverage.answered).toBe(2);
    expect(seen).toEqual([]);
    expect(coverage.clusters[0].problem).toContain("certificate");
  });

  it("is whom to act as: nobody is asked with more rights than --as names", async () => {
    const { seen } = await sentToOther(() => ["--as", "ann", "--as-group", "ops", "--as-uid", "7"]);
    expect(seen.length).toBeGreaterThan(0);
    for (const { headers } of seen) {
      expect(headers).toMatchObject({
        authorization: "Bearer of-west",
        "impersonate-user": "ann",
        "impersonate-group": "ops",
        "impersonate-uid": "7",
      });
    }
  });
});
