import { podName } from "./pasted-marks.ts";

/** Enough for the lines that a person or a loop writes over an output, and for the rest of `cilium status`. */
const mostBefore = 8_000;

/**
 * Who is asked in an output that does not say it, by the text above it: the prompt of a shell inside the agent (it has
 * the node's host name), the separator that a loop prints, else the pod of the command, by its node where a row of
 * `get pods -o wide` tells it. "" when nothing tells, also where there are rows of several pods and none is named. The
 * last line that tells counts. `from` is where the output before this one ends.
 */
export function speakerAbove(text: string, from: number): string {
  const lines = text.slice(Math.max(from, text.length - mostBefore)).split(/\r?\n/);
  const own = new Map(lines.flatMap(rowIn));
  for (const line of lines.reverse()) {
    if (rowIn(line).length > 0) {
      if (own.size > 1) continue;
      return [...own.values()][0] ?? "";
    }
    const name = nodeIn(line);
    if (name !== "") return nodeOfPod(text, name) ?? name;
  }
  return "";
}

const inside = /@([A-Za-z0-9][A-Za-z0-9.-]{0,252}):\S{0,40}\/home\/cilium[#$]/;
/** A row of `get pods`, with -o wide its node. */
const podRow = new RegExp(
  `\\b(${podName})\\s+\\d+/\\d+\\s(?:.*\\s\\d+\\.\\d+\\.\\d+\\.\\d+\\s+([a-z0-9][a-z0-9.-]{0,252}))?`,
);
/** What ansible writes over what a host said. */
const ansible = /^([A-Za-z0-9][A-Za-z0-9.-]{0,252}) \| (?:CHANGED|SUCCESS|FAILED)!? \| rc=\d+ >>/;
const separator = /^\s*(?:==>|={2,}|-{3,}|#{2,}|\*{2,})\s*(.*?)[\s=#*<:-]*$/;
const ofNode = /\bnode[\s:=/(]+([a-z0-9][a-z0-9.-]*)/i;
const anyPod = new RegExp(`(?:^|[\\s/"'\`])(${podName})\\b`);

/** A pod and its node, else the pod once more; at most one a line. */
function rowIn(line: string): [pod: string, node: string][] {
  const [, pod, node] = podRow.exec(line) ?? [];
  return pod === undefined ? [] : [[pod, node ?? pod]];
}

function nodeOfPod(text: string, name: string): string | undefined {
  const lines = text.slice(-mostBefore).split(/\r?\n/);
  return lines.flatMap(rowIn).find(([pod]) => pod === name)?.[1];
}

function nodeIn(line: string): string {
  const [, host] = inside.exec(line) ?? ansible.exec(line) ?? [];
  if (host !== undefined) return host;
  const [, said = ""] = separator.exec(line) ?? [];
  const [, named] = ofNode.exec(said) ?? [];
  if (named !== undefined) return named;
  const [, asked] = anyPod.exec(line) ?? [];
  if (asked !== undefined) return asked;
  return /^[a-z0-9][a-z0-9.-]{1,252}$/.test(said) ? said : "";
}
