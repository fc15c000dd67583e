import { fixtureTls } from "./api-double.ts";
import {
  authority,
  clientPair,
  config,
  home,
  type KubectlCase,
  login,
  loginScript,
  noOneElse,
  token,
  trusted,
} from "./kubectl-case.ts";
import { waysToServers } from "./kubectl-ways.ts";
import { kubercCases } from "./kuberc-cases.ts";

const failingScript = "#!/bin/sh\necho 'the login service is down' >&2\nexit 3\n";

const told = (spec: object) => ({ kind: "ExecCredential", apiVersion: "client.authentication.k8s.io/v1", spec });

const kubeconfigFiles: readonly KubectlCase[] = [
  {
    about: "KUBECONFIG=a:b, both set current-context",
    title: "the first wins",
    place: ({ one, two }) => ({ files: { a: config(one), b: config(two) }, env: { KUBECONFIG: "a:b" } }),
    seen: { ...noOneElse, ...token },
  },
  {
    about: "a file in the list is missing",
    title: "it is skipped",
    place: ({ one }) => ({ files: { a: config(one) }, env: { KUBECONFIG: "gone:a:gone-too" } }),
    seen: noOneElse,
  },
  {
    about: "the same cluster, user and context name twice",
    title: "the first wins, whole entries at a time",
    place: ({ one, two }) => ({
      files: {
        a: config(one, { context: "", user: { token: "first" } }),
        b: config(two, { user: { token: "second" } }),
      },
      env: { KUBECONFIG: "a:b" },
    }),
    seen: { ...noOneElse, authorization: "Bearer first" },
  },
  {
    about: "an empty file in the list, or only separators",
    title: "they are ignored",
    place: ({ one }) => ({ files: { empty: "", a: config(one) }, env: { KUBECONFIG: "::empty:a:" } }),
    seen: noOneElse,
  },
  {
    about: "one entry without a server",
    title: "it matters only where it is used",
    place: ({ one }) => home(config(one, { more: { clusters: [{ name: "other", cluster: {} }] } })),
    seen: noOneElse,
  },
];

const whoAsks: readonly KubectlCase[] = [
  {
    about: "a user's tokenFile",
    title: "it is read, from beside its kubeconfig",
    place: ({ one }) => home(config(one, { user: { tokenFile: "secret/token" } }), { ".kube/secret/token": "filed\n" }),
    seen: { ...noOneElse, authorization: "Bearer filed" },
  },
  {
    about: "as, as-uid, as-groups, as-user-extra",
    title: "all of them are sent",
    place: ({ one }) => {
      const as = { as: "ann", "as-uid": "7", "as-groups": ["g1"], "as-user-extra": { scope: ["a", "b"] } };
      return home(config(one, { user: { token: "t", ...as } }));
    },
    seen: {
      ...token,
      impersonate: ["extra-scope: a", "extra-scope: b", "group: g1", "uid: 7", "user: ann"],
    },
  },
  {
    about: "several groups to impersonate",
    title: "each is a header of its own",
    place: ({ one }) => ({ ...home(config(one)), flags: ["--as", "ann", "--as-group", "g1", "--as-group", "g2"] }),
    seen: { impersonate: ["group: g1", "group: g2", "user: ann"] },
  },
];

const loginPlugins: readonly KubectlCase[] = [
  {
    about: "an exec plugin with command ./x",
    title: "it is looked for beside its kubeconfig",
    place: ({ one }) => home(config(one, { user: login("./bin/login") }), { ".kube/bin/login": loginScript }),
    seen: { ...noOneElse, authorization: "Bearer token-2" },
    runs: 1,
  },
  {
    about: "KUBERNETES_EXEC_INFO and provideClusterInfo",
    title: "the plugin is told the cluster, and that it may not ask anybody without a terminal",
    place: ({ one }) =>
      home(config(one, { user: login("../login", { provideClusterInfo: true }) }), { login: loginScript }),
    seen: { authorization: "Bearer token-2" },
    runs: 1,
    told: ({ one }) =>
      told({
        cluster: {
          server: one.api.url.href,
          "certificate-authority-data": authority,
          config: null,
        },
        interactive: false,
      }),
  },
  {
    about: "interactiveMode",
    title: "Always is refused where there is no terminal, before the plugin runs",
    place: ({ one }) =>
      home(config(one, { user: login("../login", { interactiveMode: "Always" }) }), { login: loginScript }),
    seen: null,
    runs: 0,
    says: { ours: /standard input is not a terminal/, kubectl: /standard input is not a terminal/ },
  },
  {
    about: "an exec plugin under parallel load",
    title: "it runs once, for a list and fifty commands at once",
    place: ({ one }) => home(config(one, { user: login("../login") }), { login: loginScript }),
    seen: { authorization: "Bearer token-2" },
    runs: 1,
  },
  {
    about: "a plugin that is not found or fails",
    title: "its install hint is shown",
    place: ({ one }) => home(config(one, { user: login("no-such-login", { installHint: "brew install it" }) })),
    seen: null,
    says: {
      ours: /no-such-login was not found\n.*credential plugin.*install[\s\S]*brew install it/,
      kubectl: /executable no-such-login not found[\s\S]*credential plugin[\s\S]*brew install it/,
    },
  },
  {
    about: "a plugin that is not found or fails",
    title: "it is named with its exit code",
    place: ({ one }) => home(config(one, { user: login("../login") }), { login: failingScript }),
    seen: null,
    says: { ours: /<folder>\/login ended with exit code 3/, kubectl: /<folder>\/login failed with exit code 3/ },
  },
  {
    about: "401",
    title: "the plugin runs again (kubectl fails all the same; here the new token is tried at once)",
    place: ({ one }) => home(config(one, { user: login("../login", {}, { FIRST: "stale" }) }), { login: loginScript }),
    seen: {},
    runs: 2,
    kubectl: { says: /You must be logged in to the server/ },
  },
];

const flagRules: readonly KubectlCase[] = [
  {
    about: "flags over the kubeconfig",
    title: "--insecure-skip-tls-verify clears the file's authority",
    place: ({ one }) => ({
      ...home(config(one, { cluster: { "certificate-authority": "/gone/ca.crt" } })),
      flags: ["--insecure-skip-tls-verify"],
    }),
    seen: noOneElse,
  },
  {
    about: "flags over the kubeconfig",
    title: "--certificate-authority clears the file's data, and is read from the working directory",
    place: ({ one }) => ({
      files: {
        ".kube/config": config(one, {
          cluster: { "certificate-authority-data": clientPair["client-certificate-data"] },
        }),
        "ca.crt": fixtureTls("ca.crt"),
      },
      flags: ["--certificate-authority", "ca.crt"],
    }),
    seen: noOneElse,
  },
  {
    about: "flags over the kubeconfig",
    title: "--server clears the file's tls-server-name",
    place: ({ one, two }) => ({
      ...home(config(two, { cluster: { ...trusted, "tls-server-name": "other.example" } })),
      flags: ["--server", one.api.url.href],
    }),
    seen: noOneElse,
  },
  {
    about: "flags over the kubeconfig",
    title: "--token beats the plugin, which does not run",
    place: ({ one }) => ({
      ...home(config(one, { user: login("../login") }), { login: loginScript }),
      flags: ["--token", "flag"],
    }),
    seen: { authorization: "Bearer flag" },
    runs: 0,
  },
  {
    about: "flags over the kubeconfig",
    title: "a --kubeconfig must exist",
    place: ({ one }) => ({ ...home(config(one)), flags: ["--kubeconfig", "gone"] }),
    seen: null,
    says: { ours: /cannot read the kubeconfig <folder>\/gone: no such file/, kubectl: /gone: no such file/ },
  },
  {
    about: "auth-providers that kubectl dropped",
    title: "gcp is refused, with what took its place",
    place: ({ one }) => home(config(one, { user: { "auth-provider": { name: "gcp" } } })),
    seen: null,
    says: {
      ours: /"gcp" is not supported, as in kubectl\n.*gke-gcloud-auth-plugin/,
      kubectl: /gcp auth plugin has been removed/,
    },
  },
];

export const kubectlCases: readonly KubectlCase[] = [
  ...kubeconfigFiles,
  ...whoAsks,
  ...loginPlugins,
  ...kubercCases,
  ...waysToServers,
  ...flagRules,
];
