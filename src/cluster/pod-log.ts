import { pathSegment } from "./api-path.ts";
import type { LogOutcome, LogRequest } from "./cluster.ts";
import type { RestClient } from "./rest.ts";

/**
 * A container's log. `limitBytes` counts from the first line that is sent, so the newest lines are asked for as well
 * (k8s.io/api core/v1, PodLogOptions); what a server sends beyond the limit is cut here.
 */
export async function readPodLog(rest: RestClient, request: LogRequest, signal: AbortSignal): Promise<LogOutcome> {
  const { namespace, pod, container, previous, sinceSeconds, lines, maxBytes } = request;
  const query: [string, string][] = [
    ["container", container],
    ["timestamps", "true"],
    ["tailLines", String(lines)],
    ["limitBytes", String(maxBytes)],
  ];
  if (previous) query.push(["previous", "true"]);
  if (sinceSeconds !== null) query.push(["sinceSeconds", String(sinceSeconds)]);
  const path = `/api/v1/namespaces/${pathSegment(namespace)}/pods/${pathSegment(pod)}/log`;
  const answer = await rest.getText(path, query, signal);
  switch (answer.kind) {
    case "ok":
      return { kind: "ok", bytes: answer.body.subarray(0, maxBytes) };
    case "refused":
      return { kind: "absent", status: answer.status.code, message: answer.message };
    case "failed":
      return { kind: "absent", status: null, message: answer.message };
    default: {
      const never: never = answer;
      return never;
    }
  }
}
