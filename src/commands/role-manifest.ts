/** Who gets the rights; null leaves a placeholder for the administrator to fill in. */
export interface Subject {
  readonly kind: "User" | "Group" | "ServiceAccount";
  readonly name: string;
  /** For a ServiceAccount alone. */
  readonly namespace: string;
}

/**
 * The exact rights of the reading commands, as YAML for `kubectl apply -f -`. Exec needs `get` for the WebSocket
 * upgrade and, from Kubernetes 1.35 on, `create` as well (kubernetes/kubernetes PR 134577). Logs are read by `bundle` alone,
 * CiliumEndpoints by `check` alone.
 */
export function roleManifest(namespace: string, subject: Subject | null): string {
  return [
    role(namespace),
    clusterRole(),
    binding("RoleBinding", namespace, subject),
    binding("ClusterRoleBinding", "", subject),
  ].join("---\n");
}

const roleName = "cilium-health-reader";

function role(namespace: string): string {
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: Role
metadata:
  name: ${roleName}
  namespace: ${namespace}
rules:
- apiGroups: [""]
  resources: [pods]
  verbs: [get, list]
- apiGroups: [""]
  resources: [pods/exec]
  verbs: [get, create]
- apiGroups: [""]
  resources: [pods/log]
  verbs: [get]
- apiGroups: [""]
  resources: [configmaps]
  resourceNames: [cilium-config]
  verbs: [get, list]
`;
}

/** Optional: without it zones, expected nodes, health addresses and policies are missing from the diagnosis. */
function clusterRole(): string {
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: ${roleName}
rules:
- apiGroups: [""]
  resources: [nodes]
  verbs: [get, list]
- apiGroups: [cilium.io]
  resources: [ciliumnodes, ciliumclusterwidenetworkpolicies, ciliumendpoints]
  verbs: [get, list]
`;
}

function binding(kind: "RoleBinding" | "ClusterRoleBinding", namespace: string, subject: Subject | null): string {
  const who = subject ?? { kind: "User", name: "REPLACE-WITH-THE-USER", namespace: "" };
  const place = namespace === "" ? "" : `\n  namespace: ${namespace}`;
  const from =
    who.kind === "ServiceAccount"
      ? `  namespace: ${JSON.stringify(who.namespace)}`
      : "  apiGroup: rbac.authorization.k8s.io";
  return `apiVersion: rbac.authorization.k8s.io/v1
kind: ${kind}
metadata:
  name: ${roleName}${place}
roleRef:
  apiGroup: rbac.authorization.k8s.io
  kind: ${kind === "RoleBinding" ? "Role" : "ClusterRole"}
  name: ${roleName}
subjects:
- kind: ${who.kind}
  name: ${JSON.stringify(who.name)}
${from}
`;
}
