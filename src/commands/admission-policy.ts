import { commandLines } from "../collect/command-lines.ts";
import { type LineWord, type OptInCommand, optInLines } from "../collect/opt-in-lines.ts";
import { timedLines } from "../collect/timed-lines.ts";

const policyName = "cilium-health-commands";

/**
 * A ValidatingAdmissionPolicy and its binding, as YAML for `kubectl apply -f -` (Kubernetes 1.30 and newer): in the
 * agents' namespace this user may run the program's own command lines and nothing else, whatever a Role would allow.
 * Nobody else is touched. A user of null leaves the Role's placeholder. What `drops` and `pair --locate` run has words
 * that vary, and is allowed for those of `include` alone.
 *
 * What admission sees of an exec is its PodExecOptions (k8s.io/api core/v1): of an exec over WebSocket as of one over SPDY.
 */
export function admissionPolicy(
  namespace: string,
  container: string,
  user: string | null,
  include: readonly OptInCommand[] = [],
): string {
  return `${policy(namespace, container, user ?? "REPLACE-WITH-THE-USER", include)}---\n${binding()}`;
}

function policy(namespace: string, container: string, user: string, include: readonly OptInCommand[]): string {
  return `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicy
metadata:
  name: ${policyName}
spec:
  failurePolicy: Fail
  matchConstraints:
    namespaceSelector:
      matchLabels:
        kubernetes.io/metadata.name: ${JSON.stringify(namespace)}
    resourceRules:
    - apiGroups: [""]
      apiVersions: [v1]
      operations: [CONNECT]
      resources: [pods/exec]
  matchConditions:
  - name: this-user-alone
    expression: |-
      request.userInfo.username == ${celString(user)}
  variables:
  - name: commands
    expression: |-
      [
${commandLines.map((argv) => `        [${argv.map(celString).join(", ")}]`).join(",\n")}
      ]
  validations:
  - message: this user may run the commands of kubectl cilium-health here, and no others
    reason: Forbidden
    expression: |-
      ${commandRule(include)}
  - message: ${JSON.stringify(`this user may run commands in the container ${container} alone`)}
    reason: Forbidden
    expression: |-
      has(object.container) && object.container == ${celString(container)}
  - message: this user may run commands without standard input and without a terminal
    reason: Forbidden
    expression: |-
      !(has(object.stdin) && object.stdin) && !(has(object.tty) && object.tty)
`;
}

/** CEL: one of the fixed lines, one that holds times, or one of those with words that vary. */
function commandRule(include: readonly OptInCommand[]): string {
  const varying = [...timedLines, ...include.flatMap((command) => optInLines[command])].map(celLine);
  return `has(object.command) && (${["object.command in variables.commands", ...varying].join("\n        || ")})`;
}

function celLine(line: readonly LineWord[]): string {
  const words = line.map((word, at) =>
    typeof word === "string"
      ? `object.command[${at}] == ${celString(word)}`
      : `object.command[${at}].matches(${celString(`^(?:${word.pattern})$`)})`,
  );
  return `(${[`size(object.command) == ${line.length}`, ...words].join(" && ")})`;
}

function binding(): string {
  return `apiVersion: admissionregistration.k8s.io/v1
kind: ValidatingAdmissionPolicyBinding
metadata:
  name: ${policyName}
spec:
  policyName: ${policyName}
  validationActions: [Deny]
`;
}

/** JSON's escapes are CEL's too. */
function celString(text: string): string {
  return JSON.stringify(text);
}
