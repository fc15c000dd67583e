/**
 * One kubeconfig situation: a folder of test/fixtures/kubeconfig, which is also the working directory, and whose `home`
 * is the home directory.
 */
export interface KubeconfigCase {
  /** The folder; says what the case shows. */
  readonly name: string;
  /** KUBECONFIG, relative to the folder; not set when absent. */
  readonly variable?: string;
  /** `--kubeconfig`. */
  readonly kubeconfig?: string;
  /** `--context`. */
  readonly context?: string;
  /** What a path of the kubeconfig becomes, relative to the folder: `config view` prints it unresolved (clientcmd loader.go, ResolveLocalPaths). */
  readonly tokenFile?: string;
  readonly command?: string;
  /** The sentence of a kubeconfig that kubectl refuses, or prints but refuses to use. */
  readonly refused?: RegExp;
}

export const kubeconfigCases: readonly KubeconfigCase[] = [
  { name: "two-files-first-context-wins", variable: "a:b" },
  { name: "second-file-sets-context", variable: "a:b" },
  { name: "same-names-in-two-files", variable: "a:b" },
  { name: "missing-file-in-list", variable: "gone:b:also-gone" },
  { name: "empty-file-in-list", variable: "empty:b" },
  { name: "comment-only-file", variable: "comments:b" },
  { name: "empty-list-items", variable: "::config:" },
  { name: "file-twice", variable: "config:config" },
  { name: "home-default" },
  { name: "home-is-not-read-beside-kubeconfig", variable: "config" },
  { name: "flag-beats-variable", variable: "variable", kubeconfig: "flag" },
  {
    name: "flag-names-missing-file",
    variable: "config",
    kubeconfig: "gone",
    refused: /^cannot read the kubeconfig \S+\/gone: no such file$/,
  },
  {
    name: "all-files-missing",
    variable: "x:y",
    refused: /^no kubeconfig found: looked at \S+\/x, \S+\/y \(from KUBECONFIG\)/,
  },
  {
    name: "only-separators",
    variable: ":",
    refused: /^no kubeconfig found: looked at KUBECONFIG, which names no file/,
  },
  { name: "context-flag", variable: "config", context: "d" },
  { name: "unknown-context-flag", variable: "config", context: "x", refused: /^context "x" does not exist$/ },
  {
    name: "unknown-current-context",
    variable: "config",
    refused: /^context "gone" does not exist \(it is the current-/,
  },
  { name: "no-current-context", variable: "config", refused: /^current-context is not set in \S+\/config$/ },
  { name: "context-without-user", variable: "config" },
  {
    name: "context-names-unknown-user",
    variable: "config",
    refused: /^auth info "gone" does not exist, but the context/,
  },
  {
    name: "context-names-unknown-cluster",
    variable: "config",
    refused: /^cluster "gone" does not exist, but the context/,
  },
  { name: "entry-without-server-unused", variable: "config" },
  { name: "relative-paths-per-file", variable: "a/config:b/config" },
  { name: "token-file-per-file", variable: "a/config:b/config", tokenFile: "b/secrets/token" },
  { name: "data-instead-of-files", variable: "config" },
  {
    name: "authority-file-missing",
    variable: "config",
    refused: /^cannot read certificate-authority \S+\/gone.pem for cluster "c": no such file$/,
  },
  { name: "every-cluster-field", variable: "config" },
  { name: "plain-http-server", variable: "config" },
  { name: "yaml-1-1-booleans", variable: "config" },
  { name: "impersonation", variable: "config" },
  { name: "basic-auth", variable: "config" },
  { name: "token-and-token-file", variable: "config", tokenFile: "token" },
  { name: "oidc-provider", variable: "config" },
  { name: "exec-relative-command", variable: "a/config:b/config", command: "b/bin/login" },
  { name: "exec-bare-command", variable: "config" },
  { name: "exec-cluster-extension", variable: "config" },
  { name: "json-file", variable: "config" },
  { name: "anchors-and-merge-keys", variable: "config" },
  { name: "date-like-token", variable: "config" },
  { name: "second-document-ignored", variable: "config" },
  { name: "repeated-key-last-wins", variable: "config" },
  { name: "null-values", variable: "config" },
  { name: "number-as-token", variable: "config", refused: /config: line 9: users\[0\]\.user\.token must be text/ },
  { name: "tab-indented", variable: "config", refused: /config: line 3: / },
  { name: "unclosed-bracket", variable: "config", refused: /config: line \d+: / },
  { name: "not-a-map", variable: "config", refused: /config: line 1: the file is not a map of settings/ },
  { name: "bad-base64", variable: "config", refused: /line 6: \S+certificate-authority-data must be base64 data/ },
  { name: "name-twice-in-one-file", variable: "config", refused: /line 4: clusters\[1\] repeats the name "c"/ },
  { name: "wrong-kind", variable: "config", refused: /line 2: kind is "Pod", not "Config"/ },
  { name: "malformed-second-file", variable: "a:b", refused: /\/b: line 1: clusters must be a list/ },
  { name: "directory-as-file", variable: "config", refused: /config: illegal operation on a directory/ },
];
