import { apiAddress, pathSegment } from "./api-path.ts";
import type { ExecRequest } from "./cluster.ts";

/**
 * Where a command is asked for, with neither stdin nor a terminal: an http or https address. As text: `ws` parses what it
 * is given, and a form of 2,000 characters need not be parsed three times.
 */
export function execUrl(server: URL, { namespace, pod, container, argv }: ExecRequest): string {
  const path = `/api/v1/namespaces/${pathSegment(namespace)}/pods/${pathSegment(pod)}/exec`;
  const end = new URLSearchParams({ container, stderr: "true", stdout: "true" }).toString();
  return apiAddress(server, path, `${commandQuery(argv)}&${end}`);
}

const commandQueries = new WeakMap<readonly string[], string>();

/** Thousands of agents are asked the same long words. */
function commandQuery(argv: readonly string[]): string {
  const known = commandQueries.get(argv);
  if (known !== undefined) return known;
  const query = new URLSearchParams(argv.map((word): [string, string] => ["command", word])).toString();
  commandQueries.set(argv, query);
  return query;
}
