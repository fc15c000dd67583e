/** A running cluster as a context of a kubeconfig; `context` names its cluster and user too. */
export interface KubeconfigEntry {
  readonly context: string;
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly token: string;
}

/** A kubeconfig's text, complete; the first entry's context is the current one. */
export function kubeconfigText(entries: readonly KubeconfigEntry[]): string {
  const list = (text: (entry: KubeconfigEntry) => string) => entries.map(text).join("\n");
  return `apiVersion: v1
kind: Config
current-context: ${entries[0]?.context ?? ""}
clusters:
${list(clusterText)}
users:
${list(({ context, token }) => `- name: ${context}\n  user:\n    token: ${token}`)}
contexts:
${list(({ context }) => `- name: ${context}\n  context:\n    cluster: ${context}\n    user: ${context}`)}
`;
}

function clusterText({ context, url, ca }: KubeconfigEntry): string {
  const authority = Buffer.from(ca, "utf8").toString("base64");
  return `- name: ${context}\n  cluster:\n    server: ${url}\n    certificate-authority-data: ${authority}`;
}
