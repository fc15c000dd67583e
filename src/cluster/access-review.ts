import type { V1SelfSubjectAccessReview } from "@kubernetes/client-node";
import type { AccessAnswer, AccessQuestion } from "./cluster.ts";
import { isJsonObject, objectField, textField } from "./json-object.ts";
import type { RestClient } from "./rest.ts";

/** Asks the API server whether we may do something, without doing it; every authenticated user may ask. */
export async function reviewAccess(
  rest: RestClient,
  question: AccessQuestion,
  signal: AbortSignal,
): Promise<AccessAnswer> {
  const review: V1SelfSubjectAccessReview = {
    apiVersion: "authorization.k8s.io/v1",
    kind: "SelfSubjectAccessReview",
    spec: { resourceAttributes: { ...question } },
  };
  const answer = await rest.post("/apis/authorization.k8s.io/v1/selfsubjectaccessreviews", review, signal);
  if (answer.kind !== "ok") return { kind: "unanswered", message: answer.message };
  const status = objectField(isJsonObject(answer.value) ? answer.value : null, "status");
  if (status["allowed"] === true) return { kind: "allowed" };
  if (status["allowed"] === false) {
    return { kind: "denied", reason: textField(status, "reason") || textField(status, "evaluationError") };
  }
  return { kind: "unanswered", message: "the API server answered the access review without a yes or no" };
}
