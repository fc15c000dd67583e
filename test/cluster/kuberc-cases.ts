import { config, home, type KubectlCase, login, loginScript } from "./kubectl-case.ts";
import type { Place, World } from "./kubectl-world.ts";

const preference = "apiVersion: kubectl.config.k8s.io/v1beta1\nkind: Preference\n";
const denied =
  /Unable to connect to the server: getting credentials: plugin "<folder>\/login" not allowed: policy set to "DenyAll"/;
const notListed =
  /Unable to connect to the server: getting credentials: plugin path "<folder>\/login" is not permitted by the credential plugin allowlist/;

/** A login plugin, and a kuberc in the home folder. */
function withKuberc(kuberc: string): KubectlCase["place"] {
  return ({ one }) => home(config(one, { user: login("../login") }), { login: loginScript, ".kube/kuberc": kuberc });
}

/** The same, where $KUBERC names a file of this text. */
function namedKuberc(kuberc: string, env: Readonly<Record<string, string>> = {}): KubectlCase["place"] {
  return ({ one }: World): Partial<Place> => ({
    ...home(config(one, { user: login("../login") }), { login: loginScript, "my/kuberc": kuberc }),
    env: { KUBERC: "my/kuberc", ...env },
  });
}

/** A plugin that is called by a name, which only /bin has. */
function byName(kuberc: string): KubectlCase["place"] {
  return ({ one }) => ({
    ...home(config(one, { user: login("sh", { args: ["-c", loginScript] }) }), { ".kube/kuberc": kuberc }),
    env: { PATH: "/bin" },
  });
}

const about = "the kuberc's credentialPluginPolicy";
const runs = { about, seen: { authorization: "Bearer token-2" }, runs: 1 } as const;

function refused(title: string, place: KubectlCase["place"], said: RegExp): KubectlCase {
  return { about, title, place, seen: null, runs: 0, says: { ours: said, kubectl: said } };
}

const denyAll = `${preference}credentialPluginPolicy: DenyAll\n`;
const list = (entries: string) =>
  `${preference}credentialPluginPolicy: Allowlist\ncredentialPluginAllowlist: ${entries}\n`;

/** The kuberc of kubectl 1.36: pkg/kuberc and client-go's plugin/pkg/client/auth/exec. */
export const kubercCases: readonly KubectlCase[] = [
  { ...runs, title: "without one every plugin runs", place: withKuberc(preference) },
  { ...runs, title: "AllowAll", place: withKuberc(`${preference}credentialPluginPolicy: AllowAll\n`) },
  refused("DenyAll", withKuberc(denyAll), denied),
  refused("DenyAll in the file of $KUBERC", namedKuberc(denyAll), denied),
  { ...runs, title: "KUBERC=off turns it off", place: namedKuberc(denyAll, { KUBERC: "off" }) },
  { ...runs, title: "KUBECTL_KUBERC=False turns it off", place: namedKuberc(denyAll, { KUBECTL_KUBERC: "False" }) },
  { ...runs, title: "a list that names the plugin as the kubeconfig does", place: byName(list("[{command: sh}]")) },
  { ...runs, title: "a list that names the path at which it is found", place: byName(list("[{command: /bin/sh}]")) },
  refused(
    "a list that names another of its name",
    byName(list("[{command: /nowhere/sh}]")),
    /plugin path "\/bin\/sh" is not permitted by the credential plugin allowlist/,
  ),
  refused(
    "a list that does not name the plugin",
    withKuberc(list("[{command: other}, {command: /usr/bin/login}]")),
    notListed,
  ),
  refused("the list before 1.36, which said name", withKuberc(list("[{name: other}]")), notListed),
  refused(
    "a list without entries",
    withKuberc(list("[]")),
    /"Allowlist", but allowlist is empty; use "DenyAll" policy instead/,
  ),
  refused(
    "a policy without its list",
    withKuberc(`${preference}credentialPluginPolicy: Allowlist\n`),
    /but allowlist is unspecified/,
  ),
  refused("an empty entry", withKuberc(list("[{command: a}, {}]")), /empty allowlist entry #2/),
  refused(
    "a path that is not plain",
    withKuberc(list("[{command: ./login}]")),
    /non-normalized file path: "\.\/login" vs "login"/,
  ),
  refused(
    "a policy nobody knows",
    withKuberc(`${preference}credentialPluginPolicy: Sometimes\n`),
    /unknown plugin policy: "Sometimes"/,
  ),
  refused(
    "a list without its policy",
    withKuberc(`${preference}credentialPluginAllowlist: [{command: x}]\n`),
    /misconfigured credential plugin allowlist: plugin policy is "" but allowlist is non-nil/,
  ),
  {
    ...runs,
    title: "of several documents the first preference counts",
    place: withKuberc(`junk: 1\n---\n${preference}---\n${denyAll}`),
  },
  { ...runs, title: "v1alpha1 knows no policy", place: withKuberc(denyAll.replace("v1beta1", "v1alpha1")) },
  { ...runs, title: "unknown fields are no error", place: withKuberc(`${preference}wishes: [1]\n`) },
  { ...runs, title: "an empty file says nothing", place: namedKuberc("") },
  { ...runs, title: "a broken file at home is passed over", place: withKuberc("[1") },
  refused("a broken file that $KUBERC names is not", namedKuberc("[1"), /no valid preferences found/),
  refused(
    "two names that differ in one entry are a broken file",
    namedKuberc(list("[{name: a, command: b}]")),
    /no valid preferences found/,
  ),
  refused(
    "a policy that is no text is a broken file",
    namedKuberc(`${preference}credentialPluginPolicy: {}\n`),
    /no valid preferences found/,
  ),
  refused(
    "a file of $KUBERC that is missing",
    namedKuberc("", { KUBERC: "gone" }),
    /gone: no such file|no such file or directory/,
  ),
];
