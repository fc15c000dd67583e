import { fixtureTls } from "./api-double.ts";
import { clientPair, config, home, type KubectlCase, noOneElse, token, trusted } from "./kubectl-case.ts";
import type { World } from "./kubectl-world.ts";

const named = (world: World, proxyUrl: string, more: object = {}) =>
  config(world.one, {
    cluster: {
      server: `https://api.cluster.test:${world.one.port}`,
      "proxy-url": proxyUrl,
      ...trusted,
      ...more,
    },
  });
const tunnel = (world: World) => [`api.cluster.test:${world.one.port}`];

const trust: readonly KubectlCase[] = [
  {
    about: "an http:// server, as kubectl proxy serves it",
    title: "it is spoken to, without credentials",
    place: ({ plain }) => home(config(plain, { cluster: {} })),
    seen: { server: "plain", authorization: "" },
  },
  {
    about: "a context without a user",
    title: "the authority is used all the same",
    place: ({ one }) => ({ ...home(config(one, { user: null })), flags: ["--token", "flag"] }),
    seen: { ...noOneElse, authorization: "Bearer flag" },
  },
  {
    about: "certificate-authority(-data), client certificate, tls-server-name, insecure-skip-tls-verify",
    title: "authority and client certificate from files beside the kubeconfig",
    place: ({ one }) =>
      home(
        config(one, {
          cluster: { "certificate-authority": "pki/ca.crt" },
          user: { "client-certificate": "pki/client.crt", "client-key": "pki/client.key" },
        }),
        Object.fromEntries(
          ["ca.crt", "client.crt", "client.key"].map((name) => [`.kube/pki/${name}`, fixtureTls(name)]),
        ),
      ),
    seen: { server: "one", client: "test-client", authorization: "" },
  },
  {
    about: "certificate-authority(-data), client certificate, tls-server-name, insecure-skip-tls-verify",
    title: "authority and client certificate as data, beside a token",
    place: ({ one }) => home(config(one, { user: { token: "t", ...clientPair } })),
    seen: { server: "one", client: "test-client", ...token },
  },
  {
    about: "certificate-authority(-data), client certificate, tls-server-name, insecure-skip-tls-verify",
    title: "tls-server-name is asked for and checked",
    place: ({ one }) => home(config(one, { cluster: { ...trusted, "tls-server-name": "api.cluster.test" } })),
    seen: { server: "one", sni: "api.cluster.test" },
  },
  {
    about: "certificate-authority(-data), client certificate, tls-server-name, insecure-skip-tls-verify",
    title: "a certificate for another name is refused",
    place: ({ one }) => home(config(one, { cluster: { ...trusted, "tls-server-name": "other.example" } })),
    seen: null,
    says: {
      ours: /x509: certificate is valid for .*, not other\.example/,
      kubectl: /x509: certificate is valid for .*, not other\.example/,
    },
  },
  {
    about: "certificate-authority(-data), client certificate, tls-server-name, insecure-skip-tls-verify",
    title: "insecure-skip-tls-verify trusts anybody",
    place: ({ one }) => home(config(one, { cluster: { "insecure-skip-tls-verify": true } })),
    seen: noOneElse,
  },
  {
    about: "certificate-authority(-data), client certificate, tls-server-name, insecure-skip-tls-verify",
    title: "an authority nobody named is not trusted",
    place: ({ one }) => home(config(one, { cluster: {} })),
    seen: null,
    says: {
      ours: /x509: certificate signed by unknown authority/,
      kubectl: /x509: certificate signed by unknown authority/,
    },
  },
  {
    about: "disable-compression",
    title: "no compressed answer is asked for",
    place: ({ one }) => home(config(one, { cluster: { ...trusted, "disable-compression": true } })),
    seen: { gzip: false },
  },
];

const waysThrough: readonly KubectlCase[] = [
  {
    about: "proxy-url http, with a password, tls-server-name or without a check",
    title: "with a user name and password",
    place: (world) => home(named(world, `http://ann:p%40w@127.0.0.1:${world.proxies.http.port}`)),
    seen: { server: "one", sni: "api.cluster.test" },
    proxied: tunnel,
  },
  {
    about: "proxy-url http, with a password, tls-server-name or without a check",
    title: "with tls-server-name",
    place: (world) =>
      home(named(world, `http://127.0.0.1:${world.proxies.http.port}`, { "tls-server-name": "localhost" })),
    seen: { server: "one", sni: "localhost" },
    proxied: tunnel,
  },
  {
    about: "proxy-url http, with a password, tls-server-name or without a check",
    title: "without a check of the server",
    place: (world) => {
      const blind = { "certificate-authority-data": undefined, "insecure-skip-tls-verify": true };
      return home(named(world, `http://127.0.0.1:${world.proxies.http.port}`, blind));
    },
    seen: { server: "one" },
    proxied: tunnel,
  },
  {
    about: "proxy-url https, socks5",
    title: "https, for commands too (where kubectl falls back to SPDY, kubernetes/kubernetes#126134)",
    place: (world) => home(named(world, `https://127.0.0.1:${world.proxies.https.port}`)),
    seen: { server: "one" },
    proxied: tunnel,
    kubectl: { exec: false },
  },
  {
    about: "proxy-url https, socks5",
    title: "socks5, which resolves the name",
    place: (world) => home(named(world, `socks5://127.0.0.1:${world.proxies.socks5.port}`)),
    seen: { server: "one" },
    proxied: tunnel,
  },
  {
    about: "HTTPS_PROXY and NO_PROXY",
    title: "HTTPS_PROXY is used where NO_PROXY does not name the server",
    place: (world) => ({
      ...home(config(world.one, { cluster: { server: `https://api.cluster.test:${world.one.port}`, ...trusted } })),
      env: { HTTPS_PROXY: `127.0.0.1:${world.proxies.http.port}`, NO_PROXY: "10.0.0.0/8,cluster.test.example" },
    }),
    seen: { server: "one", sni: "api.cluster.test" },
    proxied: tunnel,
  },
  {
    about: "HTTPS_PROXY and NO_PROXY",
    title: "no proxy stands before loopback",
    place: (world) => ({
      ...home(config(world.one)),
      env: { HTTPS_PROXY: `http://127.0.0.1:${world.proxies.http.port}` },
    }),
    seen: noOneElse,
    proxied: () => [],
  },
];

/** How the server is reached, and what is trusted there. */
export const waysToServers: readonly KubectlCase[] = [...trust, ...waysThrough];
