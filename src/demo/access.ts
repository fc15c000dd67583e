/** What a request does, in the words of RBAC. */
export interface Attributes {
  readonly verb: string;
  /** "" for the core group. */
  readonly group: string;
  readonly resource: string;
  /** "" for none. */
  readonly subresource: string;
  readonly namespace: string;
  readonly name: string;
}

/**
 * Whether a request is refused. `deny` holds lines like `list nodes`, `get pods/exec`, `list ciliumnodes.cilium.io`;
 * all else is allowed.
 */
export function isDenied(deny: readonly string[], asked: Attributes): boolean {
  const group = asked.group === "" ? "" : `.${asked.group}`;
  const subresource = asked.subresource === "" ? "" : `/${asked.subresource}`;
  return deny.includes(`${asked.verb} ${asked.resource}${group}${subresource}`);
}

/** The API server's sentence for a refusal. */
export function forbiddenText(user: string, asked: Attributes): string {
  const subject = asked.group === "" ? asked.resource : `${asked.resource}.${asked.group}`;
  const what = asked.subresource === "" ? asked.resource : `${asked.resource}/${asked.subresource}`;
  const name = asked.name === "" ? "" : ` "${asked.name}"`;
  const where = asked.namespace === "" ? "at the cluster scope" : `in the namespace "${asked.namespace}"`;
  return (
    `${subject}${name} is forbidden: User "${user}" cannot ${asked.verb} resource "${what}" ` +
    `in API group "${asked.group}" ${where}`
  );
}

/** Answers a SelfSubjectAccessReview's `spec`; what is no resource question is allowed. */
export function reviewOf(deny: readonly string[], spec: unknown): Readonly<Record<string, unknown>> {
  const attributes = field(spec, "resourceAttributes");
  if (typeof attributes !== "object" || attributes === null) return { allowed: true };
  const word = (key: string) => {
    const value = field(attributes, key);
    return typeof value === "string" ? value : "";
  };
  const asked: Attributes = {
    verb: word("verb"),
    group: word("group"),
    resource: word("resource"),
    subresource: word("subresource"),
    namespace: word("namespace"),
    name: word("name"),
  };
  if (isDenied(deny, asked)) return { allowed: false, reason: "RBAC: no rule allows it" };
  return { allowed: true, reason: 'RBAC: allowed by ClusterRoleBinding "demo"' };
}

function field(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}
