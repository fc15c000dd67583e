import type { V1SelfSubjectReview } from "@kubernetes/client-node";
import { isJsonObject, objectField, textField } from "./json-object.ts";
import type { RestClient } from "./rest.ts";

/** The user name behind our credentials, as the API server sees it; null where it does not say. */
export async function askWhoAmI(rest: RestClient, signal: AbortSignal): Promise<string | null> {
  const review: V1SelfSubjectReview = { apiVersion: "authentication.k8s.io/v1", kind: "SelfSubjectReview" };
  const answer = await rest.post("/apis/authentication.k8s.io/v1/selfsubjectreviews", review, signal);
  if (answer.kind !== "ok" || !isJsonObject(answer.value)) return null;
  return textField(objectField(objectField(answer.value, "status"), "userInfo"), "username") || null;
}
