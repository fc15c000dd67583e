import { describe, expect, it } from "vitest";
import type { Connection } from "../../src/cluster/connection.ts";
import { resolveConnection } from "../../src/cluster/kubeconfig.ts";
import type { TextFile } from "../../src/cluster/text-files.ts";
import { HealthError } from "../../src/model/errors.ts";
import type { ConnectionFlags } from "../../src/model/request.ts";
import { noConnectionFlags as noFlags } from "../../src/model/request.ts";

const pem = (name: string) => `-----BEGIN CERTIFICATE-----\n${name}\n`;
const base64 = (text: string) => Buffer.from(text).toString("base64");

const files: Record<string, string> = {
  "/home/ada/.kube/config": `
current-context: one
clusters:
- name: k
  cluster: {server: "https://one.test", tls-server-name: api.test, certificate-authority-data: ${base64(pem("file"))}}
- name: skipping
  cluster: {server: "https://two.test", insecure-skip-tls-verify: true}
- name: plain
  cluster: {server: "http://three.test"}
- name: torn
  cluster: {server: "https://four.test", certificate-authority: ca.pem, certificate-authority-data: ${base64(pem("x"))}}
- name: credulous
  cluster: {server: "https://five.test", certificate-authority: ca.pem, insecure-skip-tls-verify: true}
- name: empty
  cluster: {}
- name: ftp-proxy
  cluster: {server: "https://six.test", proxy-url: "ftp://user:secret@proxy.test"}
users:
- {name: token, user: {token: file}}
- {name: tokenFile, user: {tokenFile: token}}
- {name: login, user: {exec: {command: login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}
- {name: cert, user: {client-certificate-data: ${base64(pem("c"))}, client-key-data: ${base64("k")}}}
- {name: login-and-cert, user: {client-certificate: c.pem, client-key: k.pem, exec: {command: login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}
- {name: token-and-login, user: {token: file, exec: {command: login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}
- {name: acting, user: {token: file, as: somebody, as-uid: "1", as-groups: [g1, g2]}}
- {name: groups-only, user: {token: file, as-groups: [g1]}}
- {name: keyless, user: {client-certificate: c.pem}}
- {name: two-certs, user: {client-certificate: c.pem, client-certificate-data: ${base64("c")}, client-key: k.pem}}
- {name: token-and-basic, user: {token: file, username: ada, password: p}}
- {name: gcp, user: {auth-provider: {name: gcp}}}
- {name: strange, user: {auth-provider: {name: constructor}}}
- {name: both, user: {auth-provider: {name: oidc}, exec: {command: login, apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}
- {name: alpha, user: {exec: {command: login, apiVersion: client.authentication.k8s.io/v1alpha1}}}
- {name: modeless, user: {exec: {command: login, apiVersion: client.authentication.k8s.io/v1}}}
- {name: commandless, user: {exec: {apiVersion: client.authentication.k8s.io/v1, interactiveMode: Never}}}
contexts:
- {name: one, context: {cluster: k, user: token}}
`,
  "/home/ada/.kube/ca.pem": pem("beside the kubeconfig"),
  "/here/ca.pem": pem("flag"),
};

function readFrom(known: Readonly<Record<string, string>>) {
  return (path: string): TextFile => {
    const text = Object.hasOwn(known, path) ? known[path] : undefined;
    return text === undefined ? { kind: "missing" } : { kind: "ok", text };
  };
}

const place = { env: {}, homeDir: "/home/ada", cwd: "/here", platform: "linux" };

function connect(flags: Partial<ConnectionFlags>): Connection {
  return resolveConnection({ ...noFlags, ...flags }, place, readFrom(files));
}

function refusal(flags: Partial<ConnectionFlags>): HealthError {
  try {
    connect(flags);
  } catch (error) {
    if (error instanceof HealthError) return error;
  }
  throw new Error("nothing was refused");
}

interface FlagCase {
  readonly rule: string;
  readonly flags: Partial<ConnectionFlags>;
  readonly gives: Partial<Connection>;
}

// Rules: client-go tools/clientcmd/client_config.go, getCluster and getAuthInfo; `config view` applies none of them.
const cases: readonly FlagCase[] = [
  {
    rule: "without flags the file speaks",
    flags: {},
    gives: { server: "https://one.test", tlsServerName: "api.test", caPem: pem("file"), insecureSkipTlsVerify: false },
  },
  {
    rule: "--insecure-skip-tls-verify clears the file's authority",
    flags: { insecureSkipTlsVerify: true },
    gives: { caPem: null, insecureSkipTlsVerify: true, tlsServerName: "api.test" },
  },
  {
    rule: "--certificate-authority is read from the working directory and replaces the file's data",
    flags: { certificateAuthority: "ca.pem" },
    gives: { caPem: pem("flag") },
  },
  {
    rule: "--certificate-authority takes back the file's insecure-skip-tls-verify",
    flags: { cluster: "skipping", certificateAuthority: "ca.pem" },
    gives: { caPem: pem("flag"), insecureSkipTlsVerify: false },
  },
  {
    rule: "--server drops the file's tls-server-name and keeps its authority",
    flags: { server: "https://elsewhere.test:6443/prefix/?x=y" },
    gives: { server: "https://elsewhere.test:6443/prefix", tlsServerName: null, caPem: pem("file"), clusterName: "k" },
  },
  {
    rule: "--server and --tls-server-name stand together",
    flags: { server: "https://elsewhere.test", tlsServerName: "flag.test" },
    gives: { server: "https://elsewhere.test", tlsServerName: "flag.test" },
  },
  {
    rule: "--tls-server-name alone replaces the file's",
    flags: { tlsServerName: "flag.test" },
    gives: { tlsServerName: "flag.test" },
  },
  {
    rule: "a server without a scheme is plain http and gets no credentials",
    flags: { server: "elsewhere.test:8080", token: "flag" },
    gives: { server: "http://elsewhere.test:8080", auth: { bearer: { kind: "none" }, certificate: null } },
  },
  {
    rule: "a plain http server gets no credentials from the file either, but is told whom to impersonate",
    flags: { cluster: "plain", as: "somebody" },
    gives: {
      auth: { bearer: { kind: "none" }, certificate: null },
      impersonation: { user: "somebody", uid: "", groups: [], extra: new Map() },
    },
  },
  {
    rule: "--cluster and --user choose entries under the context's name",
    flags: { cluster: "skipping", user: "cert" },
    gives: { context: "one", clusterName: "skipping", userName: "cert", server: "https://two.test" },
  },
  ...["token", "tokenFile", "login", "token-and-login"].map(
    (user): FlagCase => ({
      rule: `--token beats the ${user} of the user entry`,
      flags: { user, token: "flag" },
      gives: { auth: { bearer: { kind: "token", token: "flag" }, certificate: null } },
    }),
  ),
  {
    rule: "--token and the file's client certificate are both sent",
    flags: { user: "cert", token: "flag" },
    gives: {
      auth: {
        bearer: { kind: "token", token: "flag" },
        certificate: { certificate: { kind: "data", pem: pem("c") }, key: { kind: "data", pem: "k" } },
      },
    },
  },
  {
    rule: "--client-certificate and --client-key replace the file's data and keep a plugin from running",
    flags: { user: "login", clientCertificate: "c.pem", clientKey: "k.pem" },
    gives: {
      auth: {
        bearer: { kind: "none" },
        certificate: { certificate: { kind: "file", path: "/here/c.pem" }, key: { kind: "file", path: "/here/k.pem" } },
      },
    },
  },
  {
    rule: "a client certificate in the file keeps a plugin from running too",
    flags: { user: "login-and-cert" },
    gives: {
      auth: {
        bearer: { kind: "none" },
        certificate: {
          certificate: { kind: "file", path: "/home/ada/.kube/c.pem" },
          key: { kind: "file", path: "/home/ada/.kube/k.pem" },
        },
      },
    },
  },
  {
    rule: "--as leaves the file's uid and groups standing",
    flags: { user: "acting", as: "other" },
    gives: { impersonation: { user: "other", uid: "1", groups: ["g1", "g2"], extra: new Map() } },
  },
  {
    rule: "--as-group and --as-uid replace the file's",
    flags: { user: "acting", asGroups: ["g3"], asUid: "2" },
    gives: { impersonation: { user: "somebody", uid: "2", groups: ["g3"], extra: new Map() } },
  },
  { rule: "--request-timeout is handed on", flags: { requestTimeoutMs: 90_000 }, gives: { requestTimeoutMs: 90_000 } },
];

describe("kubectl's connection flags", () => {
  it.each(cases)("$rule", ({ flags, gives }) => {
    expect(connect(flags)).toMatchObject(gives);
  });
});

describe("contradictory flags and entries are refused in one sentence", () => {
  it.each<[Partial<ConnectionFlags>, string]>([
    [{ context: "x" }, 'context "x" does not exist'],
    [{ cluster: "x" }, 'cluster "x" does not exist'],
    [{ user: "x" }, 'auth info "x" does not exist'],
    [{ certificateAuthority: "gone.pem" }, "cannot read certificate-authority /here/gone.pem"],
    [{ insecureSkipTlsVerify: true, certificateAuthority: "ca.pem" }, "with the insecure flag is not allowed"],
    [{ cluster: "credulous" }, "with the insecure flag is not allowed"],
    [{ cluster: "torn" }, "certificate-authority and certificate-authority-data are both given"],
    [{ cluster: "empty" }, 'no server found for cluster "empty" in /home/ada/.kube/config'],
    [{ cluster: "ftp-proxy" }, 'proxy-url of cluster "ftp-proxy" in /home/ada/.kube/config is "ftp://…@proxy.test"'],
    [{ server: "ftp://x" }, 'the server "ftp://x"'],
    [{ server: "https://a:b@x" }, "carries a user name or password"],
    [{ asGroups: ["g"] }, "without impersonating a user"],
    [{ user: "groups-only" }, "without impersonating a user"],
    [{ user: "keyless" }, "without client-key or client-key-data"],
    [{ user: "two-certs" }, "client-certificate and client-certificate-data are both given"],
    [{ clientCertificate: "c.pem" }, "without client-key or client-key-data"],
    [{ user: "token-and-basic" }, "only one is allowed"],
    [{ user: "gcp" }, 'the auth-provider "gcp" is not supported, as in kubectl'],
    [{ user: "strange" }, 'the auth-provider "constructor" is not supported, as in kubectl'],
    [{ user: "both" }, "exec and auth-provider are both given"],
    [{ user: "alpha" }, 'apiVersion "client.authentication.k8s.io/v1alpha1"'],
    [{ user: "modeless" }, "has no interactiveMode"],
    [{ user: "commandless" }, "has no command"],
  ])("%o", (flags, sentence) => {
    const error = refusal(flags);
    expect(error.message).toContain(sentence);
    expect(error.message).not.toMatch(/\n|secret/);
    expect(error.exitCode).toBe(3);
  });

  it("names what there is to choose from", () => {
    expect(refusal({ context: "x" }).hint).toBe("Contexts: one");
    expect(refusal({ user: "gcp" }).hint).toContain("gke-gcloud-auth-plugin");
  });
});
